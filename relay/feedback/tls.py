"""TLS reports (RFC 8460): JSON about the sessions by which mail reached our bounce domain.

Each policy of a report becomes one of ours. Whatever has another shape than the standard's is left
out; nothing raises.
What happens next: read.py.
"""

import json
from datetime import UTC, datetime
from typing import Any

from relay.feedback import plain
from relay.feedback.report import About, Failure, TlsReport, TlsReports, Unreadable

_MAX_BYTES = 2 << 20
_MOST_POLICIES = 100
_MOST_FAILURES = 100
_TYPES = ("sts", "tlsa", "no-policy-found")


def read(text: bytes) -> TlsReports | Unreadable:
    """Return what a TLS report says, one report for each policy."""
    if len(text) > _MAX_BYTES:
        return Unreadable(why="the JSON is too large")
    try:
        report = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return Unreadable(why=plain.line(f"the JSON cannot be read: {error}"))
    begin, end = (_moment(report, each) for each in ("start-datetime", "end-datetime"))
    if begin is None or end is None or end < begin:
        return Unreadable(why="the JSON is no TLS report: its date-range is missing")
    found = []
    for each in _list(report, "policies")[:_MOST_POLICIES]:
        about = About(
            reporter=_line(report, "organization-name") or "?",
            number=_line(report, "report-id"),
            domain=plain.domain(_line(_dict(each, "policy"), "policy-domain")),
            begin=begin,
            end=end,
        )
        found += [_report(about, each)] if about.domain else []
    if not found:
        return Unreadable(why="the JSON is no TLS report: it names no policy")
    return TlsReports(each=tuple(found))


def _report(about: About, policy: Any) -> TlsReport:
    summary, kind = _dict(policy, "summary"), _line(_dict(policy, "policy"), "policy-type").lower()
    return TlsReport(
        about=about,
        policy=kind if kind in _TYPES else "other",
        succeeded=_count(summary, "total-successful-session-count"),
        failed=_count(summary, "total-failure-session-count"),
        failures=tuple(
            _failure(each) for each in _list(policy, "failure-details")[:_MOST_FAILURES]
        ),
    )


def _failure(detail: Any) -> Failure:
    return Failure(
        result=_line(detail, "result-type").lower() or "?",
        server=plain.domain(_line(detail, "receiving-mx-hostname")),
        count=_count(detail, "failed-session-count"),
    )


def _moment(report: Any, name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(_line(_dict(report, "date-range"), name))
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def _dict(value: Any, name: str) -> dict[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _list(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _line(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return plain.line(found) if isinstance(found, str) else ""


def _count(value: Any, name: str) -> int:
    return plain.count(value.get(name)) if isinstance(value, dict) else 0
