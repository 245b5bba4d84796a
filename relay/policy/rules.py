"""What stands in a policy file, and all rules together as `decide` gets them.

A file has `rules`, tried in order, and `examples` that prove them. A rule's `match` says when it
applies, all of its keys together; its `then` says what it orders. Patterns are kept as text, so
that `Rules` can be sent to another process; match.py compiles each once.
What happens next: load.py reads the files, decide.py applies the rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import re2
from pydantic import AfterValidator, BeforeValidator, Field

from relay.mail.address import is_address, split
from relay.policy.decision import Route
from relay.policy.identity import pattern_problem
from relay.policy.settings import HostSettings, IdentitySettings
from relay.policy.template import problem
from relay.reports.report import Kind, Verdict
from relay.rhythm.schedule import parse
from relay.settings import Duration, Section

SUBJECT_NAMES = ("tag", "host", "job", "what", "kind", "verdict", "code", "subject")
JOB_NAMES = ("host", "job", "kind")
OWNER, POSTMASTER = "owner", "postmaster"


class Edit(StrEnum):
    """An edit that a policy may leave out. Repair of the header is none: it is always made."""

    IDENTITY = "identity"
    SUBJECT = "subject"
    PREFACE = "preface"
    FOOTER = "footer"
    REDACT = "redact"
    LIST_ID = "list_id"


def _several(value: Any) -> Any:
    """Let one word stand for a list of one."""
    return value if isinstance(value, list | tuple) else [value]


def _pattern(text: str) -> str:
    """Refuse what is no RE2 pattern."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(text, options)
    except re2.error as error:
        words = error.args[0] if error.args else ""
        words = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        raise ValueError(f"is no pattern of RE2: {words}") from None
    return text


def _subject(text: str) -> str:
    found = problem(text, SUBJECT_NAMES)
    if found:
        raise ValueError(found)
    return text


def _job(text: str) -> str:
    found = problem(text, JOB_NAMES)
    if found:
        raise ValueError(found)
    return text


def _from(text: str) -> str:
    found = pattern_problem(text)
    if found:
        raise ValueError(found)
    return text


def _reachable(text: str) -> str:
    if not is_address(text) or "." not in split(text)[1]:
        raise ValueError("must be an address with a domain, such as ops@example.org")
    return text


def _target(text: str) -> str:
    return text if text in (OWNER, POSTMASTER) else _reachable(text)


def _schedule(text: str) -> str:
    """Refuse what is no schedule; the zone that it may lack is the configuration's."""
    parse(text, "UTC")
    return text


def _severity(verdict: Verdict) -> Verdict:
    if verdict not in (Verdict.SUCCESS, Verdict.WARNING, Verdict.FAILURE):
        raise ValueError("must be success, warning or failure")
    return verdict


Words = Annotated[tuple[str, ...], BeforeValidator(_several)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Address = Annotated[str, AfterValidator(_reachable)]
Target = Annotated[str, AfterValidator(_target)]
Targets = Annotated[tuple[Target, ...], BeforeValidator(_several)]
Code = Annotated[int, Field(ge=1, le=255)]
Severity = Annotated[Verdict, AfterValidator(_severity)]


class Match(Section):
    """When a rule applies: where everything that is given here is true."""

    host: Words = Field((), description="Host names, * and ? as in file names.")
    job: Words = Field((), description="Job names, in the same way.")
    kind: Annotated[tuple[Kind, ...], BeforeValidator(_several)] = Field(
        (), description="Kinds of report: rsync, cron-other, human, ..."
    )
    verdict: Annotated[tuple[Verdict, ...], BeforeValidator(_several)] = Field(
        (), description="success, warning, failure, unknown, none."
    )
    sender: Words = Field((), description="Addresses in From or of the envelope's sender.")
    recipient: Words = Field((), description="Addresses of the envelope's recipients.")
    subject: Pattern | None = Field(None, description="RE2 pattern, searched in the subject.")
    body: Pattern | None = Field(None, description="RE2 pattern, searched in the text.")


class IdentityOrder(Section):
    """Whom mail says it is from, instead of what the configuration says."""

    from_: Annotated[str, AfterValidator(_from)] | None = Field(
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
    at: Annotated[str, AfterValidator(_schedule)] = Field(
        "daily at 07:00",
        description="When it leaves: cron syntax, `daily at 07:00`, `at most 30 minutes`.",
    )
    most: int = Field(500, ge=1, le=5000, description="It leaves early with so many reports.")


class Then(Section):
    """What a rule orders. For each key, the first rule that applies and has the key decides."""

    route: Route | None = Field(
        None,
        description="now, digest, count (in the digest, but only as a number) or hold.",
    )
    digest: DigestOrderEntry | None = Field(None, description="Which digest it waits for.")
    repeat: tuple[Duration, ...] | None = Field(
        None,
        min_length=1,
        description="When the repeats of a failure are told, counted from the last mail about it.",
    )
    edits: tuple[Edit, ...] | None = Field(
        None, description="Which of the optional edits are made; all by default."
    )
    identity: IdentityOrder | None = Field(None, description="Whom it is from.")
    recipients: RecipientsOrder | None = Field(None, description="Who gets it.")
    subject: Annotated[str, AfterValidator(_subject)] | None = Field(
        None, description="Template of the subject."
    )
    codes: dict[Code, Severity] = Field({}, description="What exit codes mean for this job.")
    job: Annotated[str, AfterValidator(_job)] | None = Field(
        None, description="Template of the job's name."
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
    """All rules in order, and what deciding needs of the configuration. Can be pickled."""

    rules: tuple[Rule, ...]
    hosts: Mapping[str, HostSettings]
    identity: IdentitySettings
    relay: str

    def owner(self, host: str) -> str:
        """Return who answers for `host`: its owner, or else the postmaster."""
        known = self.hosts.get(host.lower())
        return (known.owner if known else None) or self.identity.postmaster
