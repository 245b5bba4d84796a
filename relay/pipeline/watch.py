"""The report that did not come: when the next one of a job is due, and what is said when it is not.

The rhythm is declared by the operator, or learned from at least five arrivals; a job without one is
not watched. A job that is late is told once, then by reminders on the schedule of incidents. A host
that falls silent is one mail, not forty: once three of its jobs are missing and nothing has come
from it since the first, what else becomes late is only added to the next reminder.
What happens next: workers/watch.py looks, and writes what is returned here in one transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from relay.choice.choice import Choice, Scope
from relay.choice.floor import Matter, audience
from relay.mail.address import Mailbox
from relay.mail.compose import Letterhead, notice
from relay.pipeline.addressing import URGENT, Addressing
from relay.pipeline.job import JobState
from relay.pipeline.personal import Copy, colophon, with_choice
from relay.pipeline.stages import Outgoing, OutgoingKind
from relay.pipeline.titles import fitted
from relay.pipeline.verp import reverse_path
from relay.policy.decision import REMINDERS
from relay.policy.match import short
from relay.reports.job import identity
from relay.rhythm.cadence import Cadence, declared, describe, expect, learn

_SILENT = 3  # so many missing jobs of a host that nothing comes from are a silent host
_KNOWN_FOR = timedelta(days=1)  # a loop that mails every minute for an hour has no rhythm
_MOST_LISTED = 50
_NEVER = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Late jobs of one host that are told in one mail to each recipient.

    `joins` are the jobs of a host that is known to be silent: then the late ones need no mail now.
    """

    host: str
    jobs: tuple[JobState, ...]
    silent: bool
    joins: tuple[JobState, ...] = ()

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody who gets the reports of one of the jobs, if it is told now."""
        if self.joins:
            return ()
        return tuple(dict.fromkeys(each for job in self.jobs for each in job.recipients))


def foresee(state: JobState, zone: str) -> JobState:
    """Return the state with the time of the next report, as far as there is a rhythm."""
    seen = replace(state, foreseen_at=state.last_seen, expected_at=None, late_after=None, rhythm="")
    if state.declared == _NEVER:
        return seen
    rhythm = declared(state.declared, zone) if state.declared else _learned(state, zone)
    if rhythm is None:
        return seen
    due = expect(rhythm, state.last_seen)
    words = describe(rhythm)
    return replace(seen, expected_at=due.at, late_after=due.late_after, rhythm=words)


def _learned(state: JobState, zone: str) -> Cadence | None:
    known_for = state.last_seen - state.first_seen
    return learn(state.arrivals, zone) if known_for >= _KNOWN_FOR else None


def foreseen(state: JobState, by: JobState) -> JobState:
    """Return `state` with what was foreseen in `by`, an older reading of the same job.

    What the operator has declared since then stands.
    """
    if state.declared != by.declared:
        return state
    return replace(
        state,
        foreseen_at=by.foreseen_at,
        expected_at=by.expected_at,
        late_after=by.late_after,
        rhythm=by.rhythm,
    )


def alarms(late: Iterable[JobState], known: Iterable[JobState]) -> list[Alarm]:
    """Group the jobs that are `late` by host; `known` are all jobs of those hosts."""
    by_host: dict[str, list[JobState]] = {}
    for state in late:
        by_host.setdefault(state.host, []).append(state)
    jobs_of: dict[str, list[JobState]] = {}
    for state in known:
        jobs_of.setdefault(state.host, []).append(state)
    return [
        alarm
        for host, jobs in by_host.items()
        for alarm in _alarms(host, tuple(jobs), jobs_of.get(host, jobs))
    ]


def _alarms(host: str, late: tuple[JobState, ...], known: Sequence[JobState]) -> list[Alarm]:
    missing = tuple(job for job in known if job.missing_at and job not in late)
    together = (*late, *missing)
    if len(together) < _SILENT or not _is_silent(together, known):
        return [Alarm(host=host, jobs=(job,), silent=False) for job in late]
    if len(missing) >= _SILENT and not any(job.missing_at for job in late):
        return [Alarm(host=host, jobs=late, silent=True, joins=missing)]
    return [Alarm(host=host, jobs=together, silent=True)]


def _is_silent(late: Sequence[JobState], known: Sequence[JobState]) -> bool:
    """Whether nothing has come from the host since the first of the late reports was due."""
    due = min(job.expected_at or job.last_seen for job in late)
    return all(job.last_seen < due for job in known)


def alarmed(state: JobState, alarm: Alarm, now: datetime) -> JobState:
    """Return the state after its absence was told at `now`: when it is told again, if at all.

    What is told together is told together again.
    """
    if state.late_after is None:
        return state
    if alarm.joins:
        told = min(job.missing_told for job in alarm.joins)
        again = min(job.late_after or now for job in alarm.joins)
    else:
        step = min(job.missing_told for job in alarm.jobs)
        told = state.missing_told + 1
        again = now + REMINDERS[min(step, len(REMINDERS) - 1)]
    return replace(state, missing_at=state.missing_at or now, missing_told=told, late_after=again)


def subject(alarm: Alarm, zone: str, now: datetime) -> str:
    """Return `[MISSING] web01 rsync /srv: expected by 06:30, last seen yesterday 06:02`."""
    first = min(alarm.jobs, key=lambda job: job.expected_at or job.last_seen)
    last = max(job.last_seen for job in alarm.jobs)
    if alarm.silent:
        tail = (
            f": silent, {len(alarm.jobs)} reports did not come, last seen {_day(last, zone, now)}"
        )
        return fitted(f"[MISSING] {short(alarm.host)}", tail)
    expected = _day(first.expected_at or first.last_seen, zone, now)
    tail = f": expected by {expected}, last seen {_day(last, zone, now)}"
    return fitted(f"[MISSING] {short(alarm.host)} {first.job}", tail)


def mails(
    alarm: Alarm, addressing: Addressing, choices: Sequence[Choice], now: datetime
) -> list[Outgoing]:
    """Return the mail about missing reports for each of their recipients who wants it (P4)."""
    newest = max(alarm.jobs, key=lambda job: job.last_seen)
    series = f"{newest.last_message}-M{newest.missing_told}T"  # never twice of one message
    readers = _readers(alarm, addressing, choices, now)
    return [
        _mail(replace(alarm, jobs=jobs), addressing, now, recipient, f"{series}{number}")
        for number, (recipient, jobs) in enumerate(readers.items(), start=1)
    ]


def _readers(
    alarm: Alarm, addressing: Addressing, choices: Sequence[Choice], now: datetime
) -> dict[str, tuple[JobState, ...]]:
    """Return who is told of which of the jobs."""
    told: dict[str, tuple[JobState, ...]] = {}
    for job in () if alarm.joins else alarm.jobs:
        matter = Matter(host=job.host, job=identity(job.job), urgent=True, now=now)
        heard = audience(job.recipients, choices, matter, addressing.stewards(job.host))
        for reader in (*heard.kept, *filter(None, (heard.handed_to,))):
            told[reader] = (*told.get(reader, ()), job)
    return told


def _mail(
    alarm: Alarm, addressing: Addressing, now: datetime, recipient: str, mail_id: str
) -> Outgoing:
    head = Letterhead(
        id=mail_id,
        at=now,
        relay=addressing.relay,
        domain=addressing.domain,
        sender=Mailbox(name="Backup reports", address=f"reports@{addressing.domain}"),
        to=recipient,
    )
    newest = max(alarm.jobs, key=lambda job: job.last_seen)
    scope = Scope(host=alarm.host, job="" if alarm.silent else identity(newest.job))
    copy = Copy(mail_id=mail_id, recipient=recipient, scope=scope, kind="missing", series="missing")
    lines = (*_lines(alarm.jobs, addressing.zone, now), "", "--", *colophon(copy, addressing))
    content = notice(head, subject(alarm, addressing.zone, now), lines)
    return Outgoing(
        id=mail_id,
        kind=OutgoingKind.MISSING,
        message_id=mail_id.partition("-")[0],
        since=now,
        recipient=recipient,
        reverse_path=reverse_path(mail_id, addressing.bounce_domain, addressing.verp_key),
        content=with_choice(content, copy, addressing),
        priority=URGENT,
        upstream=addressing.upstream_for(recipient),
        notice_to=addressing.notice_to(alarm.host, recipient),
    )


def _lines(jobs: Sequence[JobState], zone: str, now: datetime) -> list[str]:
    lines = ["These reports were expected and have not come:", ""]
    for job in jobs[:_MOST_LISTED]:
        expected = _day(job.expected_at or job.last_seen, zone, now)
        lines += [
            f"  {job.host} {job.job}",
            f"      expected by {expected}, last seen {_day(job.last_seen, zone, now)}",
            f"      it comes {job.rhythm or 'as declared'}",
        ]
    if len(jobs) > _MOST_LISTED:
        lines.append(f"  and {len(jobs) - _MOST_LISTED} more")
    return [
        *lines,
        "",
        "The host may be down, the job may not have been started, or its mail may be lost.",
        "What the relay expects, and how to change it: relay jobs list",
        f"Times are those of {zone}.",
    ]


def _day(moment: datetime, zone: str, now: datetime) -> str:
    """Return a time with its day, where that is not today."""
    at, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    days = (today - at.date()).days
    if days == 0:
        return f"{at:%H:%M}"
    return f"yesterday {at:%H:%M}" if days == 1 else f"{at:%d %b %H:%M}"
