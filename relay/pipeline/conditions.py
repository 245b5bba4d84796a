"""What is amiss, from figures of the moment: pure decisions, one function a kind of alarm.

What happens next: alarms.py compares it with the alarms that stand.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from relay.pipeline.alarm import Condition, Kind, Weight
from relay.reputation.cause import Cause
from relay.reputation.signals import cause_of
from relay.reputation.state import State
from relay.reputation.weather import Weather

_HELD_FOR = timedelta(minutes=1)
_FEWEST = 50
_LEAST_LULL = timedelta(hours=2)
_RUNBOOKS = {
    Cause.LISTED: "listed",
    Cause.REPUTATION: "blocked",
    Cause.OURS: "blocked",
    Cause.RATE: "throttled",
    Cause.GREYLIST: "throttled",
    Cause.NETWORK: "dead-upstream",
    Cause.TLS: "tls",
    Cause.AUTH: "auth",
    Cause.AUTHENTICATION: "dns",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How long something may go on before it is an alarm."""

    no_flow: timedelta
    oldest: timedelta
    failure: timedelta
    no_mail: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The mail of one upstream: how much waits and is due, since when, and what leaves.

    `delivered` tells whether anything was delivered within the time that `no_flow` allows.
    """

    upstream: str
    waiting: int = 0
    oldest: datetime | None = None
    delivered: bool = False
    held_since: datetime | None = None
    held_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """The failure of a job whose mail could not leave: it waits, or came back."""

    message_id: str
    subject: str
    why: str


def runbook_of(cause: Cause | None) -> str:
    """Return the page about a cause of refusals."""
    return "stuck-queue" if cause is None else _RUNBOOKS.get(cause, "stuck-queue")


def flows(each: Flow, thresholds: Thresholds, now: datetime) -> Iterator[Condition]:
    """Yield what is amiss with the mail of an upstream."""
    if each.held_since is not None and now - each.held_since >= _HELD_FOR:
        yield Condition(
            kind=Kind.UPSTREAM,
            subject=each.upstream,
            what=f"{each.waiting} mails wait: {each.held_reason}",
            weight=Weight.GRAVE,
            runbook=runbook_of(cause_of(_code(each.held_reason), each.held_reason)),
        )
    if each.oldest is None:
        return
    age = now - each.oldest
    if age >= thresholds.no_flow and not each.delivered:
        minutes = thresholds.no_flow.total_seconds() / 60
        yield Condition(
            kind=Kind.NO_FLOW,
            subject=each.upstream,
            what=f"{each.waiting} mails wait and none has left for {minutes:.0f} minutes",
            weight=Weight.GRAVE,
            runbook="stuck-queue",
        )
    if age >= thresholds.oldest:
        yield Condition(
            kind=Kind.OLDEST,
            subject=each.upstream,
            what=f"{each.waiting} mails wait, the oldest since {each.oldest:%Y-%m-%d %H:%M} UTC",
            weight=Weight.ORDINARY,
            runbook="stuck-queue",
        )


def _code(reply: str) -> int | None:
    return int(reply[:3]) if reply[:3].isdigit() else None


def weathers(found: Iterable[tuple[str, str, Weather]]) -> Iterator[Condition]:
    """Yield where mail is not well received; a domain only if its whole upstream is better off."""
    known = list(found)
    order = list(State)
    whole = {upstream: order.index(at.state) for upstream, domain, at in known if not domain}
    for upstream, domain, at in known:
        rank = order.index(at.state)
        if rank < order.index(State.STRAINED) or (domain and rank <= whole.get(upstream, 0)):
            continue
        yield Condition(
            kind=Kind.WEATHER,
            subject=f"{upstream} to {domain}" if domain else upstream,
            what=f"{at.state}: {'; '.join(at.reasons)}",
            weight=Weight.GRAVE if at.state is State.BLOCKED else Weight.ORDINARY,
            runbook=runbook_of(at.cause),
        )


def lull(accepted: Sequence[datetime], fixed: timedelta | None, now: datetime) -> list[Condition]:
    """Return that no mail comes, if that is unusual; `accepted` are times, newest first.

    Unusual is twice the longest lull that is on record, or what is `fixed`.
    """
    if not accepted:
        return []
    quiet = now - accepted[0]
    usual = max((one - other for one, other in pairwise(accepted)), default=timedelta())
    limit = fixed or max(2 * usual, _LEAST_LULL)
    if quiet < limit or (fixed is None and len(accepted) < _FEWEST):
        return []
    what = f"the last mail came at {accepted[0]:%Y-%m-%d %H:%M} UTC"
    if fixed is None:
        what += f"; the longest lull before was {usual.total_seconds() / 3600:.1f} h"
    return [
        Condition(
            kind=Kind.NO_MAIL,
            subject="hosts",
            what=what,
            weight=Weight.ORDINARY,
            runbook="no-mail",
        )
    ]


def disk(closed: str | None) -> list[Condition]:
    """Return that no mail is taken because of the disk; `closed` says why."""
    if closed is None:
        return []
    return [
        Condition(kind=Kind.DISK, subject="store", what=closed, weight=Weight.GRAVE, runbook="disk")
    ]


def unbalanced(accepted: int, counted: int, lost: int, unwritten: int) -> list[Condition]:
    """Return that the account does not balance (P1)."""
    if accepted == counted and not lost and not unwritten:
        return []
    return [
        Condition(
            kind=Kind.CONSERVATION,
            subject="account",
            what=(
                f"{accepted} recipients were accepted, {counted} are accounted for, {lost} lost, "
                f"{unwritten} messages without their line in the ledger"
            ),
            weight=Weight.GRAVE,
            runbook="conservation",
        )
    ]


def examined(number: str, subject: str, what: str, remedy: str) -> Condition:
    """Return a finding of the doctor as what is amiss."""
    pages = {"RD0": "disk", "RD8": "tls", "RD901": "dead-upstream", "RD902": "tls"}
    pages |= {"RD903": "auth", "RD904": "blocked"}
    page = pages.get(number) or pages.get(number[:3]) or "dns"
    return Condition(
        kind=Kind.DOCTOR,
        subject=f"{number} {subject}",
        what=f"{what}; {remedy}" if remedy else what,
        weight=Weight.ORDINARY,
        runbook=page,
    )


def untold(found: Iterable[Untold]) -> Iterator[Condition]:
    """Yield failures that their own mail could not tell."""
    for each in found:
        yield Condition(
            kind=Kind.FAILURE,
            subject=each.message_id,
            what=f"{each.subject} ({each.why})",
            weight=Weight.GRAVE,
            runbook="stuck-queue",
        )
