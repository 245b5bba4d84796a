"""The machine and the store: room, version, and how long mail has been waiting."""

from datetime import datetime, timedelta

from relay.domains.finding import Finding, error, fine, note, warning
from relay.domains.visit import Visit

_SOUND = (3, 51, 3)
_LATE, _URGENT_LATE = timedelta(hours=4), timedelta(minutes=15)

WELL = fine("RD000", "room, store and queue are well")
FULL = error("RD001", "too little disk is left, so new mail is put off", "make room", alarm=True)
TIGHT = warning("RD002", "the disk is nearly full", "make room before new mail is put off")
OLD_SQLITE = note(
    "RD003",
    "this SQLite can corrupt a database that two processes write to",
    "the relay keeps to one; other tools must not write to its file. 3.51.3 is safe",
)
WAITING = warning("RD004", "mail has been waiting for long", "`relay queue list` says for what")
LATE = error(
    "RD005", "a failure has been waiting to leave for long", "`relay queue list` says for what"
)
NO_STORE = note("RD006", "there is no store yet", "`relay serve` makes it")

FINDINGS = (WELL, FULL, TIGHT, OLD_SQLITE, WAITING, LATE, NO_STORE)


async def check(visit: Visit) -> list[Finding]:
    """Check what the machine says of itself."""
    condition, found = visit.condition, []
    if condition.free is not None and condition.free < 2 * condition.least:
        kind = FULL if condition.free < condition.least else TIGHT
        evidence = f"{condition.free >> 20} MiB free, {condition.least >> 20} MiB kept in reserve"
        found.append(kind.at("disk", evidence))
    if condition.sqlite is not None and condition.sqlite < _SOUND:
        found.append(OLD_SQLITE.at("SQLite", ".".join(map(str, condition.sqlite))))
    if condition.no_store:
        found.append(NO_STORE.at("store"))
    found += _queue(visit.now, condition.oldest, condition.oldest_urgent)
    return found or [WELL.at("machine")]


def _queue(now: datetime, oldest: datetime | None, urgent: datetime | None) -> list[Finding]:
    if urgent is not None and now - urgent > _URGENT_LATE:
        return [LATE.at("queue", f"since {urgent:%Y-%m-%d %H:%M} UTC")]
    if oldest is not None and now - oldest > _LATE:
        return [WAITING.at("queue", f"since {oldest:%Y-%m-%d %H:%M} UTC")]
    return []
