"""What the operator's pages read: paged by keys that indexes have, and kept from the beginning."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from relay.pipeline.job import JobState
from relay.reports.report import Verdict
from relay.store import fleet, jobs, runs, trail
from relay.store.engine import writing_engine
from relay.store.fleet import Search
from relay.store.schema import jobs as table
from relay.store.schema import outgoing
from relay.store.standing import SPAN, account
from relay.store.store import Store, migrate
from relay.store.unfinished import unread, unsent
from relay.web.operator.survey import Survey
from tests.conftest import Clock
from tests.flow.world import SUCCESS, World, failure
from tests.store.builders import ask

HOST = "web01.acme.example"


def filled(store: Store, clock: Clock, many: int) -> World:
    world = World(store, clock)
    world.away = True
    for number in range(many):
        world.send(failure(), subject=f"copy of {number:x}x")
        clock.advance(seconds=1)
    return world


def test_a_page_of_the_queue_begins_where_the_last_one_ended(store: Store, clock: Clock) -> None:
    filled(store, clock, 7)
    every = ask(store, lambda c: unsent(c, 100, None, None))
    seen, key = [], None
    while page := ask(store, lambda c, k=key: unsent(c, 3, k, None)):  # type: ignore[misc]
        seen += page
        key = page[-1].key
    assert seen == every
    assert [each.since for each in every] == sorted(each.since for each in every)
    assert ask(store, lambda c: unsent(c, 9, None, "another")) == []
    assert ask(store, lambda c: unread(c, 9, None)) == []


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("query", "index"),
    [
        (
            sa.select(outgoing.c.id)
            .where(outgoing.c.finished_at.is_(None))
            .order_by(*(outgoing.c[n] for n in ("upstream", "state", "since", "id"))),
            "ix_outgoing_unfinished",
        ),
        (sa.select(table.c.host).where(table.c.incident.is_not(None)), "ix_jobs_incident"),
        (sa.select(table.c.host).where(table.c.missing_at.is_not(None)), "ix_jobs_missing_at"),
    ],
    ids=["queue", "failing", "missing"],
)
def test_what_a_page_asks_has_an_index(store: Store, query: sa.Select[str], index: str) -> None:
    text = str(query.compile(dialect=sa.dialects.sqlite.dialect()))  # type: ignore[attr-defined]
    plan = ask(store, lambda c: c.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all())
    assert index in str(plan)
    assert "TEMP B-TREE" not in str(plan)


def test_a_job_has_a_run_for_each_report_and_its_lies_are_counted(
    store: Store, clock: Clock
) -> None:
    world = World(store, clock)
    for number in range(6):
        world.send(failure() if number % 3 == 0 else SUCCESS, subject="Backup OK")
        clock.advance(hours=24)
    found = ask(store, lambda c: runs.of_job(c, HOST, "Backup", 10, None))
    assert [each.verdict for each in found] == ["success", "success", "failure"] * 2
    assert [each.lied for each in found] == [False, False, True] * 2
    assert found[0].figures["bytes_total"] == 123456
    key = (found[2].at, found[2].message_id)
    assert ask(store, lambda c: runs.of_job(c, HOST, "backup", 10, key)) == found[3:]
    assert ask(store, lambda c: runs.lies(c, HOST, "Backup", clock())) == 2
    late = clock() + timedelta(days=26)
    assert ask(store, lambda c: runs.lies(c, HOST, "Backup", late)) == 1


def test_a_held_message_has_no_run_yet(
    store: Store, clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "hold.yaml").write_text("rules:\n  - name: all\n    then: {route: hold}\n")
    World(store, clock, folder).send(SUCCESS)
    assert ask(store, lambda c: runs.of_job(c, HOST, "nightly copy", 10, None)) == []


def test_the_fleet_finds_by_words_that_hold_wildcards(store: Store, clock: Clock) -> None:
    for host in ("a_b", "a%b", "aXb"):
        state = JobState(
            host=host,
            job="Nightly",
            first_seen=clock(),
            last_seen=clock(),
            verdict=Verdict.SUCCESS,
            fingerprint="f",
        )
        store.write_now(lambda tx, s=state: jobs.save(tx, s, 0))  # type: ignore[misc]

    def hosts(text: str) -> list[str]:
        return list(ask(store, lambda c: fleet.page(c, Search(text=text), "", 10)).hosts)

    assert hosts("a_b") == ["a_b"]
    assert hosts("%") == ["a%b"]
    assert len(hosts("NIGHTLY a")) == 3
    assert hosts("nothing") == []


def test_the_account_of_a_day_balances_and_leaves_older_mail_out(
    store: Store, clock: Clock
) -> None:
    world = World(store, clock)
    world.send(SUCCESS)
    clock.advance(hours=25)
    world.send(failure(), "a@example.org", "b@example.org")
    found = ask(store, lambda c: account(c, clock() - SPAN, clock()))
    assert (found.accepted, found.fates["delivered"], found.holds) == (2, 2, True)


async def test_a_dear_account_is_used_again_and_a_cheap_one_is_not(
    store: Store, clock: Clock
) -> None:
    world, surveyed = World(store, clock), Survey(store, clock, cheap=60.0)

    async def accepted() -> int:
        return (await surveyed.read(lambda _: None))[0].account.accepted

    assert await accepted() == 0
    await _sent(world)
    assert await accepted() == 1
    surveyed._cost = 100.0  # as if it had taken long
    await _sent(world)
    assert await accepted() == 1
    surveyed._counted -= 7200
    assert await accepted() == 2


async def _sent(world: World) -> None:
    await asyncio.to_thread(world.send, SUCCESS)


def test_the_ledger_is_read_by_chain_and_line(store: Store, clock: Clock) -> None:
    filled(store, clock, 5)
    chains = ask(store, trail.chains)
    (last,) = chains.values()
    page = ask(store, lambda c: trail.page(c, "node-a", None, 4))
    assert [each.seq for each in page] == [last, last - 1, last - 2, last - 3]
    rest = ask(store, lambda c: trail.page(c, "node-a", page[-1].seq, 100))
    assert [each.seq for each in rest] == list(range(last - 4, 0, -1))
    exported = ask(store, lambda c: list(trail.onwards(c, "node-a", 3, 2)))
    assert [each.seq for each in exported] == [3, 4]


def test_jobs_that_were_missing_before_the_column_was_there_are_missing_still(
    store_url: str,
) -> None:
    engine = writing_engine(store_url)
    config = Config()
    folder = Path(__file__).parents[2] / "relay/store/migrations"
    config.set_main_option("script_location", str(folder))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
    at = datetime.fromisoformat("2026-11-24T12:00:00.123456+00:00")
    for host, text in (("a", f'{{"missing_at":"{at.isoformat()}"}}'), ("b", '{"missing_at":null}')):
        row = {"h": host, "s": text}
        with engine.begin() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO jobs (host, job, last_seen, verdict, foreseen, state, version) "
                    "VALUES (:h, 'j', 0, 'success', true, :s, 1)"
                ),
                row,
            )
    migrate(engine)
    with engine.connect() as connection:
        found = connection.execute(sa.select(table.c.host, table.c.missing_at)).all()
    assert sorted(map(tuple, found)) == [("a", at), ("b", None)]
    engine.dispose()
