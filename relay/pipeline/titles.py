"""Subjects of mails about an incident: how often, since when, and that it is over.

`[RECOVERED] web01 rsync /srv/www: succeeded, after 3 failures in 2 h`. Built on the subject that
the report has of its own, within the same 100 characters.
What happens next: conclude.py and compose.py put them on their mails.
"""

from datetime import timedelta

from relay.pipeline.incident import Incident
from relay.pipeline.job import JobState
from relay.policy.words import LONGEST

_DOTS = "\N{HORIZONTAL ELLIPSIS}"
_TAGS = ("[OK] ", "[WARNING] ", "[FAILED] ", "[UNKNOWN] ")


def recovered(subject: str, incident: Incident) -> str:
    """Return the subject of the report that ends `incident`."""
    many = "1 bad report" if incident.count == 1 else f"{incident.count} bad reports"
    lasted = duration(incident.last_at - incident.opened_at)
    tail = f", after {many}" + (f" in {lasted}" if incident.count > 1 else "")
    return fitted("[RECOVERED] " + without_tag(subject), tail)


def returned(subject: str, before: JobState) -> str:
    """Return the subject of a report that was missed before it came."""
    missed = before.late_after or before.last_seen
    lasted = duration((before.missing_at or missed) - before.last_seen)
    return fitted("[RECOVERED] " + without_tag(subject), f", came again, {lasted} after the last")


def without_tag(subject: str) -> str:
    """Return a subject without the tag of its verdict."""
    for tag in _TAGS:
        subject = subject.removeprefix(tag)
    return subject


def fitted(head: str, tail: str) -> str:
    """Return `head` and `tail`, the head shortened so that both fit into a subject."""
    room = LONGEST - len(tail)
    return (head if len(head) <= room else head[: room - 1].rstrip() + _DOTS) + tail


def duration(span: timedelta) -> str:
    """Return a span in its largest units: `40 s`, `25 min`, `2 h`, `3 d`."""
    seconds = max(int(span.total_seconds()), 0)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{round(seconds / size)} {unit}"
    return f"{seconds} s"
