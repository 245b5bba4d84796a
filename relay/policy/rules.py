"""What stands in a policy file, and all rules together as `decide` gets them.

A file has `rules`, tried in order, and `examples` that prove them. A rule's `match` says when it
applies, all of its keys together; its `then` says what it orders. Patterns are kept as text, so
that `Rules` can be sent to another process; match.py compiles each once.
What happens next: load.py reads the files, decide.py applies the rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from relay.policy.decision import Route
from relay.policy.settings import HostSettings, IdentitySettings
from relay.policy.values import (
    Address,
    BodySize,
    Code,
    ExpectationText,
    FromPattern,
    JobTemplate,
    Kinds,
    Pattern,
    ScheduleText,
    Severity,
    SubjectTemplate,
    Targets,
    Verdicts,
    Words,
)
from relay.reports.report import Verdict
from relay.rhythm.schedule import Kind, parse
from relay.settings import Duration, Section


class Edit(StrEnum):
    """An edit that a policy may leave out. Repair of the header is none: it is always made."""

    IDENTITY = "identity"
    SUBJECT = "subject"
    PREFACE = "preface"
    FOOTER = "footer"
    REDACT = "redact"
    LIST_ID = "list_id"


class Match(Section):
    """When a rule applies: where everything that is given here is true."""

    host: Words = Field((), description="Host names, * and ? as in file names.")
    job: Words = Field((), description="Job names, in the same way.")
    kind: Kinds = Field((), description="Kinds of report: rsync, cron-other, human, ...")
    verdict: Verdicts = Field((), description="success, warning, failure, unknown, none.")
    sender: Words = Field((), description="Addresses in From or of the envelope's sender.")
    recipient: Words = Field((), description="Addresses of the envelope's recipients.")
    subject: Pattern | None = Field(None, description="RE2 pattern, searched in the subject.")
    body: Pattern | None = Field(None, description="RE2 pattern, searched in the text.")


class IdentityOrder(Section):
    """Whom mail says it is from, instead of what the configuration says."""

    from_: FromPattern | None = Field(
        None, alias="from", description="From pattern, as in identity.from of the configuration."
    )
    reply_to: Address | None = Field(None, description="Where replies go.")


class RecipientsOrder(Section):
    """Who gets it: addresses, or the words owner and postmaster."""

    redirect: Targets = Field((), description="These instead of the recipient.")
    add: Targets = Field((), description="These as well.")


class DigestOrderEntry(Section):
    """Which digest a report that may wait goes into."""

    name: str = Field(
        "daily", max_length=60, description="Name of the digest, shown in its subject."
    )
    at: ScheduleText = Field(
        "daily at 07:00",
        description="When it leaves: cron syntax, `daily at 07:00`, `at most 30 minutes`.",
    )
    most: int = Field(500, ge=1, le=5000, description="It leaves early with so many reports.")
    heartbeat: bool = Field(False, description="It leaves on time with nothing in it, too.")

    @model_validator(mode="after")
    def _beats_on_time(self) -> Self:
        if self.heartbeat and parse(self.at, "UTC").kind is Kind.WITHIN:
            raise ValueError(
                f'a heartbeat needs times of its own, and "{self.at}" counts from a report; '
                'write "daily at 07:00" or "every 4 hours"'
            )
        return self


class BodyOrder(Section):
    """How much of a text leaves; its beginning, its end and the evidence always do."""

    most_lines: int | None = Field(None, ge=20, description="With more lines, the middle goes.")
    most_bytes: BodySize | None = Field(
        None, description="With more bytes, the middle goes: 64kB, 1MiB."
    )


class Then(Section):
    """What a rule orders. For each key, the first rule that applies and has the key decides."""

    route: Route | None = Field(
        None,
        description="now, digest, count (in the digest, but only as a number) or hold.",
    )
    digest: DigestOrderEntry | None = Field(None, description="Which digest it waits for.")
    repeat: tuple[Duration, ...] | None = Field(
        None,
        description="When the repeats of a failure are told, counted from the last mail about it; "
        "an empty list tells each by itself.",
    )
    edits: tuple[Edit, ...] | None = Field(
        None, description="Which of the optional edits are made; all by default."
    )
    identity: IdentityOrder | None = Field(None, description="Whom it is from.")
    recipients: RecipientsOrder | None = Field(None, description="Who gets it.")
    subject: SubjectTemplate | None = Field(None, description="Template of the subject.")
    body: BodyOrder | None = Field(None, description="How much of a long text leaves.")
    codes: dict[Code, Severity] = Field({}, description="What exit codes mean for this job.")
    job: JobTemplate | None = Field(None, description="Template of the job's name.")
    expect: ExpectationText | None = Field(
        None,
        description="When its next report is due: `daily by 06:00 Europe/Berlin`, cron syntax "
        "with `, grace 45m` behind it, or `none` to expect none.",
    )
    upstream: str | None = Field(None, description="Name of the upstream that it leaves by.")


class RuleEntry(Section):
    """One rule as it stands in the file."""

    name: str = Field(
        min_length=1, max_length=100, description="Name of the rule, for `relay why`."
    )
    match: Match = Field(Match(), description="When it applies; always, if left out.")
    then: Then = Field(description="What it orders.")


class Expectation(Section):
    """What must come of an example; what is left out is not looked at."""

    verdict: Verdict | None = Field(None, description="The verdict.")
    route: Route | None = Field(None, description="The route.")
    subject: str | None = Field(None, description="The subject that leaves.")
    job: str | None = Field(None, description="The job's name.")
    recipients: Words | None = Field(None, description="Everybody who gets it.")
    digest: str | None = Field(None, description="The digest that it waits for.")
    expected: str | None = Field(None, description="When its next report is due.")


class Example(Section):
    """A mail in a few lines, and what must come of it."""

    name: str = Field(description="What it shows.")
    host: str = Field("web01", description="The host that sends it.")
    from_: str = Field("root@web01", alias="from", description="Its From.")
    to: Words = Field(("root",), description="Its recipients.")
    subject: str = Field("", description="Its subject.")
    body: str = Field("", description="Its text.")
    expect: Expectation = Field(description="What must come of it.")


class RuleFile(Section):
    """A policy file."""

    rules: tuple[RuleEntry, ...] = Field((), description="Rules, in order.")
    examples: tuple[Example, ...] = Field((), description="Mails that prove the rules.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule, its full name (`rsync.yaml: vanished files`) and its place (`...rsync.yaml:12`)."""

    label: str
    place: str
    match: Match
    then: Then


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All rules in order, and what deciding needs of the configuration. Can be pickled.

    `opt_out` is the link in footers, with a mark for each recipient's token.
    """

    rules: tuple[Rule, ...]
    hosts: Mapping[str, HostSettings]
    identity: IdentitySettings
    relay: str
    opt_out: str | None = None

    def owner(self, host: str) -> str:
        """Return who answers for `host`: its owner, or else the postmaster."""
        known = self.hosts.get(host.lower())
        return (known.owner if known else None) or self.identity.postmaster
