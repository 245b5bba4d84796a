"""vzdump: each guest is judged, by its row and its log; a good row alone is no end of the job."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report

SUBJECT = "vzdump backup status (pve9.acme.example) : backup successful"
FAILED = "vzdump backup status (pve9.acme.example) : backup failed"
HEAD = "VMID       NAME                 STATUS       TIME       SIZE  FILENAME"
ROW = "701        shop                 ok       00:03:12   8.41GB  /mnt/b/vzdump-qemu-701.vma.zst"
LOG = (
    "701: 2026-10-12 03:30:02 INFO: Starting Backup of VM 701 (qemu)",
    "701: 2026-10-12 03:30:02 INFO: tar: ./var/lib/x: Permission denied",
    "701: 2026-10-12 03:33:14 INFO: Finished Backup of VM 701 (00:03:12)",
)
COMMAND = "vzdump 701 --mode snapshot --storage b"
GOOD = "\n".join((HEAD, ROW, "", "Detailed backup logs:", "", COMMAND, "", *LOG))


def test_a_guest_with_a_row_and_a_finished_log_is_backed_up() -> None:
    found = report(GOOD, SUBJECT)
    assert (found.kind, found.verdict) == (Kind.VZDUMP, Verdict.SUCCESS)
    assert found.host == "pve9.acme.example"
    assert found.job == COMMAND
    assert [(part.name, part.verdict) for part in found.parts] == [("VM 701 shop", Verdict.SUCCESS)]
    assert found.facts["seconds"] == 192
    assert found.facts["bytes_total"] == 8_410_000_000


def test_what_a_guests_log_says_between_is_vzdumps_to_judge() -> None:
    assert all("shell" not in proof.rule for proof in report(GOOD, SUBJECT).evidence)


@pytest.mark.parametrize(
    "line",
    [
        "702        wiki                 err      00:00:04     0.00MB  -",
        "702        wiki                 todo     00:00:00     0.00MB  -",
        "702  wiki  FAILED  00:00:04  storage 'cold' is not online",
        "702     wiki      err       4s         0 B            null",
        "702: 2026-10-12 03:33:14 ERROR: Backup of VM 702 failed - no such volume 'x'",
        "702: Oct 12 03:33:14 ERROR: Backup of VM 702 failed - got timeout",
        "ERROR: Backup job failed - interrupted by signal",
        "ERROR: prune 'ct/702': proxmox-backup-client failed: Error: permission check failed",
        "INFO: Backup job finished with errors",
        "TASK ERROR: job errors",
        "job errors",
        "could not activate storage 'b': storage 'b' is not online",
        "tmpdir '/mnt/tmp' does not exist",
    ],
)
def test_a_line_about_a_failure_makes_a_good_report_a_failure(line: str) -> None:
    assert report(f"{GOOD}\n{line}", SUBJECT).verdict is Verdict.FAILURE
    assert report(f"{HEAD}\n{line}\n{ROW}", SUBJECT).verdict is Verdict.FAILURE


def test_a_subject_about_a_failure_counts_although_every_guest_is_well() -> None:
    assert report(GOOD, FAILED).verdict is Verdict.FAILURE
    found = report(GOOD, f"{FAILED}: hook script '/x' failed")
    assert found.what == "hook script '/x' failed"


def test_the_subject_alone_proves_no_success() -> None:
    assert report("see the task history", SUBJECT).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("kept", range(len(GOOD.splitlines())))
def test_a_log_that_is_cut_off_is_no_success_before_its_guest_has_finished(kept: int) -> None:
    found = report("\n".join(GOOD.splitlines()[:kept]), SUBJECT)
    begun = kept > GOOD.splitlines().index(LOG[0])
    assert found.verdict is (Verdict.UNKNOWN if begun or kept < 2 else Verdict.SUCCESS)


def test_a_warning_in_the_log_is_one() -> None:
    found = report(f"{GOOD}\n701: 2026-10-12 03:33:14 WARN: no efidisk configured!", SUBJECT)
    assert found.verdict is Verdict.WARNING
    assert found.what == "VM 701 shop: no efidisk configured!"


def test_names_that_spell_a_verdict_change_none() -> None:
    named = GOOD.replace("shop                 ok", "error-failed-todo    ok")
    assert report(named, SUBJECT).verdict is Verdict.SUCCESS


def test_a_table_of_somebody_else_is_not_read() -> None:
    assert report("17 disk ok 00:03:12 8.41GB /srv/x").kind is not Kind.VZDUMP


def _failing(guest: str = "702", reason: str = "got timeout", day: str = "12") -> Report:
    row = f"{guest}        wiki                 err      00:00:{day}     0.00MB  -"
    log = f"{guest}: 2026-10-{day} 03:33:14 ERROR: Backup of VM {guest} failed - {reason}"
    return report("\n".join((HEAD, ROW, row, "", COMMAND, "", *LOG, log)), FAILED)


def test_the_same_failure_on_another_day_is_the_same_news() -> None:
    assert fingerprint(_failing()) == fingerprint(_failing(day="13"))
    archive = "unable to create '/mnt/b/dump/vzdump-lxc-702-2026_10_{}-03_33_14.tmp'"
    first, second = (_failing(reason=archive.format(day), day=day) for day in ("12", "13"))
    assert fingerprint(first) == fingerprint(second)


@pytest.mark.parametrize("other", [_failing(guest="703"), _failing(reason="no space left")])
def test_another_guest_or_reason_is_other_news(other: Report) -> None:
    assert fingerprint(other) != fingerprint(_failing())
