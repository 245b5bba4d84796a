"""Workflow commands of GitHub Actions: each finding is an annotation on its line."""

from collections.abc import Iterable, Iterator

from relay.audit.audit import Audited
from relay.audit.finding import Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def github(results: Iterable[Audited]) -> Iterator[str]:
    """Yield a line for each finding."""
    for result in results:
        for each in result.findings:
            rule = each.rule
            where = f"file={_property(each.path)},line={each.line},col={each.column}"
            title = _property(f"{rule.id} {rule.title}")
            text = " ".join(filter(None, (f"{each.detail}. {rule.remedy}", each.observed)))
            yield f"::{_COMMANDS[rule.severity]} {where},title={title}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
