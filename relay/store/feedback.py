"""What receivers report of our mail, kept as figures, and asked by domain and address.

A report counts once, whoever sends it again. Nobody proves who wrote one, so the figures inform
people and change nothing by themselves; a forger can add to them, within limits.
What happens next: `relay feedback` shows them, and the doctor weighs what is ours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, select

from relay.feedback.report import About, DmarcReport, Feedback, TlsReport, Unreadable
from relay.pipeline.returned import Sort, Verdict
from relay.store.schema import feedback, sources, tls_sessions
from relay.store.writer import Transaction

_MOST_A_DAY = 500
_DAY = timedelta(days=1)
_KEPT = timedelta(days=400)
SUCCEEDED = "succeeded"


def keep(tx: Transaction, message_id: str, said: Feedback) -> Verdict:
    """Keep what the report in message `message_id` says; return what it was."""
    if isinstance(said, Unreadable):
        return Verdict(sort=Sort.UNREADABLE, note=said.why)
    if _today(tx) >= _MOST_A_DAY:
        return Verdict(sort=Sort.TOO_MANY)
    reports: tuple[DmarcReport | TlsReport, ...] = (
        (said,) if isinstance(said, DmarcReport) else said.each
    )
    new = sum(_kept(tx, f"{message_id}-{n}", each) for n, each in enumerate(reports))
    about = reports[0].about
    seen = "" if new else ", which had come before"
    note = f"{about.reporter} on {about.domain}, {about.begin:%Y-%m-%d}{seen}"
    return Verdict(sort=Sort.REPORTED, note=note)


def _today(tx: Transaction) -> int:
    today = select(func.count()).where(feedback.c.at > tx.now - _DAY)
    return tx.execute(today).scalar() or 0


def _kept(tx: Transaction, name: str, report: DmarcReport | TlsReport) -> bool:
    kind = "dmarc" if isinstance(report, DmarcReport) else f"tls {report.policy}"
    if _is_known(tx, kind, report.about):
        return False
    about = report.about
    row = {"id": name, "at": tx.now, "kind": kind, "reporter": about.reporter}
    row |= {"number": about.number, "domain": about.domain, "begin": about.begin, "end": about.end}
    tx.execute(insert(feedback).values(**row))
    if isinstance(report, DmarcReport):
        _insert(tx, sources, name, _source_rows(report))
    else:
        _insert(tx, tls_sessions, name, _session_rows(report))
    return True


def _is_known(tx: Transaction, kind: str, about: About) -> bool:
    same = and_(
        feedback.c.domain == about.domain,
        feedback.c.begin == about.begin,
        feedback.c.reporter == about.reporter,
        feedback.c.number == about.number,
        feedback.c.kind == kind,
    )
    return tx.execute(select(feedback.c.id).where(same)).first() is not None


def _insert(tx: Transaction, table: Any, name: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        own = [{"feedback_id": name, "number": n, **row} for n, row in enumerate(rows)]
        tx.execute(insert(table), own)


def _source_rows(report: DmarcReport) -> list[dict[str, Any]]:
    return [
        {
            "address": each.address,
            "count": each.count,
            "dkim": each.dkim,
            "spf": each.spf,
            "disposition": each.disposition,
            "header_from": each.header_from or report.about.domain,
        }
        for each in report.sources
    ]


def _session_rows(report: TlsReport) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = [
        {"result": each.result, "server": each.server, "count": each.count}
        for each in report.failures
        if each.count
    ]
    rest = report.failed - sum(row["count"] for row in told)
    if rest > 0:
        told.append({"result": "?", "server": "", "count": rest})
    if report.succeeded:
        told.append({"result": SUCCEEDED, "server": "", "count": report.succeeded})
    return told


def forget(tx: Transaction) -> None:
    """Delete figures that are older than anybody asks for."""
    old = select(feedback.c.id).where(feedback.c.end < tx.now - _KEPT)
    for table in (sources, tls_sessions):
        tx.execute(delete(table).where(table.c.feedback_id.in_(old)))
    tx.execute(delete(feedback).where(feedback.c.end < tx.now - _KEPT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What receivers saw of one address that sends with a From domain of ours.

    `failing` are mails that neither DKIM nor SPF vouches for, `since` when the first of them was.
    """

    domain: str
    address: str
    count: int
    dkim: int
    spf: int
    failing: int
    stopped: int
    since: datetime | None
    last: datetime
    reporters: int


def senders(connection: Connection, since: datetime) -> list[Sender]:
    """Return the addresses that mail with our domains came from, the most failing first."""
    bad = and_(~sources.c.dkim, ~sources.c.spf)
    stopped = and_(bad, sources.c.disposition.in_(("quarantine", "reject")))
    query = (
        select(
            sources.c.header_from.label("domain"),
            sources.c.address,
            func.sum(sources.c.count).label("count"),
            _sum_where(sources.c.dkim).label("dkim"),
            _sum_where(sources.c.spf).label("spf"),
            _sum_where(bad).label("failing"),
            _sum_where(stopped).label("stopped"),
            func.min(case((bad, feedback.c.begin))).label("since"),
            func.max(feedback.c.end).label("last"),
            func.count(func.distinct(feedback.c.reporter)).label("reporters"),
        )
        .join(feedback, feedback.c.id == sources.c.feedback_id)
        .where(feedback.c.end >= since)
        .group_by(sources.c.header_from, sources.c.address)
    )
    found = [Sender(**_counted(row)) for row in connection.execute(query).mappings()]
    return sorted(found, key=lambda each: (-each.failing, -each.count, each.address))


def _sum_where(condition: Any) -> Any:
    return func.sum(case((condition, sources.c.count), else_=0))


def _counted(row: Any) -> dict[str, Any]:
    """Return a row with plain numbers: PostgreSQL sums to decimals."""
    sums = ("count", "dkim", "spf", "failing", "stopped")
    return {**row, **{name: int(row[name]) for name in sums}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """How sessions with our servers ended, by policy and result; `succeeded` is a result, too."""

    domain: str
    policy: str
    result: str
    server: str
    count: int
    since: datetime
    last: datetime
    reporters: int


def sessions(connection: Connection, since: datetime) -> list[Sessions]:
    """Return what TLS reports say, failures first."""
    query = (
        select(
            feedback.c.domain,
            feedback.c.kind.label("policy"),
            tls_sessions.c.result,
            tls_sessions.c.server,
            func.sum(tls_sessions.c.count).label("count"),
            func.min(feedback.c.begin).label("since"),
            func.max(feedback.c.end).label("last"),
            func.count(func.distinct(feedback.c.reporter)).label("reporters"),
        )
        .join(feedback, feedback.c.id == tls_sessions.c.feedback_id)
        .where(feedback.c.end >= since)
        .group_by(feedback.c.domain, feedback.c.kind, tls_sessions.c.result, tls_sessions.c.server)
    )
    rows = connection.execute(query).mappings()
    found = [Sessions(**_session(row)) for row in rows]
    return sorted(found, key=lambda each: (each.result == SUCCEEDED, -each.count, each.domain))


def _session(row: Any) -> dict[str, Any]:
    return {**row, "count": int(row["count"]), "policy": row["policy"].removeprefix("tls ")}
