"""Is mail flowing? One sentence, and how good or bad it is: a pure function of how things stand.

What happens next: the overview begins with it.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from relay.store.standing import Standing

_URGENT = timedelta(seconds=60)
_SLOW = timedelta(minutes=30)
_QUIET = timedelta(days=1)


class Level(StrEnum):
    """How good it is; the page shows it by a word and a sign, and a colour besides."""

    WELL = "well"
    QUIET = "quiet"
    SLOW = "slow"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What to say of it."""

    level: Level
    sentence: str


def flow(standing: Standing, closed: str | None) -> Flow:
    """Say whether mail flows; `closed` is why no mail is taken at the moment."""
    if closed is not None:
        return Flow(level=Level.STOPPED, sentence=f"No mail is taken at the moment: {closed}.")
    if standing.account.fates["lost"]:
        many = standing.account.fates["lost"]
        return Flow(level=Level.STOPPED, sentence=f"The account is short of {many} recipients.")
    stuck = [each for each in standing.refusing if _waits(standing, each.name)]
    if stuck:
        return _refused(standing, stuck[0].name, stuck[0].reason)
    late = standing.oldest_urgent
    if late is not None and standing.at - late > _URGENT:
        age = _minutes(standing.at - late)
        return Flow(level=Level.SLOW, sentence=f"A failure has been waiting to leave for {age}.")
    return _waiting(standing)


def _refused(standing: Standing, name: str, reason: str) -> Flow:
    waits = sum(depth.waiting for depth in standing.depths if depth.upstream == name)
    others = [depth.upstream for depth in standing.depths if depth.upstream != name]
    mails = "1 mail waits" if waits == 1 else f"{waits:,} mails wait"
    said = f"The upstream {name} refuses all mail, and {mails}: {reason.rstrip('.')}."
    return Flow(level=Level.SLOW if others else Level.STOPPED, sentence=said)


def _waits(standing: Standing, upstream: str) -> bool:
    return any(depth.upstream == upstream and depth.waiting for depth in standing.depths)


def _waiting(standing: Standing) -> Flow:
    oldest = min((each.oldest for each in standing.depths if each.oldest), default=None)
    if oldest is not None and standing.at - oldest > _SLOW:
        age = _minutes(standing.at - oldest)
        said = f"Mail flows, but the oldest has been waiting for {age}."
        return Flow(level=Level.SLOW, sentence=said)
    if standing.last_accepted is None:
        return Flow(level=Level.QUIET, sentence="No mail has come yet.")
    if standing.at - standing.last_accepted > _QUIET:
        age = _minutes(standing.at - standing.last_accepted)
        return Flow(level=Level.QUIET, sentence=f"No mail has come for {age}.")
    said = "Mail is flowing: what had to leave has left, or is due."
    return Flow(level=Level.WELL, sentence=said)


def _minutes(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} minutes" if minutes != 1 else "1 minute"
    return f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"
