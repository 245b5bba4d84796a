"""DSM's notices: each sentence proves what it says of its task or device, and nothing else."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report

SENDER = "nas01 <nas@nas01.acme.example>"


def notice(text: str, greeting: str = "Dear user,", end: str = "From nas01") -> Report:
    return report(f"{greeting}\n\n{text}\n\n{end}", "[nas01] notice", from_=SENDER)


@pytest.mark.parametrize(
    ("sentence", "job"),
    [
        ('The backup task "music" on nas01 has failed.', "music"),
        ("Network backup task music on nas01 has failed. Please go to Log.", "music"),
        ("Your backup task music was not completed.", "music"),
        ("Replication task of web on nas01 could not be performed.", "web"),
        ("Volume 1 on nas01 has degraded. Please replace the drive.", "Volume 1"),
        ("Storage Pool 2 (RAID 5) on nas01 has crashed.", "Storage Pool 2"),
        ("Drive 3 on nas01 has failed.", "Drive 3"),
        ("Die Netzwerksicherungsaufgabe Fotos auf nas01 ist fehlgeschlagen.", "Fotos"),
        ("Volume 1 auf nas01 ist degradiert.", "Volume 1"),
        ("La tâche de sauvegarde réseau Photos sur nas01 a échoué.", "Photos"),
        ("Le volume 1 sur nas01 est dégradé.", "volume 1"),
    ],
)
def test_a_task_or_device_that_failed_is_a_failure_and_named(sentence: str, job: str) -> None:
    found = notice(sentence)
    assert (found.kind, found.verdict, found.job) == (Kind.NAS, Verdict.FAILURE, job)
    assert found.host == "nas01.acme.example"


@pytest.mark.parametrize(
    "sentence",
    [
        "Data backup task on nas01 partially completed",
        "Backup task web on nas01 was interrupted.",
        "Volume 2 on nas01 is running out of space.",
        "Bad sectors were found on Drive 2 of nas01.",
        "The UPS device connected to nas01 has entered battery mode.",
        "Die Datensicherungsaufgabe Fotos wurde teilweise abgeschlossen.",
    ],
)
def test_what_is_incomplete_or_wears_out_is_a_warning(sentence: str) -> None:
    assert notice(sentence).verdict is Verdict.WARNING


@pytest.mark.parametrize(
    ("sentence", "job"),
    [
        ("Your backup task failed-mails is now complete.", "failed-mails"),
        ('Backup task "has failed" on nas01 has been completed.', "has failed"),
        ("Ihre Datensicherungsaufgabe Fotos ist nun abgeschlossen.", "Fotos"),
        ("Votre tâche de sauvegarde Photos est maintenant terminée.", "Photos"),
        ("The repair of Storage Pool 1 on nas01 has been completed.", "Storage Pool 1"),
        ("The UPS device connected to nas01 has returned to AC mode.", "UPS"),
    ],
)
def test_a_good_end_is_a_success_whatever_the_task_is_called(sentence: str, job: str) -> None:
    found = notice(sentence)
    assert (found.verdict, found.job) == (Verdict.SUCCESS, job)


@pytest.mark.parametrize(
    "sentence",
    [
        "DSM 7.2-64570 Update 1 is now available on nas01.",
        "IP address [198.51.100.3] of nas01 has been blocked by SSH.",
        "Test Message from nas01",
    ],
)
def test_news_of_no_job_is_no_report(sentence: str) -> None:
    assert notice(sentence).verdict is Verdict.NONE


def test_without_dsm_around_it_a_sentence_proves_nothing() -> None:
    found = notice("Your backup task web is now complete.", "Hello,", "bye")
    assert found.verdict is Verdict.UNKNOWN


def test_a_notice_in_dsms_form_that_says_nothing_known_is_unknown_and_says_it() -> None:
    found = notice("Something odd went on at nas01.")
    assert (found.kind, found.verdict) == (Kind.NAS, Verdict.UNKNOWN)
    assert found.what == "Something odd went on at nas01"


def test_a_scheduled_task_has_the_status_of_its_script_not_its_praise() -> None:
    text = "Task Scheduler has completed a scheduled task.\n\nTask: copy\nCurrent status: {}\n{}"
    bad = notice(text.format("1 (Interrupted)", "Backup completed successfully."))
    assert (bad.verdict, bad.exit_code, bad.job) == (Verdict.FAILURE, 1, "copy")
    assert notice(text.format("0 (Normal)", "x")).verdict is Verdict.SUCCESS
    lied = notice(
        text.format("0 (Normal)", "rsync error: some (code 23) at main.c(1) [sender=3.2.7]")
    )
    assert lied.verdict is Verdict.FAILURE


def test_a_bad_sentence_beside_a_good_one_makes_it_a_failure() -> None:
    good = "Your backup task web is now complete."
    assert notice(f"{good}\nVolume 1 on nas01 has crashed.").verdict is Verdict.FAILURE


def test_the_same_volume_is_the_same_news_another_one_is_not() -> None:
    text = "Volume {} on nas01 has degraded (total drives: 4, active drives: {})."
    prints = {fingerprint(notice(text.format(1, active))) for active in (3, 2)}
    assert len(prints) == 1
    assert fingerprint(notice(text.format(2, 3))) not in prints
