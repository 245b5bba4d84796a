"""The weather at each egress: read out of attempts, kept in a table.

Signals are those of the last quarter of an hour, of no more than the last few thousand attempts, by
the index that quotas use; so a look costs the same with a million attempts on record. A change is
written by compare-and-set, with its line in the ledger; whatever else changes, now and then.
What happens next: pipeline/alarms.py makes alarms of it, `relay status` and the web show it.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, select, update

from relay.pipeline.ids import upstream_key
from relay.pipeline.stages import Event
from relay.reputation.cause import Cause
from relay.reputation.signals import Signals, Tried, cause_of, signals
from relay.reputation.state import State
from relay.reputation.weather import Weather
from relay.store.schema import attempts, outgoing, returned, upstreams, weather
from relay.store.writer import Transaction, insert_or_conflict

ALL = ""
"""The domain that stands for all of an upstream's mail."""
_WINDOW = timedelta(minutes=15)
_MOST = 3000
_MOST_DOMAINS = 30
_DAY = timedelta(days=1)
_KEEP = timedelta(days=7)
_WRITE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Egress:
    """An upstream, and a domain of recipients behind it or ALL."""

    upstream: str
    domain: str = ALL

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.upstream} to {self.domain}" if self.domain else self.upstream


def seen(connection: Connection, upstream: str, now: datetime) -> dict[Egress, Signals]:
    """Return what is seen at an upstream, of all its mail and of each domain that gets much."""
    tried = _tried(connection, upstream, now)
    domains = [name for name, _ in Counter(each.domain for each in tried).most_common()]
    found = {
        Egress(upstream=upstream, domain=name): signals(t for t in tried if t.domain == name)
        for name in domains[:_MOST_DOMAINS]
    }
    whole = signals(tried)
    held = _held(connection, upstream)
    if held is not None:
        cause = cause_of(_code(held.reason), held.reason)
        whole = replace(whole, held=cause, held_reply=held.reason[:160])
    complaints, sent = _complaints(connection, upstream, now)
    found[Egress(upstream=upstream)] = replace(whole, complaints=complaints, mails_today=sent)
    return found


def _tried(connection: Connection, upstream: str, now: datetime) -> list[Tried]:
    query = (
        select(
            attempts.c.outcome,
            attempts.c.code,
            attempts.c.reply,
            attempts.c.finished_at,
            outgoing.c.recipient,
            outgoing.c.since,
        )
        .join(outgoing, outgoing.c.id == attempts.c.outgoing_id)
        .where(
            attempts.c.upstream == upstream,
            attempts.c.started_at > now - _WINDOW,
            attempts.c.outcome.in_(("delivered", "deferred", "refused")),
        )
        .order_by(attempts.c.started_at.desc())
        .limit(_MOST)
    )
    return [_as_tried(row) for row in connection.execute(query)]


def _as_tried(row: Any) -> Tried:
    waited = row.finished_at - row.since if row.outcome == "delivered" else None
    domain = row.recipient.rpartition("@")[2].lower()
    return Tried(
        domain=domain, outcome=row.outcome, code=row.code, reply=row.reply or "", waited=waited
    )


def _held(connection: Connection, upstream: str) -> Row[Any] | None:
    return connection.execute(select(upstreams).where(upstreams.c.name == upstream)).first()


def _code(reply: str) -> int | None:
    return int(reply[:3]) if reply[:3].isdigit() else None


def _complaints(connection: Connection, upstream: str, now: datetime) -> tuple[int, int]:
    """Return the complaints of a day, and the mails tried in it; these only if there were any."""
    came = and_(returned.c.kind == "complaint", returned.c.at > now - _DAY)
    mine = select(func.count()).select_from(
        returned.join(outgoing, outgoing.c.id == returned.c.outgoing_id)
    )
    count = connection.execute(mine.where(came, outgoing.c.upstream == upstream)).scalar() or 0
    if not count:
        return 0, 0
    today = (attempts.c.upstream == upstream, attempts.c.started_at > now - _DAY)
    sent = connection.execute(select(func.count()).select_from(attempts).where(*today)).scalar()
    return count, sent or 0


def kept(connection: Connection) -> dict[Egress, Weather]:
    """Return the weather everywhere, as it was last written."""
    rows = connection.execute(select(weather).order_by(weather.c.upstream, weather.c.domain)).all()
    return {Egress(upstream=row.upstream, domain=row.domain): _as_weather(row) for row in rows}


def _as_weather(row: Row[Any]) -> Weather:
    return Weather(
        state=State(row.state),
        since=row.since,
        reasons=tuple(json.loads(row.reasons)),
        cause=None if row.cause is None else Cause(row.cause),
        calmer_since=row.calmer_since,
        usual=None if row.usual is None else timedelta(microseconds=row.usual),
        seen_at=row.seen_at,
        checked_at=row.checked_at,
    )


def is_news(before: Weather | None, after: Weather) -> bool:
    """Whether a weather is to be written: it changed, or it was last written some time ago."""
    if before is None:
        return True
    same = (before.state, before.reasons, before.calmer_since)
    if same != (after.state, after.reasons, after.calmer_since):
        return True
    return after.checked_at - before.checked_at >= _WRITE_EVERY


def keep(tx: Transaction, egress: Egress, before: Weather | None, after: Weather) -> bool:
    """Write the weather; True if its state changed by us and not by another node before."""
    values = _values(after)
    here = (weather.c.upstream == egress.upstream, weather.c.domain == egress.domain)
    if before is None:
        if tx.execute(select(weather.c.state).where(*here)).first() is not None:
            return False
        first = {"upstream": egress.upstream, "domain": egress.domain, **values}
        insert_or_conflict(tx, weather, first)
        was = State.CLEAR
    else:
        same = (weather.c.state == before.state, weather.c.since == before.since)
        if tx.execute(update(weather).where(*here, *same).values(values)).rowcount != 1:
            return False
        was = before.state
    if was is after.state:
        return False
    tx.record(_changed(egress, was, after))
    return True


def _values(after: Weather) -> dict[str, Any]:
    return {
        "state": after.state,
        "since": after.since,
        "reasons": json.dumps(after.reasons),
        "cause": after.cause,
        "calmer_since": after.calmer_since,
        "usual": None if after.usual is None else after.usual // timedelta(microseconds=1),
        "seen_at": after.seen_at,
        "checked_at": after.checked_at,
    }


def _changed(egress: Egress, was: State, after: Weather) -> Event:
    data = {
        "upstream": egress.upstream,
        "domain": egress.domain,
        "from": was,
        "to": after.state,
        "reasons": list(after.reasons),
    }
    return Event(kind="weather", message_id=upstream_key(egress.upstream), data=data)


def forget(tx: Transaction, known: Iterable[str]) -> None:
    """Forget upstreams that are configured no more, and domains that nothing went to for long."""
    gone = weather.c.upstream.not_in(list(known))
    tx.execute(delete(weather).where(gone))
    old = (weather.c.state == State.CLEAR, weather.c.checked_at < tx.now - _KEEP)
    tx.execute(delete(weather).where(weather.c.domain != ALL, *old))


def causes(connection: Connection, upstream: str, now: datetime) -> list[tuple[Cause, int, str]]:
    """Return why mail was not taken of late: cause, how often, and the last reply of that cause."""
    counts: Counter[Cause] = Counter()
    last: dict[Cause, str] = {}
    for each in _tried(connection, upstream, now):
        if each.outcome != "delivered":
            cause = cause_of(each.code, each.reply)
            counts[cause] += 1
            last.setdefault(cause, each.reply)
    return [(cause, count, last[cause]) for cause, count in counts.most_common()]
