"""What scans find, and notices that report on nothing."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Verdict
from tests.reports.given import report
from tests.reports.texts import END_23

SUMMARY = "----------- SCAN SUMMARY -----------\n"
BAN = "Hi,\n\nThe IP {} has just been banned by Fail2Ban after\n3 attempts against sshd.\n"
REGARDS = "\nRegards,\n\nFail2Ban"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Please inspect this machine, because it may be infected.", Verdict.WARNING),
        ("rkhunter.log\nWarning: Hidden directory found: /etc/.x", Verdict.WARNING),
        (f"{SUMMARY}Infected files: 0", Verdict.SUCCESS),
        (f"{SUMMARY}Infected files: 0\nTotal errors: 2", Verdict.WARNING),
        (f"{SUMMARY}Infected files: 2", Verdict.FAILURE),
        (f"/a.zip: Win.Test.EICAR_HDB-1 FOUND\n{SUMMARY}Infected files: 0", Verdict.FAILURE),
        (f"{SUMMARY}Known viruses: 8708688", Verdict.UNKNOWN),
        ("LibClamAV Error: cl_load(): No such file or directory: /x.cvd", Verdict.FAILURE),
        (
            "AIDE found NO differences between database and filesystem. Looks okay!!",
            Verdict.SUCCESS,
        ),
        ("AIDE found differences between database and filesystem!!", Verdict.WARNING),
        ("AIDE 0.16.1 found differences between database and filesystem!!", Verdict.WARNING),
        ("AIDE returned with a zero exit code. No changes detected!", Verdict.SUCCESS),
        ("AIDE returned with exit code 5. Added and changed entries detected!", Verdict.WARNING),
        ("*AIDE returned with exit code 17. Invalid configuration!*", Verdict.FAILURE),
        ("* The daily aide check was terminated by a fatal error. *", Verdict.FAILURE),
        ("Total violations found:  0", Verdict.SUCCESS),
        ("Total violations found:  12", Verdict.WARNING),
        ("Checking `ls'... INFECTED", Verdict.FAILURE),
        ("chkrootkit output was not as expected.", Verdict.WARNING),
        ("--WARN-- [pass014w] Login (backup) is disabled, but has a valid shell.", Verdict.WARNING),
    ],
)
def test_a_scan_proves_what_it_found(text: str, verdict: Verdict) -> None:
    found = report(text, "scan of web01: all OK")
    assert (found.verdict, found.kind) == (verdict, Kind.SECURITY)


@pytest.mark.parametrize(
    "line",
    ["Infected files: 0", "Warning: A reboot is required", "/lost/a: x FOUND", "Checking ls... ok"],
)
def test_lines_of_a_scan_prove_nothing_elsewhere(line: str) -> None:
    assert report(line, "report").verdict is Verdict.UNKNOWN


def test_p2_without_its_last_lines_a_scan_is_no_success() -> None:
    whole = f"/a: OK\n{SUMMARY}Scanned files: 3\nInfected files: 0\n"
    lines = whole.splitlines()
    cut = [report("\n".join(lines[:end]), "clamscan") for end in range(len(lines))]
    assert all(each.verdict is Verdict.UNKNOWN for each in cut)
    assert report(whole, "clamscan").verdict is Verdict.SUCCESS


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("[Fail2Ban] sshd: banned 203.0.113.7 from web01", BAN.format("203.0.113.7") + REGARDS),
        ("[Fail2Ban] sshd: started on web01", "The jail sshd has been started successfully."),
        ("a ban", BAN.format("203.0.113.7") + REGARDS),
        ("*** SECURITY information for web01 ***", "web01 : joe : user NOT in sudoers"),
        ("new station (p) eth0", "    ethernet address: 0:11:22:33:44:55"),
        ("OSSEC Notification - web01 - Alert level 7", f"OSSEC HIDS Notification.\n{END_23}"),
        ("Wazuh notification", "Wazuh Notification.\n2026 Oct 05\nReceived From: web01->x"),
        ("alert", "203.0.113.7 will get ban for next 4h for triggering crowdsecurity/ssh-bf"),
        ("lfd on web01: blocked 203.0.113.7", "Failures: 5 (sshd)"),
        ("SSH login: joe on web01", "User: joe\nRemote Host: 203.0.113.7\nService: sshd"),
    ],
)
def test_what_happened_is_no_report_on_a_job(subject: str, text: str) -> None:
    found = report(text, subject)
    assert (found.kind, found.verdict, found.automated) == (Kind.SECURITY, Verdict.NONE, True)


@pytest.mark.parametrize("subject", ["ssh session of the backup failed", "root access log copied"])
def test_a_job_that_speaks_of_sessions_is_no_login(subject: str) -> None:
    found = report(END_23, subject)
    assert (found.kind, found.verdict) == (Kind.RSYNC, Verdict.FAILURE)


@pytest.mark.parametrize(
    ("subject", "text", "job"),
    [
        ("[rkhunter] web01 - Daily report", "Warning: Hidden file found: /x", "rkhunter"),
        (
            "[rkhunter] web01 - Weekly database update",
            "[ Rootkit Hunter version 1.4.6 ]\n  Checking file mirrors.dat   [ No update ]",
            "rkhunter update",
        ),
        ("Daily report", "AIDE returned with a zero exit code. No changes detected!", "aide"),
        ("TWReport", "Total violations found:  0", "tripwire"),
    ],
)
def test_a_scan_is_named_by_its_program(subject: str, text: str, job: str) -> None:
    assert report(text, subject).job == job


def test_in_crons_mail_the_job_is_crons() -> None:
    text = "/etc/cron.daily/rkhunter:\nrkhunter.log\nWarning: Hidden file found: /x"
    assert report(text, "Anacron job 'cron.daily' on web01").job == "cron.daily"


def test_another_address_or_finding_is_other_news_and_another_hour_is_not() -> None:
    bans = [report(BAN.format(ip), "[Fail2Ban] x") for ip in ("203.0.113.7", "203.0.113.8")]
    assert fingerprint(bans[0]) != fingerprint(bans[1])
    virus = "/a.zip: Win.Test.EICAR_HDB-{} FOUND\n" + SUMMARY + "Infected files: 1\nTime: {} sec"
    first, later, other = (
        fingerprint(report(virus.format(number, time), "clamscan"))
        for number, time in ((1, 60.1), (1, 71.3), (2, 60.1))
    )
    assert first == later
    assert first != other
