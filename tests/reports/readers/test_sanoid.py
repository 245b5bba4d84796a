"""sanoid and syncoid: silence is no proof, except where cron would have mailed an error."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Verdict
from tests.reports.given import report

PLAIN = "Cron <root@shed9> /usr/sbin/syncoid barn/a root@coldbox:attic/a"
SENT = (
    "INFO: Sending incremental barn/a@x ... syncoid_shed9_2026-10-12:03:40:01-GMT02:00 (~ 4 KB):\n"
    "4.23MiB 0:00:00 [29.1MiB/s] [==============>] 100%"
)


def test_what_cron_mails_of_one_syncoid_is_a_success_without_an_error() -> None:
    found = report(SENT, PLAIN)
    assert (found.kind, found.verdict, found.what) == (Kind.ZFS, Verdict.SUCCESS, "1 dataset sent")


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (SENT, "replication"),
        (SENT, f"{PLAIN} | tail"),
        (SENT, f"{PLAIN} || true"),
        (f"{SENT}\nmbuffer: error: outputThread: error writing", PLAIN),
        ("Resuming interrupted zfs send/receive from barn/a to attic/a (~ 1 GB remaining):", "x"),
    ],
)
def test_elsewhere_a_replication_that_began_is_unknown(text: str, subject: str) -> None:
    assert report(text, subject).verdict is Verdict.UNKNOWN


def test_cron_saying_that_it_failed_is_believed() -> None:
    assert report(SENT, f"{PLAIN} (failed)").verdict is Verdict.FAILURE


@pytest.mark.parametrize(
    "line",
    [
        "CRITICAL ERROR: ssh ... zfs receive failed: 256 at /usr/sbin/syncoid line 817.",
        "CRITICAL ERROR: Target attic/a exists but has no snapshots matching with barn/a!",
        "CRITICAL: no snapshots exist on source barn/a, and you asked for --no-sync-snap.",
        "Cannot sync now: attic/a is already target of a zfs receive process.",
        "cannot receive incremental stream: destination attic/a has been modified",
        "cannot receive new filesystem stream: out of space",
        "cannot open 'barn/b': dataset does not exist",
        "warning: cannot send 'barn/a@x': Broken pipe",
        "cannot create snapshot 'barn/a@x': out of space",
        "could not remove barn/a@autosnap_1 : 256 at /usr/sbin/sanoid line 343.",
    ],
)
def test_an_error_is_a_failure_whatever_else_went_well(line: str) -> None:
    up_to_date = "INFO: no snapshots on source newer than x on target. Nothing to do, not syncing."
    assert report(f"{SENT}\n{line}\n{up_to_date}", PLAIN).verdict is Verdict.FAILURE


@pytest.mark.parametrize(
    ("line", "verdict", "what"),
    [
        (
            "INFO: no snapshots on source newer than x on target. Nothing to do, not syncing.",
            Verdict.SUCCESS,
            "up to date",
        ),
        (
            "OK: all monitored datasets (barn/a, barn/b) have fresh snapshots",
            Verdict.SUCCESS,
            "all snapshots are fresh",
        ),
        (
            "CRIT: barn/a newest hourly snapshot is 1d 2h old (should be < 6h 0m 0s)",
            Verdict.FAILURE,
            "barn/a: newest hourly snapshot is too old",
        ),
        (
            "WARN: barn/a newest daily snapshot is 2d old (should be < 1d 4h)",
            Verdict.WARNING,
            "barn/a: newest daily snapshot is too old",
        ),
        (
            "CRIT: barn/a has no daily snapshots at all!",
            Verdict.FAILURE,
            "barn/a: no daily snapshots",
        ),
        (
            "*** CRITICAL *** OK ZPOOL a : ONLINE {Cap:3%} , CRITICAL ZPOOL b : FAULTED {Cap:-}",
            Verdict.FAILURE,
            "ZPOOL b : FAULTED",
        ),
        ("OK ZPOOL a : ONLINE {Cap:3%}", Verdict.SUCCESS, "a is healthy"),
        (
            "@zfs-auto-snap_daily-2026-10-12-0625, 5 created, 5 destroyed, 0 warnings.",
            Verdict.SUCCESS,
            "5 snapshots created",
        ),
        (
            "@zfs-auto-snap_daily-2026-10-12-0625, 5 created, 5 destroyed, 2 warnings.",
            Verdict.WARNING,
            "2 warnings",
        ),
    ],
)
def test_the_sentences_of_the_snapshot_tools(line: str, verdict: Verdict, what: str) -> None:
    found = report(line, "snapshots")
    assert (found.kind, found.verdict, found.what) == (Kind.ZFS, verdict, what)


def test_a_missing_buffer_is_no_trouble() -> None:
    missing = (
        "WARN: mbuffer not available on source x - sync will continue without source buffering."
    )
    assert report(f"{missing}\n{SENT}", PLAIN).verdict is Verdict.SUCCESS


def test_each_dataset_that_is_too_old_is_a_part() -> None:
    old = "newest hourly snapshot is 4h old (should be < 2h)"
    found = report(f"CRIT: barn/a {old}, WARN: barn/b {old}", "snapshots")
    assert [(part.name, part.verdict) for part in found.parts] == [
        ("barn/a", Verdict.FAILURE),
        ("barn/b", Verdict.WARNING),
    ]


def test_an_older_snapshot_of_the_same_dataset_is_the_same_news() -> None:
    text = "CRIT: {} newest hourly snapshot is {} old (should be < 6h 0m 0s)"
    first, later, other = (
        fingerprint(report(text.format(*words), "snapshots"))
        for words in (("barn/a", "7h 1m 2s"), ("barn/a", "1d 7h"), ("barn/b", "7h 1m 2s"))
    )
    assert first == later
    assert first != other
