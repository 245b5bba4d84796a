"""What a job's mails show without any script at hand: a grade, and how it moves.

Mails are judged as they were handed to the relay, before any repair: false claims, missing fields,
a local sender, secrets, submission in clear text, and how many there are. A false claim of success
weighs most, for it is what a failure hides behind; a grade is at best C with one of them, and at
best D with a secret. The trend compares the later half of the time with the earlier one.
What happens next: store/hygiene.py brings the mails, cli/audit.py prints.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from relay.audit.shell.mails import COUNTED, UNKNOWN
from relay.mail.address import is_public, mailboxes
from relay.mail.headers import decoded, every, first, flat
from relay.mail.parse import parse
from relay.mail.received import Envelope, Origin, Received
from relay.mail.secrets import redact, redact_variable
from relay.reports.claim import claimed
from relay.reports.letter import letter
from relay.reports.report import Claim, Verdict

_LONGEST = 200_000
_LOOPBACK = re.compile(r"127\.|::1$|localhost$|$")
_MANY_A_DAY = 24
_LEAST_LITERAL = 6
_STEADY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A mail as the relay took it, and what was found to be true of it."""

    id: str
    at: datetime
    host: str
    job: str
    verdict: Verdict
    origin: Origin
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What is wrong with one mail."""

    at: datetime
    host: str
    job: str
    subject: str
    false_success: bool
    false_alarm: bool
    missing: tuple[str, ...]
    local_sender: bool
    secret: bool
    clear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hygiene:
    """What the mails of a job show; `score` is of 100, `trend` its move, None if there is none."""

    host: str
    job: str
    mails: int
    a_day: float
    false_successes: int
    false_alarms: int
    without_fields: int
    local_senders: int
    secrets: int
    clear: int
    last_false: datetime | None
    score: int
    grade: str
    trend: int | None


def observe(mail: Accepted) -> Observation:
    """Return what is wrong with a mail; it never raises, like the parser."""
    received = Received(
        id=mail.id,
        raw=mail.raw[:_LONGEST],
        envelope=Envelope(reverse_path="", recipients=()),
        origin=mail.origin,
        at=mail.at,
    )
    message = parse(received)
    said = claimed(letter(message)).claim
    bad = mail.verdict in (Verdict.FAILURE, Verdict.WARNING)
    sender = first(message, "from")
    senders = mailboxes(flat(sender)) if sender else ()
    environment = [flat(each) for each in every(message, "x-cron-env")]
    text = message.body.decode("utf-8", "replace")
    subject = decoded(message, "subject")
    return Observation(
        at=mail.at,
        host=mail.host,
        job=mail.job,
        subject=subject,
        false_success=said is Claim.SUCCESS and bad,
        false_alarm=said is Claim.FAILURE and mail.verdict is Verdict.SUCCESS,
        missing=tuple(
            name for name in ("Date", "Message-ID") if first(message, name.lower()) is None
        ),
        local_sender=not senders or not all(is_public(each.address) for each in senders),
        secret=any(redact_variable(each) != each for each in environment)
        or redact(subject) != subject
        or redact(text) != text,
        clear=mail.origin.tls is None and not _LOOPBACK.match(mail.origin.address),
    )


def hygiene(observations: Iterable[Observation], since: datetime, until: datetime) -> list[Hygiene]:
    """Return one row for each job, the worst first."""
    by_job: dict[tuple[str, str], list[Observation]] = {}
    for each in observations:
        by_job.setdefault((each.host, each.job), []).append(each)
    rows = [_row(host, job, found, since, until) for (host, job), found in by_job.items()]
    return sorted(rows, key=lambda each: (each.score, each.host, each.job))


def _row(
    host: str, job: str, found: Sequence[Observation], since: datetime, until: datetime
) -> Hygiene:
    half = since + (until - since) / 2
    before = [each for each in found if each.at < half]
    after = [each for each in found if each.at >= half]
    days = max((until - since) / timedelta(days=1), 1 / 24)
    score = _score(found, len(found) / days)
    trend = None
    if before and after:
        trend = _score(after, 2 * len(after) / days) - _score(before, 2 * len(before) / days)
    false = [each.at for each in found if each.false_success]
    return Hygiene(
        host=host,
        job=job,
        mails=len(found),
        a_day=round(len(found) / days, 1),
        false_successes=len(false),
        false_alarms=sum(each.false_alarm for each in found),
        without_fields=sum(bool(each.missing) for each in found),
        local_senders=sum(each.local_sender for each in found),
        secrets=sum(each.secret for each in found),
        clear=sum(each.clear for each in found),
        last_false=max(false, default=None),
        score=score,
        grade=_grade(score),
        trend=None if trend is None or abs(trend) < _STEADY else trend,
    )


def _score(found: Sequence[Observation], a_day: float) -> int:
    """Return 100 less what is wrong, each by its share of the mails."""
    size = len(found)
    lies = sum(each.false_success for each in found) / size
    leaks = sum(each.secret for each in found) / size
    lost = (
        60 * lies
        + 40 * leaks
        + 15 * sum(each.false_alarm for each in found) / size
        + 10 * sum(bool(each.missing) for each in found) / size
        + 5 * sum(each.local_sender for each in found) / size
        + 10 * sum(each.clear for each in found) / size
        + (10 if a_day > _MANY_A_DAY else 0)
    )
    best = 69 if leaks else (84 if lies else 100)
    return max(0, min(best, round(100 - lost)))


def _grade(score: int) -> str:
    bounds = ((95, "A"), (85, "B"), (70, "C"), (50, "D"), (30, "E"))
    return next((grade for least, grade in bounds if score >= least), "F")


def seen_of(subject: str, observations: Iterable[Observation], days: int) -> str:
    """Return what mails with such a subject have shown; NUL in it stands for anything."""
    pieces = re.split(f"[{UNKNOWN}{COUNTED}]+", subject)
    if sum(len(piece.strip()) for piece in pieces) < _LEAST_LITERAL:
        return ""
    pattern = re.compile(".{0,200}?".join(map(re.escape, pieces)), re.DOTALL)
    alike = [each for each in observations if pattern.fullmatch(each.subject)]
    false = [each.at for each in alike if each.false_success]
    if not false:
        return f"{len(alike)} such mails in {days} days, none of them false" if alike else ""
    subjects = "subject" if len(false) == 1 else "subjects"
    last = max(false)
    return (
        f"this line made {len(false)} false {subjects} in {days} days, "
        f"the last on {last.day} {last:%b}"
    )
