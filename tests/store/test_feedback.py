"""Receivers' figures are kept once, and summed by domain and address."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Table, func, select

from relay.feedback.report import DmarcReport, Feedback, Unreadable
from relay.pipeline.returned import Sort
from relay.store import feedback
from relay.store.feedback import senders, sessions
from relay.store.schema import feedback as table
from relay.store.schema import sources, tls_sessions
from relay.store.store import Store
from tests.conftest import Clock
from tests.feedback.reporting import (
    aggregate,
    mail,
    packed,
    reading,
    record,
    tls_policy,
    tls_report,
)
from tests.store.builders import ask

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def rows(store: Store, of: Table) -> int:
    return ask(
        store, lambda connection: connection.execute(select(func.count()).select_from(of))
    ).scalar_one()


def kept(store: Store, said: Feedback, name: str = "M1") -> Sort:
    return store.write_now(lambda tx: feedback.keep(tx, name, said)).sort


def seen(store: Store) -> list[feedback.Sender]:
    return ask(store, lambda connection: senders(connection, LONG_AGO))


def test_addresses_are_summed_over_reports_the_most_failing_first(store: Store) -> None:
    bad = record("198.51.100.7", 34, dkim="fail", spf="fail", done="reject")
    first = reading(packed(aggregate(record(), record(count=3, dkim="fail"), number="1")))
    assert kept(store, first, "M1") is Sort.REPORTED
    assert kept(store, reading(packed(aggregate(record(), bad, number="2"))), "M2")
    worst, ours = seen(store)
    assert (worst.address, worst.failing, worst.stopped, worst.count) == (
        "198.51.100.7",
        34,
        34,
        34,
    )
    assert worst.since == datetime(2025, 11, 24, tzinfo=UTC)
    assert (ours.count, ours.dkim, ours.spf, ours.failing, ours.since) == (27, 24, 27, 0, None)
    assert ours.reporters == 1


def test_a_report_counts_once_whoever_sends_it_again(store: Store) -> None:
    said = reading(packed(aggregate(record())))
    assert kept(store, said, "M1") is Sort.REPORTED
    assert kept(store, said, "M2") is Sort.REPORTED
    assert [each.count for each in seen(store)] == [12]


def test_what_cannot_be_read_is_said_and_not_kept(store: Store) -> None:
    verdict = store.write_now(lambda tx: feedback.keep(tx, "M1", Unreadable(why="no report")))
    assert (verdict.sort, verdict.note) == (Sort.UNREADABLE, "no report")
    assert seen(store) == []


def test_nobody_fills_the_store_with_reports(store: Store, clock: Clock) -> None:
    given = [reading(packed(aggregate(record(), number=str(n)))) for n in range(502)]
    sorts = [kept(store, said, f"M{n}") for n, said in enumerate(given)]
    assert sorts.count(Sort.REPORTED) == 500
    assert sorts[-1] is Sort.TOO_MANY
    clock.advance(days=2)
    assert kept(store, given[-1], "N1") is Sort.REPORTED


def test_tls_sessions_are_summed_failures_first(store: Store) -> None:
    for number in ("1", "2"):
        policy = tls_policy(100, certificate_expired=3)
        policy["summary"]["total-failure-session-count"] = 5
        raw = mail(tls_report(policy, number=number), "application/tlsrpt+json", "r.json")
        kept(store, reading(raw), f"M{number}")
    found = ask(store, lambda connection: sessions(connection, LONG_AGO))
    assert [(each.result, each.count) for each in found] == [
        ("certificate-expired", 6),
        ("?", 4),
        ("succeeded", 200),
    ]
    assert (found[0].server, found[0].policy) == ("mx.example.org", "sts")


def test_figures_go_after_thirteen_months(store: Store, clock: Clock) -> None:
    said = reading(packed(aggregate(record())))
    assert isinstance(said, DmarcReport)
    kept(store, said)
    policy = tls_report(tls_policy(3))
    kept(store, reading(mail(policy, "application/tlsrpt+json")), "M2")
    clock.time = said.about.end + timedelta(days=399)
    store.write_now(feedback.forget)
    assert rows(store, sources) == 1
    clock.time = datetime(2028, 6, 1, tzinfo=UTC)
    store.write_now(feedback.forget)
    assert [rows(store, each) for each in (table, sources, tls_sessions)] == [0, 0, 0]
