"""Monitoring: Nagios and its kin, Icinga, Checkmk, Zabbix, monit, Alertmanager, Netdata and others.

The whole mail is the monitor's: what a check printed (`CRITICAL - rsync error`) is its words, not
another tool's report, so the finding stands alone. The state that the text gives decides: OK, UP,
resolved a success, WARNING a warning, CRITICAL, DOWN, firing a failure, UNKNOWN unknown; of several
the worst. A problem of low severity (Zabbix, Alertmanager) is a warning. Where only the subject
gives the state it can prove everything but a success. The host is the one that sends; the watched
host and service are the job (`app7 load`), and an acknowledgement is other news than the problem.
What happens next: combine.py lets it stand alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import re2

from relay.reports.finding import Finding, Standing, worst
from relay.reports.letter import Letter
from relay.reports.mask import news
from relay.reports.readers.monitoring_forms import FORMS, MINOR, STATES, Form
from relay.reports.report import Evidence, Fact, Kind, Verdict

MARKS = ""
_HEAD = 1 << 12
_LOOKED_AT = 80
_MOST_INFO = 20
_LONGEST_WHAT = 100
_ANNOUNCES_INFO = re2.compile(r"(?:Additional )?Info(?:rmation)?:")
_UNSAID = Verdict.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A piece of a notice and where it stands; line 0 is the subject."""

    line: int
    text: str
    groups: Mapping[str, str]


def read(letter: Letter) -> Finding | None:
    """Return what a monitor says, None if the mail is no monitor's."""
    head = letter.body.whole.data[:_HEAD].decode("utf-8", "replace")
    text = f"{letter.subject}\n{letter.first('from')}\n{head}"
    for form in FORMS:
        if form.known_by.search(text) is not None:
            finding = _finding(form, letter, [*_lines(form, letter), *_subject(form, letter)])
            if finding is not None:
                return finding
    return None


def _lines(form: Form, letter: Letter) -> Iterator[_Said]:
    announced = False
    for line in letter.body.written(_LOOKED_AT):
        text = line.text.strip()
        if text.startswith(">"):
            continue
        groups = {"info": text} if announced else _groups(form.lines_by, text)
        announced = _ANNOUNCES_INFO.fullmatch(text) is not None
        if groups:
            yield _Said(line=line.number, text=text, groups=groups)


def _groups(patterns: Iterable[Any], text: str) -> dict[str, str]:
    for pattern in patterns:
        match = pattern.fullmatch(text)
        if match is not None:
            return {name: found for name, found in match.groupdict().items() if found}
    return {}


def _subject(form: Form, letter: Letter) -> Iterator[_Said]:
    text = " ".join(letter.subject.split())
    groups = _groups(form.subjects_by, text)
    if groups:
        yield _Said(line=0, text=text, groups=groups)


def _finding(form: Form, letter: Letter, said: list[_Said]) -> Finding | None:
    """Make a finding of the pieces; a form without a state is not this program's notice."""
    states = [each for each in said if "state" in each.groups and each.line > 0]
    stated = states or [each for each in said if "state" in each.groups or "kind" in each.groups]
    if not stated:
        return None
    severity = _first(said, "severity").lower()
    verdicts = {id(each): _verdict(each, severity) for each in stated}
    verdict = worst(*verdicts.values())
    if verdict is Verdict.SUCCESS and letter.truncated:
        verdict = Verdict.UNKNOWN
    decisive = next((each for each in stated if verdicts[id(each)] is verdict), stated[0])
    return Finding(
        reader="monitoring",
        kind=Kind.MONITORING,
        # A recovery does not outweigh what a tool says in the same mail; bad news stands alone.
        standing=Standing.WRAPPER if verdict is Verdict.SUCCESS else Standing.ALONE,
        owns=letter.body.of_interest,
        verdict=verdict,
        what=_what(said, decisive),
        evidence=tuple(_evidence(form, each, verdicts[id(each)]) for each in stated),
        facts=_facts(said, decisive),
        news=news(_news(said, decisive)),
        host=_first(said, "sender") or None,
        job=_job(said) or None,
    )


def _verdict(said: _Said, severity: str) -> Verdict:
    """Judge one state; a subject proves no success."""
    verdict = _meaning(_state(said))
    if verdict is Verdict.FAILURE and severity in MINOR:
        return Verdict.WARNING
    return Verdict.UNKNOWN if verdict is Verdict.SUCCESS and said.line == 0 else verdict


def _state(said: _Said) -> str:
    return said.groups.get("state") or said.groups.get("kind", "")


def _meaning(state: str) -> Verdict:
    """Look a state up; of monit's longer ones (`Connection failed`) the end counts."""
    state = state.lower()
    if state in STATES:
        return STATES[state]
    ending = state.rpartition(" ")[2]
    if state.endswith("not changed"):
        return Verdict.SUCCESS
    return Verdict.FAILURE if ending == "exceeded" else STATES.get(ending, _UNSAID)


def _first(said: Iterable[_Said], name: str) -> str:
    found = (each.groups[name].strip() for each in said if name in each.groups)
    return next(found, "")


def _job(said: list[_Said]) -> str:
    """Name what is watched: its host, then the service on it."""
    host, service = _first(said, "host"), _first(said, "service")
    return " ".join(dict.fromkeys(each for each in (host, service) if each))


def _what(said: list[_Said], decisive: _Said) -> str:
    """Say what is watched, in which state it is, and what the check said of it."""
    state, kind = _state(decisive), _first(said, "kind")
    kind = "" if kind.lower() in ("", "problem", state.lower()) else f" ({kind.lower()})"
    info = _first(said, "info")
    text = f"{_job(said)}: {state}{kind}" if _job(said) else f"{state}{kind}"
    if info:
        text = f"{text}, {info}"
    return text if len(text) <= _LONGEST_WHAT else text[: _LONGEST_WHAT - 1] + "…"


def _evidence(form: Form, said: _Said, verdict: Verdict) -> Evidence:
    rule = f"monitoring.{form.name}"
    return Evidence(line=said.line, text=said.text, rule=rule, proves=verdict)


def _facts(said: list[_Said], decisive: _Said) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "state": _state(decisive),
        "watched_host": _first(said, "host"),
        "watched_service": _first(said, "service"),
        "severity": _first(said, "severity"),
    }
    return {name: value for name, value in facts.items() if value}


def _news(said: list[_Said], decisive: _Said) -> Iterator[str]:
    """Yield the watched thing, its state, the kind of notice, and what the check said."""
    yield f"{_job(said)} is {_state(decisive)}"
    yield _first(said, "kind")
    infos = [each.groups["info"] for each in said if "info" in each.groups]
    yield from infos[:_MOST_INFO]
