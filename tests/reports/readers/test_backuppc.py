"""BackupPC's mails: it writes only when something is wrong, in the user's language."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report

END = "\n\nRegards,\nBackupPC Genie\nhttps://backuppc.github.io/backuppc"


def mailed(text: str, subject: str = "log") -> Report:
    return report(f"{text}{END}", subject, from_="backuppc@bk.acme.example")


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("Your PC (pc7) has not been successfully backed up for 7.2 days.", Verdict.FAILURE),
        ("Your PC (pc7) has never been successfully backed up by our", Verdict.FAILURE),
        (
            "Ihr Computer (pc7) wurde seit 9.1 Tagen nicht mehr erfolgreich gesichert.",
            Verdict.FAILURE,
        ),
        ("effectuer la sauvegarde de votre ordinateur (pc7). Les sauvegardes", Verdict.FAILURE),
        ("Error: cannot connect to BackupPC server.", Verdict.FAILURE),
        ("Yesterday 3 hosts were skipped because the file system containing", Verdict.FAILURE),
        ("The following directories are bogus and are not being used by", Verdict.WARNING),
        ("The Outlook files on your PC have not been backed up for 12.0 days.", Verdict.WARNING),
        ("Your PC (pc7) is fine.", Verdict.UNKNOWN),
    ],
)
def test_a_sentence_proves_what_it_says(line: str, verdict: Verdict) -> None:
    assert mailed(f"Dear ann,\n\n{line}").verdict is verdict


def test_the_job_is_the_computer_and_the_words_say_how_long() -> None:
    found = mailed("Your PC (pc7) has not been successfully backed up for 7.2 days.")
    assert (found.kind, found.job) == (Kind.BACKUP_OTHER, "pc7")
    assert found.what == "pc7 has had no backup for 7.2 days"


@pytest.mark.parametrize(
    "subject",
    [
        "BackupPC: no recent backups on pc7",
        "BackupPC: keine neuen Backups für Computer pc7",
        "BackupPC: aucune sauvegarde récente de pc7",
        "BackupPC: no backups of pc7 have succeeded",
    ],
)
def test_its_own_subject_is_enough_for_a_failure(subject: str) -> None:
    found = mailed("x", subject)
    assert (found.verdict, found.job) == (Verdict.FAILURE, "pc7")


def test_each_failed_host_is_a_part() -> None:
    found = mailed("Please fix these hosts:\n  - web01 (ping too slow)\n  - db01 (no files dumped)")
    assert [part.name for part in found.parts] == ["web01", "db01"]
    assert found.what == "2 of 2: web01: ping too slow"


def test_a_test_mail_is_no_report() -> None:
    text = "This is a test message from /usr/share/backuppc/bin/BackupPC_sendEmail."
    assert mailed(text).verdict is Verdict.NONE


def test_a_list_of_names_elsewhere_is_none_of_failed_hosts() -> None:
    assert report("  - web01 (ping too slow)").verdict is Verdict.UNKNOWN


def test_another_day_is_the_same_news_another_computer_is_not() -> None:
    text = "Your PC ({}) has not been successfully backed up for {} days."
    prints = {fingerprint(mailed(text.format("pc7", days))) for days in ("7.2", "8.2")}
    assert len(prints) == 1
    assert fingerprint(mailed(text.format("pc8", "7.2"))) not in prints
