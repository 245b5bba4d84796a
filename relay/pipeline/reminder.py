"""The reminder of an incident: that it goes on, how often, since when, and what it says last.

It leaves in the thread of the first mail. The members are the reports that were only counted since
the last mail about the incident; the newest of them is quoted.
What happens next: bulletin.py addresses it.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from relay.mail.compose import Letterhead, notice
from relay.mail.headers import clean
from relay.pipeline.batch import Batch, Item
from relay.pipeline.incident import Incident
from relay.pipeline.titles import duration, fitted
from relay.rewrite.thread import in_thread

_MOST_IDS = 20
_LONGEST_LINE = 200


def subject(batch: Batch, incident: Incident | None, zone: str) -> str:
    """Return `[FAILED] web01 rsync /srv: disk full (12 times more, since 25 Nov 03:00)`."""
    since = incident.opened_at if incident else batch.items[0].accepted_at
    many = len(batch.items)
    times = "once" if many == 1 else f"{many} times"
    head = batch.items[-1].subject
    return fitted(clean(head), f" ({times} more, since {_moment(since, zone)})")


def compose(
    batch: Batch, incident: Incident | None, zone: str, head: Letterhead, colophon: Sequence[str]
) -> bytes:
    """Return the mail; `incident` is None where it has ended meanwhile, `colophon` ends it."""
    text = (*lines(batch, incident, zone), "", "--", *colophon)
    mail = notice(head, subject(batch, incident, zone), text)
    return in_thread(mail, incident.thread, None) if incident else mail


def lines(batch: Batch, incident: Incident | None, zone: str) -> list[str]:
    """Return the text of the mail."""
    first, last = batch.items[0], batch.items[-1]
    said = [
        f"{_named(last)} has gone wrong {len(batch.items)} more time(s) in the same way:",
        f"first {_moment(first.accepted_at, zone)}, last {_moment(last.accepted_at, zone)}.",
    ]
    if incident is not None:
        lasted = duration(last.accepted_at - incident.opened_at)
        said.append(
            f"It began at {_moment(incident.opened_at, zone)}, {lasted} before the last one; "
            f"that makes {incident.count} in all."
        )
    said += ["", f"It says: {_short(str(last.summary.get('what', '')))}"]
    said += [f"  line {number:>5}  {_short(text)}" for number, text in _evidence(last)]
    ids = [item.message_id for item in batch.items]
    if batch.hastened is not None:
        said += ["", f"{_short(batch.hastened)}."]
    said += ["", "The reports, as they came (relay show ID):"]
    said += [f"  {message_id}" for message_id in ids[-_MOST_IDS:]]
    if len(ids) > _MOST_IDS:
        said.append(f"  and {len(ids) - _MOST_IDS} before these")
    return said


def _named(item: Item) -> str:
    return _short(f"{item.host} {item.job}".strip()) or "A job"


def _evidence(item: Item) -> list[tuple[int, str]]:
    return [(int(line), str(text)) for line, text in item.summary.get("evidence", ())]


def _short(text: str) -> str:
    return clean(text)[:_LONGEST_LINE]


def _moment(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%d %b %H:%M")
