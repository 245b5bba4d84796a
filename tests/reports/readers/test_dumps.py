"""What dumps of databases print, old and new, and the real programs where they are installed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Verdict
from tests.reports.given import report

BEGAN = "-- MySQL dump 10.13  Distrib 8.0.35, for Linux (x86_64)"
ENDED = "-- Dump completed on 2026-10-05  2:00:02"
REFUSED = (
    'pg_dump: error: connection to server at "db1" (192.0.2.5), port 5432 failed:'
    " Connection refused"
)
MONGO = "2026-10-05T02:00:01.123+0200\t"


@pytest.mark.parametrize(
    "line",
    [
        REFUSED,
        'pg_dump: [archiver (db)] connection to database "shop" failed: FATAL:  no pg_hba.conf',
        'pg_dump: [archiver] could not open output file "/x": No such file or directory',
        'pg_dump: Dumping the contents of table "log" failed: PQgetResult() failed.',
        "pg_dump: aborting because of server version mismatch",
        "/usr/lib/postgresql/15/bin/pg_dump: unrecognized option '--foo'",
        "pg_dumpall: error: query failed: ERROR:  permission denied for table pg_authid",
        'pg_dumpall: pg_dump failed on database "shop", exiting',
        "pg_dump: Fehler: Anfrage fehlgeschlagen: FEHLER:  keine Berechtigung",
        "pg_dump: erreur : la requête a échoué",
        "pg_restore: warning: errors ignored on restore: 4",
        "WARNING: errors ignored on restore: 4",
        'pg_basebackup: error: directory "bb" exists but is not empty',
        'psql:x.sql:12: ERROR:  relation "t" already exists',
        'psql: FATAL:  password authentication failed for user "backup"',
        "psql: could not connect to server: Connection refused",
        'mysqldump: Got error: 2002: "Can\'t connect to local server" when trying to connect',
        "mysqldump: Got error: 1045: Access denied for user 'a'@'b' when trying to connect",
        "mysqldump: Couldn't execute 'SHOW TRIGGERS LIKE `t`': Table is full (1114)",
        (
            "mysqldump: Error 2013: Lost connection to MySQL server during query when dumping table"
            " `log` at row: 8122"
        ),
        "mysqldump: Got errno 28 on write",
        'mariadb-dump: Couldn\'t find table: "nosuch"',
        "mysqldump: [ERROR] unknown option '--foo'.",
        "\x07mysqladmin: connect to server at 'localhost' failed",
        "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: NO)",
        "ERROR 1064 (42000) at line 3: You have an error in your SQL syntax",
        f"{MONGO}Failed: can't create session: could not connect to server",
        "/**** ERROR: (26) file is not a database *****/",
        "Error: database is locked",
        "Runtime error near line 1: database is locked (5)",
        "2026-10-05T02:00:01.1-00:00 0 [ERROR] [MY-011825] [Xtrabackup] failed to connect",
    ],
)
def test_an_error_is_a_failure_even_inside_a_whole_dump(line: str) -> None:
    for text in (line, f"{BEGAN}\n{line}\n{ENDED}"):
        found = report(text, "Dump OK")
        assert (found.verdict, found.kind) == (Verdict.FAILURE, Kind.CRON_OTHER), found
        assert found.evidence[0].rule.startswith("dumps.")


@pytest.mark.parametrize(
    "text",
    [
        f"{BEGAN}\n{ENDED}",
        "-- MariaDB dump 10.19-11.4.2-MariaDB, for debian-linux-gnu (x86_64)\n-- Dump completed",
        "-- PostgreSQL database dump\n--\n-- PostgreSQL database dump complete",
        (
            "pg_basebackup: initiating base backup, waiting for checkpoint to complete\n"
            "pg_basebackup: base backup completed"
        ),
        "261005 02:00:01 completed OK!",
        "2026-10-05T02:00:01.1-00:00 0 [Note] [MY-011825] [Xtrabackup] completed OK!",
        (
            f"{MONGO}writing shop.orders to dump/shop/orders.bson\n"
            f"{MONGO}done dumping shop.orders (1000 documents)"
        ),
    ],
)
def test_a_last_line_proves_a_success(text: str) -> None:
    assert report(text).verdict is Verdict.SUCCESS
    assert report(text.rpartition("\n")[0]).verdict is Verdict.UNKNOWN


def test_a_cluster_dump_that_lacks_its_own_end_is_no_success() -> None:
    one = "-- PostgreSQL database dump\n-- PostgreSQL database dump complete"
    whole = f"-- PostgreSQL database cluster dump\n{one}\n{one}"
    assert report(whole).verdict is Verdict.UNKNOWN
    ended = report(f"{whole}\n-- PostgreSQL database cluster dump complete")
    assert ended.verdict is Verdict.SUCCESS


def test_mongodump_is_judged_collection_by_collection() -> None:
    found = report(
        f"{MONGO}writing shop.a to d/a.bson\n{MONGO}writing shop.b to d/b.bson\n"
        f"{MONGO}done dumping shop.a (7 documents)"
    )
    parts = {part.name: part.verdict for part in found.parts}
    assert parts == {"shop.a": Verdict.SUCCESS, "shop.b": Verdict.UNKNOWN}
    assert found.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "line",
    [
        "mysqldump: [Warning] Using a password on the command line interface can be insecure.",
        "Warning: Using a password on the command line interface can be insecure.",
        "mysqldump: Deprecated program name. It will be removed in a future release",
        "-- Warning: Skipping the data of table mysql.event. Specify the --events option.",
        'pg_dump: dumping contents of table "public.failed_jobs"',
        "pg_dump: hint: Consider using a full dump.",
        "-- Retrieving table structure for table errors...",
        "> pg_dump: error: no",
        "INSERT INTO t VALUES ('-- Dump completed on');",
    ],
)
def test_a_harmless_line_proves_nothing(line: str) -> None:
    assert report(line).verdict is Verdict.UNKNOWN
    assert report(f"{BEGAN}\n{line}\n{ENDED}").verdict is Verdict.SUCCESS


def test_a_trace_does_not_spoil_another_tool_s_success() -> None:
    trace = "pg_dump: reading schemas\npg_dump: reading triggers"
    totals = "sent 9,365 bytes  received 132 bytes  18,994.00 bytes/sec\ntotal size is 9,002"
    assert report(trace).verdict is Verdict.UNKNOWN
    assert report(f"{trace}\n{totals}  speedup is 0.95").verdict is Verdict.SUCCESS


def test_a_warning_of_pg_dump_is_a_warning() -> None:
    text = "pg_dump: warning: there are circular foreign-key constraints on this table:"
    assert report(text).verdict is Verdict.WARNING


def test_another_server_or_error_is_other_news_and_another_row_is_not() -> None:
    assert fingerprint(report(REFUSED)) != fingerprint(report(REFUSED.replace("db1", "db2")))
    lost = "mysqldump: Error 2013: Lost connection when dumping table `log` at row: {}"
    assert len({fingerprint(report(lost.format(row))) for row in (8122, 9311)}) == 1
    assert fingerprint(report(lost)) != fingerprint(report(lost.replace("2013", "2020")))


_SILENT = {
    "postgresql": ("pg_dump", "-h", "127.0.0.1", "-p", "1", "shop"),
    "mariadb": ("mysqldump", "--no-defaults", "-h", "127.0.0.1", "-P", "1", "shop"),
    "sqlite": ("sqlite3", "/nonexistent/a.db", ".dump"),
}


@pytest.mark.parametrize("command", _SILENT.values(), ids=_SILENT.keys())
def test_the_real_program_that_cannot_connect_is_a_failure(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=tmp_path,
        env={"LC_ALL": "C", "PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        timeout=20,
        check=False,
    )
    found = report(done.stdout.decode(), "Dump OK")
    assert done.returncode != 0
    assert found.verdict is Verdict.FAILURE, done.stdout
    assert found.evidence[0].rule.startswith("dumps.")
