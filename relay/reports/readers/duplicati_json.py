"""Duplicati's JSON report as the lines of its text report, so that one grammar reads both.

The report is one object: `Data` is the result with its steps inside, `Extra` the run's names,
`LogLines` the log, `Exception` what ended it. Steps are indented as in the text. Only a whole
object within limits is read; anything else stays text.
What happens next: duplicati.py judges the lines.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from relay.reports.body import Body
from relay.reports.letter import Letter

_LARGEST = 1 << 20
_MOST_LINES = 2000


def flattened(letter: Letter) -> Letter | None:
    """Return `letter` with the text of its JSON report, None if it holds no such report."""
    data = letter.body.whole.data.strip()
    if not data.startswith(b"{") or len(data) > _LARGEST:
        return None
    try:
        report = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(report, dict) or not report.keys() & {"Data", "ParsedResult", "Exception"}:
        return None
    return replace(letter, body=Body.of("\n".join(list(_lines(report))[:_MOST_LINES])))


def _lines(report: dict[str, Any]) -> Iterator[str]:
    result = report.get("Data", report)
    if isinstance(result, dict):
        failed = result.get("Message") or result.get("_Message")
        if failed and "ParsedResult" not in result:
            yield f"Failed: {failed}"
        yield from _values(result, "")
    if report.get("Exception"):
        yield f"Failed: {str(report['Exception']).splitlines()[0]}"
    extra = report.get("Extra")
    yield from _values(extra, "") if isinstance(extra, dict) else ()
    yield from _texts(report.get("LogLines"))


def _values(result: dict[str, Any], indent: str) -> Iterator[str]:
    """Yield each value as its line; a step's below it, indented once."""
    for name, value in result.items():
        if isinstance(value, dict):
            yield f"{indent}{name}:"
            yield from _values(value, "    ") if not indent else ()
        elif isinstance(value, list):
            yield f"{indent}{name}: [" if value else f"{indent}{name}: []"
            yield from _texts(value)
        elif value is not None:
            yield f"{indent}{name}: {value}"


def _texts(values: object) -> Iterator[str]:
    """Yield the texts of a list, indented."""
    for value in values if isinstance(values, list) else ():
        if isinstance(value, str):
            yield from (f"    {line}" for line in value.splitlines())
