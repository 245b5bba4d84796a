"""The page on which a recipient chooses: everything, each host, each job, with what counts now.

A field of the form goes by a digest of its scope, so that a page that was open for long still means
what it showed, and only scopes that are the recipient's are ever changed.
What happens next: templates/preferences.html shows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby

from sqlalchemy import Connection

from relay.choice.choice import EVERYTHING, Choice, Level, Scope, level_named
from relay.pipeline.digest.moments import exact
from relay.pipeline.job import JobState
from relay.reports.job import identity
from relay.reports.report import Verdict
from relay.store import choices, jobs
from relay.web.answers import Form

_WORDS = {
    Verdict.SUCCESS: "OK",
    Verdict.WARNING: "WARNING",
    Verdict.FAILURE: "FAILED",
    Verdict.UNKNOWN: "UNKNOWN",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One scope: its name in the form, what was chosen for it, what counts otherwise and whence."""

    name: str
    title: str
    scope: Scope
    chosen: Level | None
    inherited: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job with its last verdict and when it was; missing ones have no report that is due."""

    field: Field
    verdict: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRow:
    """A host with its jobs."""

    field: Field
    jobs: tuple[JobRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All that a recipient may choose."""

    everything: Field
    hosts: tuple[HostRow, ...]
    suppressed: Choice | None
    zone: str

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field."""
        hosts = [host.field for host in self.hosts]
        return (self.everything, *hosts, *(job.field for host in self.hosts for job in host.jobs))


def board(connection: Connection, recipient: str, zone: str) -> Board:
    """Return what `recipient` gets, and has chosen; times are those of `zone`."""
    made = choices.of(connection, (recipient,))
    chosen = {each.scope: each.level for each in made if not each.suppresses}
    states = jobs.of_reader(connection, recipient)
    everything = _field("Everything", EVERYTHING, chosen, Level.POLICY, "")
    hosts = groupby(states, lambda state: state.host)
    return Board(
        everything=everything,
        hosts=tuple(_host(host, tuple(of_host), chosen, zone) for host, of_host in hosts),
        suppressed=next((each for each in made if each.suppresses), None),
        zone=zone,
    )


def _host(host: str, states: Sequence[JobState], chosen: dict[Scope, Level], zone: str) -> HostRow:
    above = chosen.get(EVERYTHING, Level.POLICY)
    scope = Scope(host=host)
    field = _field(host, scope, chosen, above, "as for everything")
    wider = "as for the host" if scope in chosen else "as for everything"
    counts = chosen.get(scope, above)
    rows = (
        JobRow(
            field=_field(state.job, _scope(state), chosen, counts, wider),
            verdict="MISSING" if state.missing_at else _WORDS.get(state.verdict, "OTHER"),
            when=exact(state.last_seen, zone),
        )
        for state in states
    )
    return HostRow(field=field, jobs=tuple(rows))


def _scope(state: JobState) -> Scope:
    return Scope(host=state.host, job=identity(state.job))


def _field(
    title: str, scope: Scope, chosen: dict[Scope, Level], above: Level, whence: str
) -> Field:
    name = blake2b(f"{scope.host}\0{scope.job}".encode(), digest_size=8).hexdigest()
    inherited = f"{whence}: {above}" if whence else str(above)
    return Field(name=name, title=title, scope=scope, chosen=chosen.get(scope), inherited=inherited)


def wishes(present: Board, form: Form) -> dict[Scope, Level | None]:
    """Return what a form changes of the board; what it does not know is left alone."""
    said = dict(form)
    found: dict[Scope, Level | None] = {}
    for field in present.fields:
        word = said.get(field.name)
        if word is None:
            continue
        try:
            level = level_named(word) if word else None
        except ValueError:
            continue
        if level is not field.chosen:
            found[field.scope] = level
    return found
