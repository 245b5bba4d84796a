"""How upgrades of packages end, and what only tells of updates."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import CRON_SUBJECT, report

SUBJECT = "unattended-upgrades result for web01.acme.example: {}"
FINE = "Unattended upgrade result: All upgrades installed"
NONE = "Unattended upgrade result: No packages found that can be upgraded unattended and no x"
PLAN = "2 upgraded, 0 newly installed, 0 to remove and 0 not upgraded."
WITH = "with the following error message: "


def unattended(result: str, more: str = "", claim: str = "SUCCESS") -> Report:
    text = f"{result}\n\nPackages that were upgraded:\n curl libcurl4\n\n{more}"
    return report(text, SUBJECT.format(claim))


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (FINE, Verdict.SUCCESS),
        (NONE, Verdict.SUCCESS),
        ("Unattended upgrade returned: True", Verdict.SUCCESS),
        ("Unattended upgrade returned: False", Verdict.FAILURE),
        ("Unattended upgrade result: Lock could not be acquired", Verdict.FAILURE),
        ("Unattended upgrade result: Cache has broken packages, exiting", Verdict.FAILURE),
        ("Unattended upgrade result: An error occurred", Verdict.FAILURE),
        ("Unattended upgrade result: Upgrade was interrupted", Verdict.FAILURE),
        ("dpkg: error processing package curl (--configure):", Verdict.FAILURE),
        ("Errors were encountered while processing:", Verdict.FAILURE),
        ("E: Sub-process /usr/bin/dpkg returned an error code (1)", Verdict.FAILURE),
        ("E: Could not get lock /var/lib/dpkg/lock-frontend.", Verdict.FAILURE),
        ("E: Unable to locate package curll", Verdict.FAILURE),
        ("W: Failed to fetch http://deb/InRelease  Could not resolve 'deb'", Verdict.WARNING),
        ("W: Some index files failed to download. They have been ignored.", Verdict.WARNING),
        ("0 upgraded, 0 newly installed, 0 to remove and 3 not upgraded.", Verdict.SUCCESS),
        (PLAN, Verdict.UNKNOWN),
        (f"{PLAN}\nDownload complete and in download only mode", Verdict.SUCCESS),
        ("The following updates have been applied on 'web01':", Verdict.SUCCESS),
        ("An error has occured on: web01\nError: Transaction failed", Verdict.FAILURE),
        ("The following updates will be applied on web01:", Verdict.UNKNOWN),
        ("The updates were successfully applied", Verdict.SUCCESS),
        (f"Updates failed to install {WITH}", Verdict.FAILURE),
        ("Transaction Summary\nComplete!", Verdict.SUCCESS),
        ("Complete!", Verdict.UNKNOWN),
        ("No updates needed to update system to 14.1-RELEASE-p3.", Verdict.SUCCESS),
        ("No mirrors remaining, giving up.", Verdict.FAILURE),
    ],
)
def test_each_end_proves_what_it_says(line: str, verdict: Verdict) -> None:
    assert report(line, "updates of web01: OK").verdict is verdict


@pytest.mark.parametrize("line", [r"E: \Backup copied", "the log says E: nothing", "Complete! Yes"])
def test_words_that_only_look_like_it_prove_nothing(line: str) -> None:
    assert report(line, "updates: OK").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("subject", "job"),
    [
        (SUBJECT.format("FAILURE"), "unattended-upgrades"),
        ("unattended-upgrades result for 'web01': 'False'", "unattended-upgrades"),
        ("[package on hold] " + SUBJECT.format("FAILURE"), "unattended-upgrades"),
        ("Yum: Failed to download updates on web01", "yum-cron"),
        ("[web01] dnf5-automatic: Failed to install upgrades.", "dnf-automatic"),
        ("CRON-APT error on web01 [/etc/cron-apt/config]", "cron-apt"),
    ],
)
def test_a_subject_proves_a_failure(subject: str, job: str) -> None:
    found = report("nothing", subject)
    assert (found.verdict, found.kind, found.job) == (Verdict.FAILURE, Kind.UPGRADES, job)


def test_p2_a_subject_proves_no_success() -> None:
    assert report("nothing", SUBJECT.format("SUCCESS")).verdict is Verdict.UNKNOWN


def test_packages_are_counted_and_a_reboot_is_told() -> None:
    reboot = "Warning: A reboot is required to complete this upgrade, or a previous one.\n"
    kept = "Packages with upgradable origin but kept back:\n Debian bookworm:\n  linux-image\n"
    found = unattended(FINE, reboot + kept)
    assert found.verdict is Verdict.SUCCESS
    assert found.what == "2 packages upgraded, 1 package kept back, reboot required"
    assert found.facts["packages_upgraded"] == 2


def test_p2_a_failure_in_the_log_outweighs_the_result() -> None:
    assert unattended(FINE).verdict is Verdict.SUCCESS
    log = "dpkg: error processing package curl (--configure):\n"
    assert unattended(FINE, log).verdict is Verdict.FAILURE
    assert unattended(FINE, claim="FAILURE").verdict is Verdict.FAILURE


AVAILABLE = [
    ("2 Debian package update(s) for web01", "apticron report [Mon, 05 Oct 2026 06:30:12 +0200]"),
    ("apt-listchanges: news for web01", "curl (7.88) bookworm; urgency=high"),
    ("Updates available on 'web01'.", "The following updates are available on 'web01':"),
    ("Yum: Updates Available on web01", "The following updates are available on web01:"),
    ("[web01] dnf5-automatic: 3 packages can be upgraded.", "Upgrading: curl"),
    ("web01 security updates", "The following files will be updated as part of updating to 14.1:"),
]


@pytest.mark.parametrize(("subject", "line"), AVAILABLE)
def test_that_updates_are_available_is_no_report(subject: str, line: str) -> None:
    found = report(line, subject)
    assert (found.verdict, found.kind, found.automated) == (Verdict.NONE, Kind.UPGRADES, True)


@pytest.mark.parametrize(("subject", "line"), AVAILABLE[:2])
def test_a_changelog_is_no_evidence(subject: str, line: str) -> None:
    assert report(f"{line}\n\nERROR: x\nKilled\n{PLAN}", subject).verdict is Verdict.NONE


def test_cron_names_the_job_of_a_plain_apt() -> None:
    found = report("E: Unable to locate package curll", f"{CRON_SUBJECT} (failed)")
    assert (found.kind, found.job) == (Kind.UPGRADES, "backup.sh")


def test_the_same_failure_is_the_same_news_and_another_package_is_not() -> None:
    log = "dpkg: error processing package {} (--configure):\n2026-10-05 06:28:03,001 ERROR x\n"
    first = fingerprint(unattended(FINE, log.format("curl")))
    later = log.format("curl").replace("06:28:03,001", "07:11:59,414")
    assert fingerprint(unattended(FINE, later)) == first
    assert fingerprint(unattended(FINE, log.format("mariadb-server"))) != first
