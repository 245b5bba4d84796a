"""What to do when mail is not well received: a procedure, as data, and what each step would do now.

The order is that of harm: first understand, then send less, then put aside what can wait, then go
another way; a change of the source address comes last, is capped and gated, because it looks like
evasion and gets the whole domain blocked. Failures are never held, pressed or cleared. Each step
can be taken back.
What happens next: store/remedy.py does a step, claims.py obeys what is in force.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from relay.reputation.cause import ADVICE, Cause
from relay.reputation.state import State
from relay.reputation.weather import Weather


class Step(StrEnum):
    """The steps, in their order."""

    CAUSE = "cause"
    SLOW = "slow"
    PRESS = "press"
    HOLD = "hold"
    CLEAR = "clear"
    OTHER = "other"
    ROTATE = "rotate"
    VERIFY = "verify"
    RAMP = "ramp"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """A step in words: what it does, what taking it back does, and whether it changes anything."""

    step: Step
    does: str
    undo: str
    acts: bool = True


PROCEDURE: tuple[Instruction, ...] = (
    Instruction(
        step=Step.CAUSE,
        does="find the cause: what the replies say, and since when",
        undo="nothing was changed",
        acts=False,
    ),
    Instruction(
        step=Step.SLOW,
        does="send less: so many mails a minute, a fifth of them kept for failures",
        undo="its own pace counts again",
    ),
    Instruction(
        step=Step.PRESS,
        does="press mails that may wait into one digest for each recipient",
        undo="these digests leave at once",
    ),
    Instruction(
        step=Step.HOLD,
        does="hold reports and digests of what went well; failures go on",
        undo="what this step held is released",
    ),
    Instruction(
        step=Step.CLEAR,
        does="export reports of successes that are stale, then give them up",
        undo="they wait to be sent again, as long as their bytes are kept",
    ),
    Instruction(
        step=Step.OTHER,
        does="let another upstream take the mail meanwhile",
        undo="its mail leaves by itself again; what has left has left",
    ),
    Instruction(
        step=Step.ROTATE,
        does="connect from the next of spare_addresses; once a week at most",
        undo="connect from its own address again",
    ),
    Instruction(
        step=Step.VERIFY,
        does="let one mail try now, whatever is held, and look at the reply",
        undo="nothing is left to take back",
    ),
    Instruction(
        step=Step.RAMP,
        does="double the pace every ten minutes, release what was held, end the detour",
        undo="the pace stays where step slow had put it",
    ),
    Instruction(
        step=Step.REPORT,
        does="tell what was done, by the ledger",
        undo="nothing was changed",
        acts=False,
    ),
)
STALE_AFTER = timedelta(hours=24)
"""A success that waited for so long is no news."""
_DOUBLE_EVERY = timedelta(minutes=10)
_DOUBLINGS = 6
_ROTATE_EVERY = timedelta(days=7)
_ABOUT_THE_ADDRESS = (Cause.LISTED, Cause.REPUTATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What is in force for an upstream.

    `probes` mails may try although all others take another way. `rotated_at` is when the source
    address was last changed, whether or not that was taken back.
    """

    upstream: str
    at: datetime
    reason: str
    per_minute: int | None = None
    ramp_since: datetime | None = None
    divert_to: str | None = None
    probes: int = 0
    source_address: str | None = None
    rotated_at: datetime | None = None


def pace(remedy: Remedy, now: datetime) -> int | None:
    """Return how many mails a minute an upstream is given, None for no limit but its own."""
    if remedy.per_minute is None or remedy.ramp_since is None:
        return remedy.per_minute
    doublings = int((now - remedy.ramp_since) / _DOUBLE_EVERY)
    return None if doublings >= _DOUBLINGS else remedy.per_minute << max(doublings, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """An upstream as the procedure sees it.

    `causes` are why mail was not taken of late, with how often and the last reply; `per_hour` is
    how many mails were tried in the last hour; the rest counts mails.
    """

    upstream: str
    weather: Weather | None
    causes: tuple[tuple[Cause, int, str], ...] = ()
    remedy: Remedy | None = None
    per_hour: int = 0
    waiting: int = 0
    urgent: int = 0
    pressable: int = 0
    holdable: int = 0
    held: int = 0
    stale: int = 0
    others: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a step would do now; `refused` says why it cannot be done."""

    step: Step
    text: str
    count: int = 0
    refused: str | None = None


def prospects(seen: Situation, now: datetime) -> list[Prospect]:
    """Return what each step would do, in their order."""
    per_minute = slower(seen.per_hour)
    other = ", ".join(seen.others)
    spare = next_spare(seen)
    texts: dict[Step, tuple[str, int, str | None]] = {
        Step.CAUSE: (_cause(seen), sum(count for _, count, _ in seen.causes), None),
        Step.SLOW: (f"{per_minute} mails a minute instead of {seen.per_hour} an hour", 0, None),
        Step.PRESS: (f"{seen.pressable} mails go into digests", seen.pressable, None),
        Step.HOLD: (
            f"{seen.holdable} mails are held; {seen.urgent} urgent ones go on",
            seen.holdable,
            None,
        ),
        Step.CLEAR: (f"{seen.stale} successes older than a day", seen.stale, None),
        Step.OTHER: (
            f"{seen.waiting} mails leave by {other or 'another upstream'}",
            seen.waiting,
            None if seen.others else "there is no other upstream that takes all mail",
        ),
        Step.ROTATE: (f"connect from {spare}", 0, may_rotate(seen, now)),
        Step.VERIFY: (
            "one mail tries now",
            min(seen.waiting, 1),
            None if seen.waiting else "no mail waits that could try",
        ),
        Step.RAMP: (_ramp(seen, now), seen.held, None if seen.remedy else "nothing is in force"),
        Step.REPORT: ("see below", 0, None),
    }
    return [
        Prospect(step=step, text=text, count=count, refused=refused)
        for step, (text, count, refused) in texts.items()
    ]


def slower(per_hour: int) -> int:
    """Return half the present pace, in mails a minute: one at least, twenty at most."""
    return min(max(per_hour // 120, 1), 20)


def next_spare(seen: Situation) -> str | None:
    """Return the address to connect from next."""
    now = None if seen.remedy is None else seen.remedy.source_address
    if now in seen.spares:
        rest = seen.spares[seen.spares.index(now) + 1 :]
        return rest[0] if rest else None
    return seen.spares[0] if seen.spares else None


def may_rotate(seen: Situation, now: datetime) -> str | None:
    """Return why the source address may not be changed, None if it may."""
    if next_spare(seen) is None:
        return "there is no spare address left (upstreams[].spare_addresses)"
    if seen.weather is None or seen.weather.state is not State.BLOCKED:
        return "the upstream is not blocked"
    if seen.weather.cause not in _ABOUT_THE_ADDRESS:
        return "the replies do not blame our address, so another one would not help"
    if seen.remedy is None or seen.remedy.per_minute is None:
        return "step slow comes first: a new address that sends as before is blocked, too"
    last = seen.remedy.rotated_at
    if last is not None and now - last < _ROTATE_EVERY:
        return f"it was changed on {last:%Y-%m-%d}; once a week is the most"
    return None


def _cause(seen: Situation) -> str:
    state = "unknown" if seen.weather is None else str(seen.weather.state)
    if not seen.causes:
        return f"the weather is {state}; nothing was refused of late"
    cause, count, reply = seen.causes[0]
    advice = ADVICE[cause]
    return f"the weather is {state}; {count} times {advice.means} ({reply}): {advice.remedy}"


def _ramp(seen: Situation, now: datetime) -> str:
    given = None if seen.remedy is None else pace(seen.remedy, now)
    speed = "its own pace" if given is None else f"{given} mails a minute, then twice as many"
    return f"{speed}; {seen.held} mails are released"
