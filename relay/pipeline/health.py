"""Is all well? One word and one sentence from the alarms that stand and the weather: pure.

What happens next: `relay status` and the pages show it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from relay.pipeline.alarm import HEADINGS, Standing, Weight
from relay.pipeline.conditions import Flow
from relay.reputation.state import State
from relay.reputation.weather import Weather

_WATCHED_WITHIN = timedelta(minutes=3)


class Health(StrEnum):
    """From good to bad."""

    WELL = "well"
    WATCH = "watch"
    ILL = "ill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """How it is, in a sentence."""

    health: Health
    sentence: str


def say(
    alarms: Sequence[Standing], flows: Sequence[Flow], weathers: Iterable[Weather], now: datetime
) -> Word:
    """Return how the relay is; a relay that has not looked for minutes is ill, or not there."""
    known = list(weathers)
    checked = max((each.checked_at for each in known), default=None)
    if checked is None or now - checked > _WATCHED_WITHIN:
        return Word(health=Health.ILL, sentence="No relay is at work on this store.")
    waiting = sum(each.waiting for each in flows)
    queue = "1 mail waits" if waiting == 1 else f"{waiting} mails wait"
    grave = [each for each in alarms if each.condition.weight is Weight.GRAVE]
    if grave:
        what = "; ".join(dict.fromkeys(HEADINGS[each.condition.kind] for each in grave))
        return Word(health=Health.ILL, sentence=f"Something is wrong: {what}. {queue}.")
    if alarms or any(each.state is not State.CLEAR for each in known):
        return Word(health=Health.WATCH, sentence=f"Mail flows, with a remark. {queue}.")
    return Word(health=Health.WELL, sentence=f"Mail flows. {queue}.")
