"""ZFS: the pool's own words decide, not the event's name."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report

SUBJECT = "ZFS scrub_finish event for barn on shed9"
SCAN = "  scan: scrub repaired 0B in 02:11:09 with 0 errors on Sun Oct 11 04:35:10 2026"
STATUS = f"""  pool: barn
 state: ONLINE
{SCAN}
config:

\tNAME        STATE     READ WRITE CKSUM
\tbarn        ONLINE       0     0     0
\t  mirror-0  ONLINE       0     0     0
\t    sda     ONLINE       0     0     0
\t    sdb     ONLINE       0     0     0

errors: No known data errors
"""
MAIL = f"ZFS has finished a scrub:\n\n   eid: 7\n  host: shed9\n{STATUS}"


def test_a_scrub_without_errors_is_a_success() -> None:
    found = report(MAIL, SUBJECT)
    assert (found.kind, found.verdict, found.host) == (Kind.ZFS, Verdict.SUCCESS, "shed9")
    assert (found.what, found.job) == ("scrub of barn: 0 errors", "pool barn")
    assert found.facts["pool"] == ("barn",)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (SCAN, SCAN.replace("0 errors", "2 errors"), Verdict.FAILURE),
        (SCAN, SCAN.replace("repaired 0B", "repaired 48K"), Verdict.WARNING),
        (SCAN, SCAN.replace("0B in 02:11:09", "0 in 2h11m"), Verdict.SUCCESS),
        (SCAN, SCAN.replace("0B in 02:11:09", "0B in 1 days 02:11:09"), Verdict.SUCCESS),
        (SCAN, " scrub: scrub completed after 2h11m with 0 errors on x", Verdict.SUCCESS),
        (SCAN, " scrub: scrub completed after 2h11m with 3 errors on x", Verdict.FAILURE),
        (SCAN, "  scan: scrub canceled on Sun Oct 11 04:35:10 2026", Verdict.WARNING),
        (SCAN, "  scan: resilvered 31G in 01:22:40 with 1 errors on x", Verdict.FAILURE),
        (SCAN, "  scan: none requested", Verdict.SUCCESS),
        (" state: ONLINE", " state: DEGRADED", Verdict.FAILURE),
        (" state: ONLINE", " state: SUSPENDED", Verdict.FAILURE),
        (" state: ONLINE", " state: FAULTED", Verdict.FAILURE),
        ("sdb     ONLINE ", "sdb     FAULTED ", Verdict.FAILURE),
        ("sdb     ONLINE ", "sdb     UNAVAIL ", Verdict.FAILURE),
        ("sdb     ONLINE       0     0     0", "sdb  ONLINE  0  0  1.2K", Verdict.WARNING),
        ("No known data errors", "3 data errors, use '-v' for a list", Verdict.FAILURE),
        ("No known data errors", "List of errors unavailable: no permission", Verdict.UNKNOWN),
    ],
)
def test_each_line_of_a_status_counts(before: str, after: str, verdict: Verdict) -> None:
    assert before in MAIL
    assert report(MAIL.replace(before, after), SUBJECT).verdict is verdict


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("One or more devices has experienced an unrecoverable error.", Verdict.WARNING),
        ("One or more devices is currently being resilvered.", Verdict.WARNING),
        ("Some supported features are not enabled on the pool.", Verdict.SUCCESS),
        ("The pool is formatted using a legacy on-disk format.", Verdict.SUCCESS),
    ],
)
def test_a_status_tells_of_trouble_or_only_of_what_could_be_better(
    status: str, verdict: Verdict
) -> None:
    text = MAIL.replace(SCAN, f"status: {status}\n{SCAN}")
    assert report(text, SUBJECT).verdict is verdict


@pytest.mark.parametrize("kept", range(4, len(MAIL.splitlines()) - 1))
def test_a_status_that_is_cut_off_in_its_table_is_no_success(kept: int) -> None:
    lines = MAIL.splitlines()
    found = report("\n".join(lines[:kept]), SUBJECT)
    table = kept > lines.index("config:")
    scanned = kept > lines.index(SCAN)
    assert found.verdict is (Verdict.SUCCESS if scanned and not table else Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("sentence", "what"),
    [
        ("ZFS has detected an io error:", "io error in /dev/sdz1 of barn"),
        ("ZFS has detected a checksum error:", "checksum error in /dev/sdz1 of barn"),
        ("ZFS has detected that a device was removed.", "device removed from /dev/sdz1 of barn"),
        (
            "The number of I/O errors associated with a ZFS device exceeded",
            "too many I/O errors in /dev/sdz1 of barn",
        ),
    ],
)
def test_an_event_about_errors_is_a_failure_and_names_the_device(sentence: str, what: str) -> None:
    text = f"{sentence}\n\n eid: 9\n state: FAULTED\n vpath: /dev/sdz1\n pool: barn (0x06)\n"
    found = report(text, "ZFS device fault for pool barn on shed9")
    assert (found.verdict, found.what, found.job) == (Verdict.FAILURE, what, "pool barn")


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("all pools are healthy", Verdict.SUCCESS),
        ("pool 'barn' is healthy", Verdict.SUCCESS),
        ("no pools available", Verdict.FAILURE),
        ("cannot open 'barn': no such pool", Verdict.FAILURE),
        ("barn  3.62T  1.20T  2.42T  -  -  12%  33%  1.00x  ONLINE  -", Verdict.SUCCESS),
        ("barn  3.62T  1.20T  2.42T  -  -  12%  33%  1.00x  DEGRADED  -", Verdict.FAILURE),
    ],
)
def test_the_short_answers_of_zpool(line: str, verdict: Verdict) -> None:
    found = report(line, "pools")
    assert (found.kind, found.verdict) == (Kind.ZFS, verdict)


def test_state_and_status_of_something_else_are_not_a_pools() -> None:
    assert report("state: ONLINE\nstatus: One or more\nhost: x\nconfig:").kind is not Kind.ZFS


def test_of_two_pools_the_bad_one_is_named() -> None:
    other = STATUS.replace("barn", "attic").replace("state: ONLINE", "state: DEGRADED")
    found = report(STATUS + other, "pools")
    assert found.verdict is Verdict.FAILURE
    assert [(part.name, part.verdict) for part in found.parts] == [
        ("attic", Verdict.FAILURE),
        ("barn", Verdict.SUCCESS),
    ]


def _bad(device: str = "sdb", count: int = 4, day: int = 11) -> Report:
    row = f"{device}     ONLINE       0     0     {count}"
    text = MAIL.replace("sdb     ONLINE       0     0     0", row)
    return report(text.replace("Oct 11", f"Oct {day}"), SUBJECT)


def test_the_same_trouble_on_another_day_is_the_same_news() -> None:
    assert fingerprint(_bad()) == fingerprint(_bad(day=12))


def test_another_device_is_other_news_and_another_count_is_not() -> None:
    assert fingerprint(_bad(device="sdc")) != fingerprint(_bad())
    assert fingerprint(_bad(count=9)) == fingerprint(_bad())


def test_damaged_files_are_news_each() -> None:
    text = "Permanent errors have been detected in the following files:\n\n        /barn/{}\n"
    one, two = (report(MAIL.replace("No known data errors", text.format(x)), "x") for x in "ab")
    assert one.what == "barn: permanent errors in /barn/a"
    assert one.facts["files"] == ("/barn/a",)
    assert fingerprint(one) != fingerprint(two)
