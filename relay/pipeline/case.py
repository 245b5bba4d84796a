"""One message on its way to an outcome: what it is, what is known, and what it is to its job.

What happens next: waiting.py and conclude.py decide.
"""

from dataclasses import dataclass
from datetime import datetime

from relay.choice.choice import Choice, Scope, choice_of
from relay.pipeline.addressing import Addressing
from relay.pipeline.history import History, Pace, Silence
from relay.pipeline.incident import NEWS, Incident, News
from relay.pipeline.job import JobState, recently
from relay.pipeline.stages import Prepared, Received
from relay.reports.job import identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`job` is the job's state from now on, None where the message belongs to no job."""

    prepared: Prepared
    received: Received
    addressing: Addressing
    pace: Pace
    history: History
    now: datetime
    job: JobState | None
    news: News | None

    @property
    def before(self) -> JobState | None:
        """The job's state so far."""
        return self.history.job if self.job else None

    @property
    def incident(self) -> Incident | None:
        """The incident that the report belongs to, or ends."""
        current = self.job.incident if self.job else None
        return current or (self.before.incident if self.before else None)

    @property
    def host(self) -> str:
        """The host that sent it, by the name that its reports go by."""
        return self.prepared.report.host or self.received.origin.host

    @property
    def owner(self) -> str:
        """Who answers for the host."""
        return self.addressing.owner_of(self.received.origin.host)

    def upstream_for(self, target: str) -> str:
        """Return where a target's copy leaves by."""
        return self.addressing.upstream_for(target, self.prepared.decision.upstream)

    @property
    def silence(self) -> Silence | None:
        """The silence that it falls under; never a person's mail."""
        if not self.prepared.report.automated:
            return None
        return self.history.silence(self.host, self.prepared.report.job or "", self.now)

    @property
    def scope(self) -> Scope:
        """What a recipient may decline of it: its job, or its host where it has none."""
        return Scope(host=self.host, job=identity(self.prepared.report.job or ""))

    def choice_of(self, recipient: str) -> Choice | None:
        """Return what counts of what a recipient chose; of a person's mail nobody can choose."""
        if not self.history.choices or not self.prepared.report.automated:
            return None
        about = (self.scope.host, self.scope.job)
        return choice_of(self.history.choices, recipient, *about, self.now)

    @property
    def stormy(self) -> bool:
        """Whether its host has sent more than its pace allows; news passes all the same."""
        beyond = self.history.lately > self.pace.most and self.news not in NEWS
        return self.prepared.report.automated and (beyond or self.flooding)

    @property
    def flooding(self) -> bool:
        """Whether its job has sent more than its pace allows."""
        if self.before is None:
            return False
        return recently(self.before, self.now, self.pace.window) >= self.pace.most_of_job
