"""Proxmox Backup Server's notices and its client, each proved by its own last sentence."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Verdict
from tests.reports.given import report

LINK = "<https://pbs9.acme.example:8007/#DataStore-shelf>"
CLIENT = """Starting backup: host/desk9/2026-10-12T01:40:00Z
Client name: desk9
Upload directory '/home' to 'x@pbs@pbs9.acme.example:shelf' as home.pxar.didx
home.pxar: had to backup 439.2 MiB of 74.69 GiB (compressed 203.1 MiB) in 53.19 s
Duration: 54.63s
End Time: Mon Oct 12 03:40:56 2026"""
PLAIN = "Cron <root@desk9> proxmox-backup-client backup home.pxar:/home"


@pytest.mark.parametrize(
    ("sentence", "what", "job"),
    [
        (
            "Garbage collection successful.",
            "garbage of shelf collected",
            "garbage collection shelf",
        ),
        ("Verification successful.", "shelf verified", "verification shelf j-1"),
        ("Pruning successful.", "shelf pruned", "pruning shelf j-1"),
        ("Synchronization successful.", "shelf synchronised", "synchronisation shelf j-1"),
        ("Tape Backup successful.", "shelf on tape", "tape backup shelf j-1"),
    ],
)
def test_a_notice_with_its_sentence_is_a_success(sentence: str, what: str, job: str) -> None:
    task = "" if "Garbage" in sentence else "Job ID:    j-1\n"
    found = report(f"{task}Datastore: shelf\n\n{sentence}\n\n{LINK}", "notice")
    assert (found.kind, found.verdict) == (Kind.BACKUP_OTHER, Verdict.SUCCESS)
    assert (found.what, found.job, found.host) == (what, job, "pbs9.acme.example")


@pytest.mark.parametrize(
    "sentence",
    [
        "Garbage collection failed: unable to lock",
        "Verification failed on these snapshots/groups:",
        "Verification failed on these snapshots:",
        "Pruning failed: unable to lock",
        "Synchronization failed: sync failed with some errors.",
        "Tape Backup failed: no tape",
        "Replication job '100-0' with target 'pve2' and schedule '*/15' failed!",
        "Replication job 100-0 with target pve2 and schedule */15 failed!",
        "Proxmox Backup Server was not able to renew a TLS certificate.",
    ],
)
def test_a_sentence_about_a_failure_is_one_also_beside_a_success(sentence: str) -> None:
    text = f"Datastore: shelf\n\n{sentence}\n\n{LINK}"
    assert report(text, "notice").verdict is Verdict.FAILURE
    assert report(f"{text}\nPruning successful.", "notice").verdict is Verdict.FAILURE


@pytest.mark.parametrize(
    "subject",
    [
        "Garbage Collect Datastore 'shelf' failed",
        "Verify Datastore 'shelf' failed",
        "Pruning datastore 'shelf' failed",
        "Sync remote 'far' datastore 'shelf' failed",
        "Sync local datastore 'shelf' failed",
        "Tape Backup 't-1' datastore 'shelf' failed",
        "Replication Job: '100-0' failed",
    ],
)
def test_a_subject_about_a_failure_proves_one(subject: str) -> None:
    assert report(f"Datastore: shelf\n{LINK}", subject).verdict is Verdict.FAILURE


def test_a_subject_about_a_success_proves_none() -> None:
    found = report(f"Datastore: shelf\n{LINK}", "Verify Datastore 'shelf' successful")
    assert found.verdict is Verdict.UNKNOWN


def test_the_sentence_in_a_mail_of_somebody_else_proves_nothing() -> None:
    assert report("Verification successful.", "user account").verdict is Verdict.UNKNOWN


def test_a_tape_that_is_wanted_is_a_warning() -> None:
    text = "Please insert the requested media into the {}.\n\n{}: lto9\nMedia: WEEK41"
    found = report(text.format("backup drive", "Drive"), "Load Media 'WEEK41' request")
    assert (found.verdict, found.what) == (Verdict.WARNING, "waits for medium WEEK41 in lto9")


def test_a_list_of_updates_belongs_to_the_upgrades() -> None:
    text = "Proxmox Backup Server has the following updates available:\n    curl: 7.88 -> 7.89"
    found = report(text, "New software packages available (pbs9)")
    assert (found.kind, found.verdict, found.host) == (Kind.UPGRADES, Verdict.NONE, "pbs9")


def test_the_client_has_ended_where_it_says_when() -> None:
    found = report(CLIENT, PLAIN)
    assert (found.kind, found.verdict) == (Kind.BACKUP_OTHER, Verdict.SUCCESS)
    assert found.facts["snapshot_ids"] == ("host/desk9/2026-10-12T01:40:00Z",)
    assert found.facts["bytes_added"] == 460_534_579
    without = CLIENT.partition("Duration:")[0]
    assert report(without, PLAIN).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("Error: broken pipe", Verdict.FAILURE),
        ("catalog upload error - channel closed", Verdict.FAILURE),
        ('failed to open file: "shadow": access denied', Verdict.WARNING),
        ('warning: file vanished while reading: "a/b"', Verdict.WARNING),
        ('warning: file size shrunk while reading: "a", file will be padded', Verdict.WARNING),
        ('skipping mount point: "Error: failed"', Verdict.SUCCESS),
    ],
)
def test_what_the_client_says_on_its_way(line: str, verdict: Verdict) -> None:
    lines = CLIENT.splitlines()
    assert report("\n".join((*lines[:3], line, *lines[3:])), PLAIN).verdict is verdict


def test_another_snapshot_of_the_same_guest_is_the_same_news_and_another_guest_is_not() -> None:
    text = f"Datastore: shelf\nVerification failed on these snapshots:\n\n  vm/{{}}\n\n{LINK}"
    first, second, other = (
        fingerprint(report(text.format(name), "Verify Datastore 'shelf' failed"))
        for name in ("1/2026-10-11T01:00:03Z", "1/2026-10-12T01:00:09Z", "2/2026-10-11T01:00:03Z")
    )
    assert first == second
    assert first != other
