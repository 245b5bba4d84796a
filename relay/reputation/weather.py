"""The weather at an egress: how what we send is received there, before a blocklist says it.

One state for each upstream, and for each domain of recipients behind it: clear, watch, strained or
blocked, since when, and the reasons in words. It gets worse at once and better only after a calm
time, one step after another, so that a server that hesitates does not make the state flap. No news
is not good news: where nothing is tried the state stays as it is for hours. A server that cannot be
reached is strained and never blocked: that is no judgement about us, and asks for other remedies.
What happens next: store/weather.py keeps it, workers/alarms.py tells it, `relay remedy` acts on it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from relay.reputation.cause import Cause
from relay.reputation.signals import Signals
from relay.reputation.signs import SIGNS, Sign
from relay.reputation.state import State

_CALM = {
    State.BLOCKED: timedelta(minutes=2),
    State.STRAINED: timedelta(minutes=10),
    State.WATCH: timedelta(minutes=10),
}
_STALE = timedelta(hours=6)
_HALF_LIFE = timedelta(hours=6)  # of what queue time is usual
_LONGEST_STEP = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """The state of an egress, `since` when and why; `cause` is that of the worst sign.

    `calmer_since` is since when the signals would allow a better one, `usual` the time that mail
    spends in the queue on good days, `seen_at` when something was last tried.
    """

    state: State
    since: datetime
    reasons: tuple[str, ...] = ()
    cause: Cause | None = None
    calmer_since: datetime | None = None
    usual: timedelta | None = None
    seen_at: datetime | None = None
    checked_at: datetime


def fair(now: datetime) -> Weather:
    """Return the weather where nothing is known yet."""
    return Weather(state=State.CLEAR, since=now, checked_at=now)


def forecast(before: Weather, signals: Signals, now: datetime) -> Weather:
    """Return the weather now, from what it was and what is seen."""
    signs = [sign for find in SIGNS if (sign := find(signals, before.usual)) is not None]
    state = max((sign.state for sign in signs), key=list(State).index, default=State.CLEAR)
    seen_at = now if signals.attempts else before.seen_at
    at = replace(before, checked_at=now, seen_at=seen_at, usual=_usual(before, signals, now))
    if worse(state, before.state):
        return replace(at, state=state, since=now, calmer_since=None, **_why(signs))
    if state is before.state:
        return replace(at, calmer_since=None, **_why(signs))
    return _calmer(at, signals, now)


def worse(one: State, other: State) -> bool:
    """Whether `one` is a worse state than `other`."""
    order = list(State)
    return order.index(one) > order.index(other)


def _calmer(at: Weather, signals: Signals, now: datetime) -> Weather:
    """Step down by one, once it has been calm for long enough; without news much later."""
    if not signals.attempts and (at.seen_at is None or now - at.seen_at < _STALE):
        return at
    since = at.calmer_since or now
    if now - since < _CALM[at.state]:
        return replace(at, calmer_since=since)
    order = list(State)
    state = order[order.index(at.state) - 1]
    left = () if state is State.CLEAR else (f"it was {at.state} until {now:%H:%M} UTC",)
    calmer = None if state is State.CLEAR else now
    cause = None if state is State.CLEAR else at.cause
    return replace(at, state=state, since=now, reasons=left, cause=cause, calmer_since=calmer)


def _usual(before: Weather, signals: Signals, now: datetime) -> timedelta | None:
    """Learn what queue time is usual, on good days alone."""
    if signals.wait is None or before.state is not State.CLEAR:
        return before.usual
    if before.usual is None:
        return signals.wait
    passed = min(now - before.checked_at, _LONGEST_STEP)
    share: float = 1 - 0.5 ** (passed / _HALF_LIFE)
    return before.usual + (signals.wait - before.usual) * share


def _why(signs: list[Sign]) -> dict[str, Any]:
    """Return the words of all signs, and the cause of the worst."""
    order = list(State)
    ranked = sorted(signs, key=lambda sign: -order.index(sign.state))
    cause = ranked[0].cause if ranked else None
    return {"reasons": tuple(sign.words for sign in ranked), "cause": cause}
