"""QNAP's notices: the severity outranks the message, and a mild one proves only a told end."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report


def notice(severity: str, message: str, moment: str = "2026/10/12 02:00:01") -> Report:
    text = (
        f"NAS Name: NAS7\nSeverity: {severity}\nDate/Time: {moment}\n\nApp Name: HBS\n"
        f"Category: Job Status\nMessage: [Hybrid Backup Sync] {message}"
    )
    return report(text, "[Info] Notification from your device: NAS7")


DONE = 'Finished Backup job: "Nightly".'


@pytest.mark.parametrize(
    ("severity", "message", "verdict"),
    [
        ("Info", DONE, Verdict.SUCCESS),
        ("Information", 'Finished Sync job: "failed orders".', Verdict.SUCCESS),
        ("Warning", DONE, Verdict.WARNING),
        ("Error", DONE, Verdict.FAILURE),
        ("Fehler", DONE, Verdict.FAILURE),
        ("Avertissement", DONE, Verdict.WARNING),
        ("Info", 'Failed to complete Backup job: "Nightly".', Verdict.FAILURE),
        ("Info", 'Started Backup job: "Nightly".', Verdict.UNKNOWN),
        ("Info", "A newer version is available.", Verdict.NONE),
    ],
)
def test_severity_then_words_decide(severity: str, message: str, verdict: Verdict) -> None:
    found = notice(severity, message)
    assert (found.kind, found.verdict) == (Kind.NAS, verdict)


def test_the_job_is_the_task_and_the_host_the_nas() -> None:
    found = notice("Error", 'Failed to complete Backup job: "Nightly". Destination is full.')
    assert (found.job, (found.host or "").split(".")[0]) == ("Nightly", "nas7")
    assert found.what == 'Failed to complete Backup job: "Nightly". Destination is full'


def test_other_languages_and_older_systems_have_the_same_fields() -> None:
    italian = "Nome NAS: N\nGravità: Errore\nData/Ora: 2026/09/18 21:00:36\nMessaggio: [X] Failed."
    assert report(italian).verdict is Verdict.FAILURE
    fields = "Server Name: N\nDate/Time: 2017/03/03 02:00:01\nLevel: Warning\n"
    old = f"{fields}[RAID5] Rebuilding started."
    assert report(old).verdict is Verdict.WARNING


def test_without_its_fields_a_message_proves_nothing() -> None:
    assert report(f"Message: [Hybrid Backup Sync] {DONE}").verdict is Verdict.UNKNOWN


def test_another_moment_is_the_same_news_another_job_is_not() -> None:
    failed = 'Failed to complete Backup job: "{}".'
    first = fingerprint(notice("Error", failed.format("A")))
    assert first == fingerprint(notice("Error", failed.format("A"), "2026/10/13 03:11:01"))
    assert first != fingerprint(notice("Error", failed.format("B")))
