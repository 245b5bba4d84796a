"""The signs of the weather: each function sees one thing, and says how bad that is and in words.

Figures that receivers publish stand where they are used; the rest is what keeps a noisy but healthy
day clear: full mailboxes, people who left, greylisting and a server that restarts are no signs.
What happens next: weather.py takes the worst.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from relay.reputation.cause import Cause, means
from relay.reputation.signals import ABOUT_US, Signals
from relay.reputation.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """How bad one thing is, in words, and for which cause."""

    state: State
    words: str
    cause: Cause


Find = Callable[[Signals, timedelta | None], Sign | None]
_SEVERAL = 3
_SHARE = 0.2


def _refused(seen: Signals, _usual: timedelta | None) -> Sign | None:
    """See that nothing gets through, and that the replies say it is about us."""
    if seen.held in ABOUT_US:
        words = f"the whole upstream refuses us: {means(seen.held)} ({seen.held_reply})"
        return Sign(state=State.BLOCKED, words=words, cause=seen.held)
    run = seen.run
    enough = _SEVERAL if seen.delivered else 2
    if run.about_us and run.length >= enough:
        words = f"the last {run.length} attempts were refused: {means(run.cause)} ({run.reply})"
        return Sign(state=State.BLOCKED, words=words, cause=run.cause)
    return None


def _named(seen: Signals, usual: timedelta | None) -> Sign | None:
    """See that some get through while others are refused for what we are."""
    if not seen.about_us or _refused(seen, usual):
        return None
    many = seen.about_us >= _SEVERAL and seen.about_us >= seen.attempts * _SHARE
    words = f"{seen.about_us} of {seen.attempts} attempts were refused for who we are"
    words += f" ({seen.run.reply})" if seen.run.about_us else ""
    cause = max(ABOUT_US, key=seen.noes)
    return Sign(state=State.STRAINED if many else State.WATCH, words=words, cause=cause)


def _throttled(seen: Signals, _usual: timedelta | None) -> Sign | None:
    count = seen.noes(Cause.RATE)
    if count < _SEVERAL or count < seen.attempts * 0.05:
        return None
    strained = count >= 5 and count >= seen.attempts * 0.3
    words = f"{count} of {seen.attempts} attempts were put off because we send too fast"
    state = State.STRAINED if strained else State.WATCH
    return Sign(state=state, words=words, cause=Cause.RATE)


def _slow(seen: Signals, usual: timedelta | None) -> Sign | None:
    if seen.wait is None or usual is None or seen.delivered < 5:
        return None
    words = f"mail waits {_spoken(seen.wait)} where {_spoken(usual)} is usual"
    if seen.wait > max(16 * usual, usual + timedelta(minutes=15)):
        return Sign(state=State.STRAINED, words=words, cause=Cause.RATE)
    if seen.wait > max(4 * usual, usual + timedelta(minutes=2)):
        return Sign(state=State.WATCH, words=words, cause=Cause.RATE)
    return None


def _away(seen: Signals, _usual: timedelta | None) -> Sign | None:
    """See that the server is not there: bad for mail, and no judgement about us."""
    cause, said = seen.held, seen.held_reply
    if cause is None and seen.run.length >= _SEVERAL:
        cause, said = seen.run.cause, seen.run.reply
    if cause not in (Cause.NETWORK, Cause.TLS, Cause.AUTH, Cause.UNKNOWN):
        return None
    words = f"nothing leaves: {means(cause)}; that is no judgement about us ({said})"
    return Sign(state=State.STRAINED, words=words, cause=cause)


def _nobody_knows(seen: Signals, _usual: timedelta | None) -> Sign | None:
    """See mail put off for reasons that nobody knows, or by greylisting that does not end."""
    count = seen.noes(Cause.UNKNOWN, Cause.GREYLIST)
    if seen.attempts < 20 or seen.delivered or count < seen.attempts * 0.5:
        return None
    words = f"none of {seen.attempts} attempts brought a mail through"
    return Sign(state=State.WATCH, words=words, cause=Cause.UNKNOWN)


def _complained(seen: Signals, _usual: timedelta | None) -> Sign | None:
    """See complaints: Gmail and Yahoo ask for less than 0.1 %, and act from 0.3 % on."""
    if not seen.complaints:
        return None
    share = seen.complaints / max(seen.mails_today, seen.complaints)
    words = f"{seen.complaints} of {seen.mails_today} mails of a day were called abuse"
    if seen.complaints >= 2 and share >= 0.003:
        return Sign(state=State.STRAINED, words=words, cause=Cause.REPUTATION)
    if share >= 0.001:
        return Sign(state=State.WATCH, words=words, cause=Cause.REPUTATION)
    return None


def _bounced(seen: Signals, _usual: timedelta | None) -> Sign | None:
    """See addresses that are not there: many of them look like a list that was guessed."""
    gone = seen.refused.get(Cause.MAILBOX, 0)
    if gone < 5 or gone < seen.attempts * 0.05:
        return None
    strained = gone >= 10 and gone >= seen.attempts * 0.1
    words = f"{gone} of {seen.attempts} attempts were to mailboxes that are not there"
    state = State.STRAINED if strained else State.WATCH
    return Sign(state=state, words=words, cause=Cause.MAILBOX)


def _listed(seen: Signals, _usual: timedelta | None) -> Sign | None:
    if not seen.listed:
        return None
    words = f"listed: {', '.join(seen.listed)}"
    return Sign(state=State.STRAINED, words=words, cause=Cause.LISTED)


def _unaligned(seen: Signals, _usual: timedelta | None) -> Sign | None:
    if not seen.unaligned:
        return None
    words = f"DMARC would fail: {', '.join(seen.unaligned)}"
    return Sign(state=State.WATCH, words=words, cause=Cause.AUTHENTICATION)


SIGNS: tuple[Find, ...] = (
    _refused,
    _named,
    _throttled,
    _slow,
    _away,
    _nobody_knows,
    _complained,
    _bounced,
    _listed,
    _unaligned,
)


def _spoken(span: timedelta) -> str:
    seconds = span.total_seconds()
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
