"""The values that a policy file may hold, each refused with a remedy where it cannot be meant.

Patterns, templates, addresses, schedules and expectations are checked when the file is loaded, so
that nothing of it can fail while mail is decided on. What an editor may suggest for each stands
beside it, where its type alone would say too little.
What happens next: rules.py makes the sections of them.
"""

from typing import Annotated, Any

import re2
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from relay.mail.address import is_address, split
from relay.policy.identity import pattern_problem
from relay.policy.template import problem
from relay.reports.report import Kind, Verdict
from relay.rhythm.cadence import declared
from relay.rhythm.schedule import parse
from relay.settings import Size

SUBJECT_NAMES = ("tag", "host", "job", "what", "kind", "verdict", "code", "subject")
JOB_NAMES = ("host", "job", "kind")
OWNER, POSTMASTER = "owner", "postmaster"
NEVER = "none"
"""The expectation of a job that nobody waits for."""

_LEAST_BODY = 2000
_SEVERITIES = (Verdict.SUCCESS, Verdict.WARNING, Verdict.FAILURE)


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


def _expected(text: str) -> str:
    """Refuse what tells no time at which a report could be waited for."""
    if text.strip().lower() == NEVER:
        return NEVER
    declared(text, "UTC")
    return text


def _roomy(size: int) -> int:
    if size < _LEAST_BODY:
        raise ValueError(f"must be at least {_LEAST_BODY} bytes, such as 64kB")
    return size


def _severity(verdict: Verdict) -> Verdict:
    if verdict not in _SEVERITIES:
        raise ValueError("must be success, warning or failure")
    return verdict


_ONE_OR_MORE = BeforeValidator(_several, json_schema_input_type=str | tuple[str, ...])

Words = Annotated[tuple[str, ...], _ONE_OR_MORE]
Kinds = Annotated[
    tuple[Kind, ...], BeforeValidator(_several, json_schema_input_type=Kind | tuple[Kind, ...])
]
Verdicts = Annotated[
    tuple[Verdict, ...],
    BeforeValidator(_several, json_schema_input_type=Verdict | tuple[Verdict, ...]),
]
Pattern = Annotated[str, AfterValidator(_pattern)]
SubjectTemplate = Annotated[str, AfterValidator(_subject)]
JobTemplate = Annotated[str, AfterValidator(_job)]
FromPattern = Annotated[str, AfterValidator(_from)]
Address = Annotated[str, AfterValidator(_reachable)]
Target = Annotated[str, AfterValidator(_target)]
Targets = Annotated[tuple[Target, ...], _ONE_OR_MORE]
ScheduleText = Annotated[str, AfterValidator(_schedule)]
ExpectationText = Annotated[str, AfterValidator(_expected)]
BodySize = Annotated[Size, AfterValidator(_roomy)]
Code = Annotated[int, Field(ge=1, le=255)]
Severity = Annotated[
    Verdict,
    AfterValidator(_severity),
    WithJsonSchema({"enum": [each.value for each in _SEVERITIES]}),
]
