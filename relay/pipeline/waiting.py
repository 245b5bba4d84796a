"""Where a recipient's copy of a report waits, if it may: named reasons, in their order.

A repeat of what the recipient was told waits for the reminder. What policy lets wait goes into the
digest, and what the recipient wants to have wait, into one of their choice. What is silenced waits
for the silence's end, but for a failure's owner. In a storm of its host, what is no news waits for
the storm's summary; in one of its job, all that may. Whatever is urgent leaves now (P3).
What happens next: conclude.py makes mails of the rest.
"""

from functools import lru_cache

from relay.choice.choice import SCHEDULES, Level
from relay.pipeline.addressing import URGENT, priority
from relay.pipeline.batch import BatchKey, BatchKind, Waiting
from relay.pipeline.case import Case
from relay.pipeline.history import Silence
from relay.pipeline.incident import Incident, News, remind_at
from relay.policy.decision import DAILY, Route
from relay.rhythm.schedule import next_after, parse

_parsed = lru_cache(maxsize=1000)(parse)


def wait(case: Case, target: str, addresses: tuple[str, ...]) -> Waiting | None:
    """Return the batch that a target's copy waits in, None if it leaves now."""
    told = case.before.incident if case.before else None
    if told is not None and case.prepared.decision.reminders and _knows(case, told, target):
        return _repeat(case, told, target, addresses)
    urgent = is_urgent(case)
    chosen = case.choice_of(target)
    if chosen is not None and chosen.level in SCHEDULES and not urgent:
        return _chosen(case, target, addresses, chosen.level)
    if case.prepared.decision.route in (Route.DIGEST, Route.COUNT) and not urgent:
        return _digest(case, target, addresses)
    if case.silence is not None and not (urgent and target == case.owner):
        return _silenced(case, case.silence, target, addresses)
    if case.stormy and not urgent:
        return _storm(case, target, addresses)
    return None


def _knows(case: Case, told: Incident, target: str) -> bool:
    """Whether the target was mailed about this very error, or about the run it belongs to."""
    if case.news is News.REPEATED:
        return case.prepared.fingerprint in told.known.get(target, ())
    return case.news is News.SAME_RUN and target in told.known


def is_urgent(case: Case) -> bool:
    """Whether it may wait for nothing: a failure, an unknown, the end of either (P3)."""
    if priority(case.prepared.report.verdict) == URGENT:
        return True
    if case.news is News.RETURNED:
        return True
    ended = case.before.incident if case.before and case.news is News.RECOVERED else None
    return ended is not None and priority(ended.worst) == URGENT


def _repeat(case: Case, incident: Incident, target: str, addresses: tuple[str, ...]) -> Waiting:
    return Waiting(
        batch=BatchKey(kind=BatchKind.REPEAT, recipient=target, name=incident.id),
        addresses=addresses,
        due_at=remind_at(incident, case.prepared.decision.reminders, case.now),
        schedule="with the next reminder",
        upstream=case.upstream_for(target),
    )


def _digest(case: Case, target: str, addresses: tuple[str, ...]) -> Waiting:
    order = case.prepared.decision.digest or DAILY
    schedule = _parsed(order.schedule, case.addressing.zone)
    return Waiting(
        batch=BatchKey(kind=BatchKind.DIGEST, recipient=target, name=order.name),
        addresses=addresses,
        due_at=next_after(schedule, case.now),
        schedule=order.schedule,
        upstream=case.upstream_for(target),
        listed=case.prepared.decision.route is Route.DIGEST,
        most=order.most,
        heartbeat=order.heartbeat,
    )


def _chosen(case: Case, target: str, addresses: tuple[str, ...], level: Level) -> Waiting:
    """Return the digest that the recipient has asked for."""
    schedule = SCHEDULES[level]
    return Waiting(
        batch=BatchKey(kind=BatchKind.DIGEST, recipient=target, name=level.word),
        addresses=addresses,
        due_at=next_after(_parsed(schedule, case.addressing.zone), case.now),
        schedule=schedule,
        upstream=case.upstream_for(target),
        most=DAILY.most,
    )


def _silenced(case: Case, silence: Silence, target: str, addresses: tuple[str, ...]) -> Waiting:
    return Waiting(
        batch=BatchKey(kind=BatchKind.SILENCE, recipient=target, name=silence.id),
        addresses=addresses,
        due_at=silence.until,
        schedule=f"at the end of the silence by {silence.author}: {silence.reason}",
        upstream=case.upstream_for(target),
    )


def _storm(case: Case, target: str, addresses: tuple[str, ...]) -> Waiting:
    return Waiting(
        batch=BatchKey(kind=BatchKind.STORM, recipient=target, name=case.host),
        addresses=addresses,
        due_at=case.now + case.pace.window,
        schedule=f"with the summary of what {case.host} sends beyond its pace",
        upstream=case.upstream_for(target),
    )
