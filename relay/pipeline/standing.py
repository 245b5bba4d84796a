"""Where a recipient stands with each job: what they get, by whose word, who hears instead.

What happens next: cli/recipients.py shows it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from relay.choice.choice import Choice, Level, choice_of
from relay.choice.floor import Matter, audience
from relay.pipeline.job import JobState
from relay.reports.job import identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One job: the level that counts, the choice that says so, if any, and what the floor does.

    `handed_to` is who is told of its failures because all of its readers decline them.
    """

    job: JobState
    level: Level
    by: Choice | None
    handed_to: str | None


def standings(
    recipient: str,
    jobs: Iterable[JobState],
    choices: Sequence[Choice],
    stewards: Callable[[str], Sequence[str]],
    now: datetime,
) -> list[Standing]:
    """Return it for `jobs`; `choices` are everybody's, `stewards` are those of a host."""
    found = []
    for job in jobs:
        name = identity(job.job)
        by = choice_of(choices, recipient, job.host, name, now)
        matter = Matter(host=job.host, job=name, urgent=True, now=now)
        heard = audience(job.recipients, choices, matter, stewards(job.host))
        level = by.level if by else Level.POLICY
        found.append(Standing(job=job, level=level, by=by, handed_to=heard.handed_to))
    return found
