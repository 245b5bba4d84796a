"""cron's own forms, run-parts, and the command lines inside them."""

import pytest

from relay.reports.command import name_of, read_command
from relay.reports.cron_mail import cron_mail
from relay.reports.report import Kind, Verdict
from tests.reports.given import CRON_SUBJECT, letter, report
from tests.reports.texts import END_23, END_24, VERBOSE


@pytest.mark.parametrize(
    ("subject", "sender", "host", "failed"),
    [
        ("Cron <root@web01> /bin/x", "root (Cron Daemon)", "web01", None),
        ("Cron <root@web01> /bin/x (failed)", "root (Cron Daemon)", "web01", True),
        ("Anacron job 'cron.daily' on web01", "Anacron <root>", "web01", None),
        (
            '[web01] Failure: /etc/cron.d/a "@daily root /bin/x"',
            "root (systemd-cron)",
            "web01",
            True,
        ),
        (
            '[web01] Output: /etc/cron.d/a "@daily root /bin/x"',
            "root (systemd-cron)",
            "web01",
            False,
        ),
        ("cron: /bin/x", "", None, None),
    ],
)
def test_each_cron_is_known_by_its_form(
    subject: str, sender: str, host: str | None, failed: bool | None
) -> None:
    found = cron_mail(letter("", subject, from_=sender))
    assert found is not None
    assert (found.host, found.failed) == (host, failed)


@pytest.mark.parametrize(
    "subject",
    ["Re: Cron <root@web01> /bin/x", "Cron job done", "[web01] Failure: disk", "cron.daily", ""],
)
def test_what_only_speaks_of_cron_is_not_its_mail(subject: str) -> None:
    assert cron_mail(letter("", subject)) is None


def test_failed_is_evidence_in_the_subject() -> None:
    found = report("some output", f"{CRON_SUBJECT} (failed)")
    assert (found.verdict, found.kind) == (Verdict.FAILURE, Kind.CRON_OTHER)
    assert (found.evidence[0].line, found.evidence[0].rule) == (0, "cron.failed")


def test_p2_the_absence_of_failed_is_no_success() -> None:
    assert report("some output", CRON_SUBJECT).verdict is Verdict.UNKNOWN


def test_the_status_of_a_search_says_nothing_of_the_job() -> None:
    line = "rsync -av /a /b > /tmp/log; grep -c error /tmp/log"
    assert report(VERBOSE, f"Cron <root@web01> {line} (failed)").verdict is Verdict.SUCCESS
    assert report("text", f"Cron <root@web01> {line} (failed)").verdict is Verdict.UNKNOWN


def test_a_command_that_failed_after_a_good_copy_is_a_failure() -> None:
    found = report(VERBOSE, f"{CRON_SUBJECT} (failed)")
    assert (found.verdict, found.kind) == (Verdict.FAILURE, Kind.RSYNC)


def test_a_code_that_explains_failed_decides() -> None:
    assert report(END_24, f"{CRON_SUBJECT} (failed)").verdict is Verdict.WARNING
    assert report(END_23, f"{CRON_SUBJECT} (failed)").exit_code == 23


_ENDED = "run-parts: /etc/cron.daily/{} exited with return code {}"


def test_run_parts_names_the_scripts_that_failed() -> None:
    text = f"{_ENDED.format('dump', 1)}\n{_ENDED.format('rotate', 2)}"
    found = report(text, "Cron <root@web01> cd / && run-parts --report /etc/cron.daily")
    assert (found.verdict, found.job) == (Verdict.FAILURE, "cron.daily")
    assert found.what == "dump and 1 more failed (code 1)"
    assert [each.line for each in found.evidence] == [1, 2]


def test_run_parts_repeating_a_warning_of_rsync_adds_nothing() -> None:
    explained = report(f"{END_24}\n{_ENDED.format('copy', 24)}")
    other = report(f"{END_24}\n{_ENDED.format('dump', 1)}\n{_ENDED.format('copy', 24)}")
    assert (explained.verdict, explained.kind) == (Verdict.WARNING, Kind.CRON_OTHER)
    assert other.verdict is Verdict.FAILURE


def test_a_list_of_changes_that_cron_mailed_whole_is_a_success() -> None:
    changes = (
        ">f+++++++++ a b/c.txt\n.d..t...... x/\n*deleting   old\n<f.st...... y\nhf..........z q"
    )
    subject = "Cron <root@web01> rsync -ai /a /b"
    assert report(changes.rsplit("\n", 1)[0], subject).verdict is Verdict.SUCCESS
    assert report(changes.rsplit("\n", 1)[0], f"{subject} (failed)").verdict is Verdict.FAILURE


def test_notices_alone_that_cron_mailed_whole_are_a_success() -> None:
    notice = 'skipping non-regular file "a/pipe"\ncannot delete non-empty directory: b'
    assert report(notice, "Cron <root@web01> rsync -a /a /b").verdict is Verdict.SUCCESS
    assert report(notice, CRON_SUBJECT).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("hidden", ["| tail", "2>/dev/null", "; echo done", "|| true"])
def test_p2_a_list_of_changes_proves_nothing_where_an_error_could_be_hidden(hidden: str) -> None:
    found = report(">f+++++++++ a", f"Cron <root@web01> rsync -ai /a /b {hidden}")
    assert found.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("rsync -a /data/ /backup/2026-11-23/", "rsync /data/ -> /backup/*/"),
        ("rsync -az -e 'ssh -p 22' --exclude tmp /w u@nas:/b >/dev/null", "rsync /w -> nas:/b"),
        ("nice -n 19 flock -n /var/lock/x rsync -a a b", "rsync a -> b"),
        ("cd / && run-parts --report /etc/cron.daily", "cron.daily"),
        ("test -x /usr/sbin/anacron || ( cd / && run-parts /etc/cron.weekly )", "cron.weekly"),
        ("/usr/local/bin/backup.sh home 2>&1 | tee /var/log/x", "backup.sh home"),
        ("[ -x /usr/bin/x ] && /usr/bin/x -q", "x"),
        ("TZ=UTC bash /root/dump.sh", "dump.sh"),
        ("sleep $((RANDOM % 60)); rsync -a x::m/p /z || true", "rsync x::m/p -> /z"),
        ("backup.sh it's", "backup.sh it's"),
        ("", ""),
    ],
)
def test_a_command_line_gives_a_stable_name(line: str, name: str) -> None:
    assert name_of(read_command(line)) == name
