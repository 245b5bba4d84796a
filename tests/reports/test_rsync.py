"""What rsync's output proves: totals, diagnoses, several runs, and what only looks like it."""

# ruff: noqa: RUF001 - a Swiss locale groups with a typographic apostrophe

import pytest

from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report
from tests.reports.texts import (
    END_23,
    END_24,
    END_255,
    LIST,
    OLD,
    REFUSED,
    STATS,
    SUCCESSES,
    TOTALS,
    UNREADABLE,
    VERBOSE,
)


def verdict(text: str, subject: str = "log") -> Verdict:
    return report(text, subject).verdict


@pytest.mark.parametrize("text", SUCCESSES)
def test_totals_at_the_end_prove_success(text: str) -> None:
    found = report(text)
    assert (found.verdict, found.exit_code) == (Verdict.SUCCESS, 0)
    assert all(each.rule == "rsync.totals" for each in found.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n \n",
        LIST,
        f"{LIST}\n\n{TOTALS.splitlines()[0]}",
        "Number of files: 39 (reg: 32, dir: 7)\nTotal file size: 237,517 bytes",
        "Backup completed successfully",
        "backup of /home done, 0 errors",
        ">f+++++++++ a/b",
    ],
)
def test_p2_without_totals_there_is_no_success(text: str) -> None:
    assert verdict(text, "Backup OK") is Verdict.UNKNOWN


def test_the_figures_are_read_in_both_wordings() -> None:
    new, old = report(STATS).facts, report(OLD).facts
    assert new["files_total"] == 39
    assert new["files_transferred"] == 3
    assert new["bytes_transferred"] == 9630
    assert (new["bytes_sent"], new["bytes_total"]) == (109_129, 237_517)
    assert (old["files_total"], old["files_transferred"]) == (46, 38)
    assert (old["bytes_sent"], old["bytes_per_second"]) == (350_156, 702_120.0)
    assert "files_deleted" not in old


@pytest.mark.parametrize(
    ("sent", "rate", "expected"),
    [
        ("1,234,567", "463,968.00", (1_234_567, 463_968.0)),
        ("1.234.567", "463.968,50", (1_234_567, 463_968.5)),
        ("1234567", "463968.00", (1_234_567, 463_968.0)),
        ("316.76G", "31.10K", (316_760_000_000, 31_100.0)),
        ("15,42K", "31,10K", (15_420, 31_100.0)),
        ("1’234’567", "12.00", (1_234_567, 12.0)),
        ("999", "12.00", (999, 12.0)),
    ],
)
def test_numbers_follow_the_locale_of_the_host(
    sent: str, rate: str, expected: tuple[int, float]
) -> None:
    found = report(
        f"sent {sent} bytes  received 1 bytes  {rate} bytes/sec\ntotal size is 99  speedup is 0,99"
    )
    assert (found.facts["bytes_sent"], found.facts["bytes_per_second"]) == expected


def test_an_error_may_stand_before_the_list_of_its_own_run() -> None:
    found = report(f"{UNREADABLE}\n{END_23}\n{VERBOSE}")
    assert found.verdict is Verdict.FAILURE
    assert "runs" not in found.facts
    assert found.what == "partial transfer, 1 file unreadable (code 23)"


@pytest.mark.parametrize("diagnosis", [UNREADABLE, "@ERROR: auth failed on module x", REFUSED])
def test_a_diagnosis_whose_final_line_was_cut_off_is_a_failure(diagnosis: str) -> None:
    assert verdict(f"{LIST}\n{diagnosis}") is Verdict.FAILURE


def test_a_diagnosis_in_another_language_is_known_by_its_number() -> None:
    found = report(
        'rsync: [sender] link_stat "/srv/x" failed: Datei oder Verzeichnis nicht gefunden (2)'
    )
    assert (found.verdict, found.what) == (Verdict.FAILURE, "source /srv/x does not exist")


def test_vanished_files_are_a_warning_even_without_the_final_line() -> None:
    found = report(f'file has vanished: "/a/b"\nfile has vanished: "/a/c"\n{VERBOSE}')
    assert (found.verdict, found.facts["vanished"]) == (Verdict.WARNING, 2)


def test_io_errors_that_stop_deletions_are_a_failure() -> None:
    assert verdict(f"IO error encountered -- skipping file deletion\n{VERBOSE}") is Verdict.FAILURE


@pytest.mark.parametrize(
    "notice",
    [
        'skipping non-regular file "pipe"',
        "cannot delete non-empty directory: a",
        "WARNING: a/b failed verification -- update discarded (will try again).",
        "Warning: Permanently added 'nas' (ED25519) to the list of known hosts.",
        "stdin: is not a tty",
    ],
)
def test_a_notice_beside_totals_is_a_success(notice: str) -> None:
    assert verdict(f"{notice}\n{VERBOSE}") is Verdict.SUCCESS


@pytest.mark.parametrize(
    "name",
    [
        "templates/error_codes.pdf",
        "rsync error.txt",
        "rsync error: old notes.txt",
        "mail/rsync error: error in socket IO (code 10) at x.c(1) [sender=3.5.0]",
        "No such file or directory",
        "Permission denied.doc",
        "ERROR: read me first.txt",
        "failed payments 2026.xlsx",
        "exit code 2",
        "retry/attempt 2",
    ],
)
def test_p2_names_of_files_are_no_evidence(name: str) -> None:
    found = report(f"sending incremental file list\n{name}\n\n{TOTALS}")
    assert found.verdict is Verdict.SUCCESS, found.evidence


@pytest.mark.parametrize(
    "line",
    [
        f"2026/11/24 02:33:18 [8854] {END_23}",
        f"Oct 15 05:00:01 app7 backup[811]: {END_23}",
        f"[2026-10-15T05:00:01+02:00] ERROR: {END_23}",
        f"05:00:01 | {END_23}",
        f"Oct 05 01:00:12 {END_23}",
        f"backup.sh: {END_23}",
        f"    {END_23}",
        f"[web01] {END_23}",
        f"projects/plan_4{END_23}",
    ],
)
def test_what_logging_puts_before_a_line_does_not_hide_it(line: str) -> None:
    found = report(f"{VERBOSE}\n{line}")
    assert (found.verdict, found.exit_code) == (Verdict.FAILURE, 23)


def test_of_several_runs_the_worst_counts() -> None:
    found = report(f"{VERBOSE}\n{END_24}\n{VERBOSE}\n{REFUSED}\n{END_255}\n{VERBOSE}")
    assert (found.verdict, found.exit_code, found.facts["runs"]) == (Verdict.FAILURE, 255, 4)
    assert verdict(f"{VERBOSE}\n{END_24}\n{VERBOSE}") is Verdict.WARNING


def test_a_run_cut_off_after_a_good_one_is_unknown() -> None:
    assert verdict(f"{VERBOSE}\n{LIST}") is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "again", ["Retrying in 30 seconds", "Attempt 2 of 3", "Versuch 2", "Nouvelle tentative", "重试"]
)
def test_a_successful_retry_outranks_the_failure_before_it(again: str) -> None:
    found = report(f"{REFUSED}\n{END_255}\n{again}\n{VERBOSE}")
    assert (found.verdict, found.what) == (Verdict.SUCCESS, "succeeded after a retry")


def test_p2_a_retry_forgives_only_the_run_that_it_repeats() -> None:
    missing = 'rsync: change_dir "/a" failed: No such file or directory (2)'
    other = f"{missing}\n{END_23}\n=== www\n{REFUSED}\n{END_255}\nretrying\n{VERBOSE}"
    assert verdict(other) is Verdict.FAILURE
    counted = f"{END_23}\nattempt 1\n{END_255}\nattempt 2\n{VERBOSE}"
    assert verdict(counted) is Verdict.FAILURE
    assert verdict(f"{END_255}\nretrying\n{END_255}") is Verdict.FAILURE
    assert verdict(f"{END_255}\nretrying\n{LIST}") is not Verdict.SUCCESS


def test_p2_a_list_without_even_the_source_directory_is_no_success() -> None:
    empty = "sending incremental file list\n\nsent 19 bytes  received 12 bytes  62.00 bytes/sec\n"
    assert verdict(f"{empty}total size is 0  speedup is 0.00") is Verdict.UNKNOWN
    assert verdict(STATS.replace("Number of files: 39", "Number of files: 0")) is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "line",
    [
        "giving up on a after 3 retries",
        "attempt 3 of 3 failed",
        "Attempt 2: failed with exit 255",
        "a failed, no retry",
        "copies/attempt 2",
    ],
)
def test_p2_the_end_of_a_try_is_no_retry(line: str) -> None:
    assert verdict(f"{REFUSED}\n{END_255}\n{line}\n{VERBOSE}") is Verdict.FAILURE


def test_what_a_failed_first_try_told_does_not_tarnish_the_second() -> None:
    told = "attempt 1 failed with exit status 255, retrying in 30 s"
    assert verdict(f"{REFUSED}\n{END_255}\n{told}\n{VERBOSE}") is Verdict.SUCCESS


def test_a_log_file_of_several_processes_is_read_process_by_process() -> None:
    start, good = "building file list", "sent 213 bytes  received 65 bytes  total size 4"
    lines = [("1", start), ("2", start), ("1", good), ("2", good)]
    log = [f"2026/11/24 02:33:18 [{process}] {text}" for process, text in lines]
    assert verdict("\n".join(log)) is Verdict.SUCCESS
    assert verdict("\n".join(log[:-1])) is Verdict.UNKNOWN
    assert verdict("\n".join((*log[:-1], f"2026/11/24 02:33:18 [2] {END_23}"))) is Verdict.FAILURE


def test_a_progress_display_on_one_long_line_is_read_at_its_end() -> None:
    state = "     13,248   3%    0.00kB/s    0:00:00 (xfr#1, to-chk={}/46)"
    line = "".join(state.format(left) for left in range(90, -1, -1))
    assert verdict(line) is Verdict.SUCCESS


def test_a_dry_run_says_that_nothing_was_copied() -> None:
    found = report(f"{VERBOSE} (DRY RUN)")
    assert (found.verdict, found.what) == (Verdict.SUCCESS, "dry run, nothing was copied")
    assert found.facts["dry_run"] is True


def test_an_emptied_source_is_told() -> None:
    text = STATS.replace("deleted files: 0", "deleted files: 40").replace("237,517", "0")
    assert report(text).what == "succeeded, source is empty: 40 files deleted"


def test_an_error_of_another_command_beside_success_is_a_warning() -> None:
    found = report(f"{STATS}\nls: impossible d'accéder à '/x': Aucun fichier ou dossier de ce type")
    assert (found.verdict, found.kind) == (Verdict.WARNING, Kind.RSYNC)
    assert found.evidence[0].rule == "shell.system-error"
    assert found.evidence[0].line == len(STATS.splitlines()) + 1


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ((UNREADABLE, END_23), "partial transfer, 1 file unreadable (code 23)"),
        (
            (UNREADABLE, UNREADABLE.replace("289", "290"), END_23),
            "partial transfer, 2 files unreadable (code 23)",
        ),
        (
            (REFUSED, END_255),
            f"remote shell (ssh) failed: {REFUSED.removeprefix('ssh: ')} (code 255)",
        ),
        (
            ("bash: line 1: /opt/bin/rsync: No such file or directory", END_255),
            "rsync not found on the remote host (code 255)",
        ),
        (("rsync: --delte: unknown option",), "partial transfer: --delte: unknown option"),
    ],
)
def test_a_few_words_say_what_happened(lines: tuple[str, ...], what: str) -> None:
    assert report("\n".join(lines)).what == what


def facts(found: Report) -> tuple[object, object]:
    return found.facts.get("error_lines"), found.facts.get("first_errors")


def test_what_only_follows_from_an_error_is_not_counted_as_one() -> None:
    closed = "rsync: connection unexpectedly closed (0 bytes received so far) [sender]"
    assert facts(report(f"{REFUSED}\n{closed}\n{END_255}")) == (1, (REFUSED,))
    assert facts(report(f"{closed}\n{END_255}")) == (1, (closed,))


@pytest.mark.parametrize(
    ("left", "expected"), [("0/46", Verdict.SUCCESS), ("3/46", Verdict.UNKNOWN)]
)
def test_a_progress_display_proves_success_once_nothing_is_left(
    left: str, expected: Verdict
) -> None:
    line = f"         37,738  10%   23.36MB/s    0:00:00 (xfr#3, to-chk={left})"
    assert verdict(f"sending incremental file list\n{line}") is expected
    assert verdict(line.replace("to-chk", "to-check")) is expected
