"""What `systemctl status` and systemd's lines of the journal say of a unit's end."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report
from tests.reports.texts import END_24, VERBOSE

SUBJECT = "[Failed] copy.service"
PROCESS = "    Process: 811 ExecStart=/usr/local/bin/copy (code={0})\n   Main PID: 811 (code={0})\n"
EXITED_0 = PROCESS.format("exited, status=0/SUCCESS")


def status(active: str, processes: str = "", unit: str = "copy.service") -> str:
    """A status block as systemctl prints it."""
    return (
        f"● {unit} - Copy of the archive\n"
        f"     Active: {active} since Mon 2026-10-05 01:00:12 CEST; 12ms ago\n{processes}\n"
    )


def journal(*lines: str, by: str = "systemd[1]") -> str:
    return "".join(f"Oct 05 01:00:12 web01 {by}: {line}\n" for line in lines)


def failed(result: str, ended: str) -> Report:
    return report(status(f"failed (Result: {result})", PROCESS.format(ended)), SUBJECT)


@pytest.mark.parametrize(
    ("result", "ended", "what", "code"),
    [
        ("exit-code", "exited, status=23", "failed (code 23)", 23),
        ("exit-code", "exited, status=1/FAILURE", "failed (code 1)", 1),
        ("exit-code", "exited, status=203/EXEC", "failed: EXEC (code 203)", 203),
        ("signal", "killed, signal=KILL", "killed by SIGKILL", None),
        ("core-dump", "dumped, signal=SEGV", "dumped core", None),
        ("timeout", "killed, signal=TERM", "timed out", None),
        ("oom-kill", "killed, signal=KILL", "killed for lack of memory", None),
        ("watchdog", "dumped, signal=ABRT", "watchdog timed out", None),
        ("resources", "exited, status=0/SUCCESS", "failed (resources)", None),
    ],
)
def test_a_failed_unit_says_how_it_failed(
    result: str, ended: str, what: str, code: int | None
) -> None:
    found = failed(result, ended)
    assert (found.verdict, found.kind) == (Verdict.FAILURE, Kind.SYSTEMD)
    assert (found.what, found.exit_code, found.job) == (what, code, "copy.service")


@pytest.mark.parametrize(
    "line",
    [
        "copy.service: Main process exited, code=exited, status=1/FAILURE",
        "copy.service: main process exited, code=exited, status=1/FAILURE",
        "copy.service: Control process exited, code=exited status=1",
        "copy.service: Main process exited, code=killed, status=9/KILL",
        "copy.service: Main process exited, code=dumped, status=11/SEGV",
        "copy.service: Failed with result 'timeout'.",
        "copy.service: Unit entered failed state.",
        "Unit copy.service entered failed state.",
        "copy.service failed.",
        "copy.service: A process of this unit has been killed by the OOM killer.",
        "copy.service: Failed at step CHDIR spawning /bin/x: No such file or directory",
        "copy.service: Start request repeated too quickly.",
        "copy.service: start operation timed out. Terminating.",
        "copy.service: Watchdog timeout (limit 3min)!",
        "Failed to start copy.service - Copy of the archive.",
        "Dependency failed for Copy of the archive.",
    ],
)
def test_what_systemd_writes_of_a_failure_into_the_journal_is_one(line: str) -> None:
    found = report(journal("Starting Copy of the archive...", line), "copy")
    assert (found.verdict, found.kind) == (Verdict.FAILURE, Kind.SYSTEMD)
    assert found.evidence[0].line == 2


@pytest.mark.parametrize(
    "text",
    [
        status("inactive (dead)", EXITED_0),
        status("active (exited)", EXITED_0),
        status("active (running)", "   Main PID: 99 (copyd)\n"),
        journal("copy.service: Deactivated successfully."),
        journal("copy.service: Succeeded."),
        journal("Finished copy.service - Copy of the archive."),
    ],
)
def test_a_good_end_is_a_success(text: str) -> None:
    assert report(text, "copy.service").verdict is Verdict.SUCCESS


@pytest.mark.parametrize(
    "text",
    [
        status("inactive (dead)"),
        status("activating (start)", "   Main PID: 99 (copy)\n"),
        journal("Started Copy of the archive.", "Starting Copy of the archive..."),
        journal("Finished Copy of the archive.", "copy: Succeeded.", by="copy[811]"),
        journal("copy.service: Main process exited, code=killed, status=15/TERM"),
    ],
)
def test_p2_what_only_began_or_was_stopped_is_no_success(text: str) -> None:
    assert report(text, "copy.service OK").verdict is Verdict.UNKNOWN


def test_a_run_that_is_started_again_has_failed() -> None:
    text = status("activating (auto-restart) (Result: exit-code)")
    assert report(text, "copy.service").verdict is Verdict.FAILURE


def test_p2_one_line_of_failure_outweighs_every_good_one() -> None:
    good = status("inactive (dead)", EXITED_0) + journal("copy.service: Deactivated successfully.")
    assert report(good, "copy.service").verdict is Verdict.SUCCESS
    bad = good + journal("copy.service: Failed with result 'exit-code'.")
    assert report(bad, "copy.service").verdict is Verdict.FAILURE


@pytest.mark.parametrize(
    "subject",
    [
        "[Failed] copy.service",
        "FAILED: copy.service on web01",
        "[web01] Failure: copy.service",
        "Service copy.service on web01.acme.example failed!",
        "Service copy on web01 has failed",
        "systemd unit copy.service failed on web01",
        "[web01] OnFailure Email for copy.service",
        "Failure of copy.service on web01",
        "web01: copy.service has failed",
    ],
)
def test_a_subject_of_a_failed_unit_proves_the_failure(subject: str) -> None:
    found = report("no status", subject)
    assert (found.verdict, found.kind) == (Verdict.FAILURE, Kind.SYSTEMD)
    assert (found.job or "").startswith("copy")


def test_an_exit_status_of_0_outweighs_a_subject_but_running_again_does_not() -> None:
    assert report(status("inactive (dead)", EXITED_0), SUBJECT).claim_truthful is False
    assert report(status("active (running)"), SUBJECT).verdict is Verdict.FAILURE


@pytest.mark.parametrize("subject", ["borg failed", "copy.service status", "Failed logins: 3"])
def test_other_subjects_prove_nothing(subject: str) -> None:
    assert report("no status", subject).verdict is Verdict.UNKNOWN


def test_the_tool_in_the_journal_gives_the_reason_and_systemd_the_kind() -> None:
    lines = journal(*END_24.splitlines(), by="copy[811]")
    text = status("failed (Result: exit-code)", PROCESS.format("exited, status=24")) + lines
    found = report(text, SUBJECT)
    assert (found.verdict, found.kind, found.exit_code) == (Verdict.WARNING, Kind.SYSTEMD, 24)


def test_a_unit_that_failed_after_a_good_copy_has_failed() -> None:
    lines = journal(*VERBOSE.splitlines(), by="copy[811]")
    text = status("failed (Result: exit-code)", PROCESS.format("exited, status=2")) + lines
    assert report(text, SUBJECT).verdict is Verdict.FAILURE


def test_a_status_in_the_log_of_another_tool_is_not_what_the_mail_is_about() -> None:
    log = "Unattended upgrade result: Lock could not be acquired\n" + 8 * "a line\n"
    found = report(log + status("failed (Result: exit-code)"), "upgrades")
    assert (found.kind, found.verdict) == (Kind.UPGRADES, Verdict.FAILURE)
    assert found.job == "unattended-upgrades"


def test_a_sick_unit_below_a_good_copy_is_named() -> None:
    found = report(VERBOSE + 6 * "\n" + status("failed (Result: timeout)"), "Nightly rsync: OK")
    assert (found.kind, found.verdict, found.job) == (Kind.RSYNC, Verdict.FAILURE, "Nightly rsync")
    assert found.what == "rsync succeeded, but: copy.service: timed out"


def test_systemd_cron_stays_cron_and_learns_of_a_success() -> None:
    subject = '[web01] Output: /etc/cron.d/copy "0 3 * * * root /usr/local/bin/copy home"'
    found = report(status("inactive (dead)", EXITED_0), subject, from_="root (systemd-cron)")
    assert (found.kind, found.verdict, found.job) == (
        Kind.CRON_OTHER,
        Verdict.SUCCESS,
        "copy home",
    )


def test_several_units_are_parts() -> None:
    good = status("inactive (dead)", EXITED_0, "scrub.service")
    found = report(good + status("failed (Result: timeout)"), "units of web01")
    assert [(part.name, part.verdict) for part in found.parts] == [
        ("copy.service", Verdict.FAILURE),
        ("scrub.service", Verdict.SUCCESS),
    ]


def test_the_same_failure_is_the_same_news_and_another_one_is_not() -> None:
    first = failed("exit-code", "exited, status=1/FAILURE")
    text = status("failed (Result: exit-code)", PROCESS.format("exited, status=1/FAILURE"))
    later = text.replace("01:00:12", "02:07:31").replace("12ms", "1min 3s").replace("811", "977")
    assert fingerprint(report(later, SUBJECT)) == fingerprint(first)
    others = [
        failed("exit-code", "exited, status=2"),
        failed("signal", "killed, signal=KILL"),
        report(text.replace("copy", "scrub"), SUBJECT.replace("copy", "scrub")),
        report(text + journal("cannot reach db3", by="copy[811]"), SUBJECT),
        report(text + journal("cannot reach db4", by="copy[811]"), SUBJECT),
    ]
    assert len({fingerprint(each) for each in (first, *others)}) == 6
