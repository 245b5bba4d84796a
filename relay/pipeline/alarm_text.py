"""An alarm in words, for a pager's small screen: what, since when, what to do.

What strangers wrote (subjects, replies) is one line of printable characters each, and cut.
What happens next: alerts/channel.py sends it.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from relay.pipeline.alarm import HEADINGS, Kind, Standing, Weight

_MOST = 15
_LONGEST = 300


def title(alarms: Sequence[Standing], relay: str) -> str:
    """Return the title of a notice about some alarms."""
    if len(alarms) == 1:
        only = alarms[0]
        over = "over: " if _is_over(only) else ""
        return f"{relay}: {over}{HEADINGS[only.condition.kind]}"
    open_ = sum(not _is_over(each) for each in alarms)
    return f"{relay}: {open_} alarms" if open_ else f"{relay}: {len(alarms)} alarms are over"


def body(alarms: Sequence[Standing], zone: str, runbooks: str) -> str:
    """Return the text of a notice: the grave first; `runbooks` is where their pages are."""
    ranked = sorted(alarms, key=_rank)
    paragraphs = [_paragraph(each, zone, runbooks) for each in ranked[:_MOST]]
    if len(ranked) > _MOST:
        paragraphs.append(f"... and {len(ranked) - _MOST} more: relay status")
    return "\n\n".join(paragraphs)


def _rank(alarm: Standing) -> tuple[bool, bool, datetime]:
    return (_is_over(alarm), alarm.condition.weight is not Weight.GRAVE, alarm.since)


def _paragraph(alarm: Standing, zone: str, runbooks: str) -> str:
    condition = alarm.condition
    subject, what = one_line(condition.subject), one_line(condition.what)
    since = _moment(alarm.since, zone)
    if _is_over(alarm) and alarm.over_at is not None:
        until = _moment(alarm.over_at, zone)
        return f"OVER {condition.kind} {subject}: it stood from {since} until {until}."
    again = f", told before {alarm.tells} time(s)" if alarm.tells else ""
    lines = [f"{condition.kind} {subject}: {what}", f"since {since}{again}"]
    if condition.kind is Kind.FAILURE:
        lines.append("Its mail follows as soon as it can leave; this is told once.")
    lines.append(f"what to do: {runbooks.rstrip('/')}/{condition.runbook}.md")
    return "\n".join(lines)


def _is_over(alarm: Standing) -> bool:
    return alarm.over_at is not None


def one_line(text: str) -> str:
    """Return a stranger's text as one printable line of bounded length."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 2 * _LONGEST]).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def _moment(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")
