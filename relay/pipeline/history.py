"""What is known when a report is concluded: its job, silences in force, how much its host sends.

What happens next: conclude.py decides with it, store/history.py reads it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from relay.choice.choice import Choice
from relay.pipeline.job import JobState
from relay.policy.match import like, short


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """An operator's word that some jobs need no attention until a certain time.

    `host` and `job` are globs, as in rules. What it keeps back is counted, and told when it ends;
    failures reach the owner all the same (P4).
    """

    id: str
    host: str
    job: str
    author: str
    reason: str
    until: datetime

    def covers(self, host: str, job: str, now: datetime) -> bool:
        """Whether a report of `job` on `host` is silenced at `now`."""
        return (
            now < self.until
            and like((self.host,), (host, short(host)))
            and like((self.job,), (job,))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many mails of one host, and of one job, may leave at once within `window`.

    More of them is a storm. `most_of_job` is MOST_IN_BURST at most: further nobody counts.
    """

    most: int = 30
    most_of_job: int = 10
    window: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All of it.

    `lately` is how many mails the host has sent within the pace's window, counted no further than
    is too many; `choices` are those of the report's recipients and of who answers for its host.
    """

    job: JobState | None = None
    silences: tuple[Silence, ...] = ()
    lately: int = 0
    choices: tuple[Choice, ...] = ()

    def silence(self, host: str, job: str, now: datetime) -> Silence | None:
        """Return the silence that covers a report, the one that lasts longest."""
        found = [each for each in self.silences if each.covers(host, job, now)]
        return max(found, key=lambda each: each.until, default=None)
