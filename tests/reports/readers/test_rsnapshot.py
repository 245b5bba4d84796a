"""rsnapshot's messages, log and trace, and the real rsnapshot where it is installed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Verdict
from tests.reports.given import report

RSNAPSHOT = shutil.which("rsnapshot")
LINE = "-" * 76
BANNER = (
    f"{LINE}\nrsnapshot encountered an error! The program was invoked with these options:\n"
    f"/usr/bin/rsnapshot alpha \n{LINE}"
)
LOCKED = "echo 4711 > /var/run/rsnapshot.pid"
UNLOCKED = "rm -f /var/run/rsnapshot.pid"
COPY = "/usr/bin/rsync -a --delete /etc/ /snap/alpha.0/localhost/"
TRACE = f"{LOCKED}\n{COPY}\ntouch /snap/alpha.0/\n{UNLOCKED}"
STAMP = "[2026-10-05T01:00:01] "
CRON = "Cron <root@web01> /usr/bin/rsnapshot -v alpha"
SOME = "Some files and/or directories in root@db3:/srv/"


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (
            "/usr/bin/rsync returned 255 while processing root@cold:/etc/",
            "rsync returned 255 for root@cold:/etc/",
        ),
        (
            "Lockfile /var/run/rsnapshot.pid exists and so does its process, can not continue",
            "another rsnapshot is running (/var/run/rsnapshot.pid)",
        ),
        ('cmd_preexec "/usr/local/bin/mnt" returned 1', "/usr/local/bin/mnt returned 1"),
        (
            "backup_script /usr/local/bin/db returned 3",
            "backup_script /usr/local/bin/db returned 3",
        ),
        ('"/bin/false" returned "3". Exiting.', "/bin/false returned 3"),
        (
            "rsnapshot refuses to create snapshot_root when no_create_root is enabled",
            "the snapshot root does not exist (not mounted?)",
        ),
        ("rsnapshot was sent TERM signal... cleaning up", "rsnapshot was sent TERM signal"),
        ('Interval "daly" unknown, check /etc/rsnapshot.conf', 'Interval "daly" unknown, check'),
        ("a message of a later version", "a message of a later version"),
    ],
)
def test_an_error_is_a_failure_with_its_cause_in_mail_and_log(error: str, what: str) -> None:
    mailed = report(f"{BANNER}\nERROR: {error}", "rsnapshot alpha OK")
    logged = report(
        f"{STAMP}/usr/bin/rsnapshot alpha: started\n"
        f"{STAMP}/usr/bin/rsnapshot alpha: ERROR: {error}",
        "rsnapshot alpha OK",
    )
    for found in (mailed, logged):
        assert (found.kind, found.verdict) == (Kind.RSNAPSHOT, Verdict.FAILURE), found
        assert found.what.startswith(what)
        assert (found.job, found.exit_code) == ("rsnapshot alpha", 1)
        assert found.claim_truthful is False


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (f"WARNING: {SOME} only transferred partially during rsync operation", Verdict.FAILURE),
        (f"WARNING: {SOME} vanished during rsync operation", Verdict.WARNING),
        ('WARNING: Rolling back "db/"', Verdict.WARNING),
        ("WARNING: Removing stale lockfile /var/run/rsnapshot.pid", Verdict.WARNING),
        ('WARNING: "/usr/local/bin/after.sh" returned "3"', Verdict.WARNING),
    ],
)
def test_a_warning_is_exit_status_2_and_a_partial_copy_a_failure(
    line: str, verdict: Verdict
) -> None:
    for text in (line, f"{TRACE}\n{line}"):
        found = report(text, CRON)
        assert (found.kind, found.verdict, found.exit_code) == (Kind.RSNAPSHOT, verdict, 2)


@pytest.mark.parametrize(
    ("end", "verdict"),
    [
        ("/usr/bin/rsnapshot alpha: completed successfully", Verdict.SUCCESS),
        ("WARNING: /usr/bin/rsnapshot alpha: completed, but with some warnings", Verdict.WARNING),
        (
            (
                "/usr/bin/rsnapshot alpha: ERROR: /usr/bin/rsnapshot alpha: completed, but with"
                " some errors"
            ),
            Verdict.FAILURE,
        ),
    ],
)
def test_the_last_line_of_a_log_is_its_end(end: str, verdict: Verdict) -> None:
    began = "/usr/bin/rsnapshot alpha: started"
    old = "[05/Oct/2026:01:00:01] "
    syslog = "Oct  5 01:00:01 web01 rsnapshot[4711]: "
    for stamp in (STAMP, old, syslog):
        assert report(f"{stamp}{began}\n{stamp}{LOCKED}\n{stamp}{end}").verdict is verdict
        assert report(f"{stamp}{began}\n{stamp}{LOCKED}").verdict is not Verdict.SUCCESS


def test_a_trace_proves_a_success_only_where_errors_would_stand_in_it() -> None:
    assert report(TRACE, CRON).verdict is Verdict.SUCCESS
    assert report(TRACE, f"{CRON} 2>&1").verdict is Verdict.SUCCESS
    assert report(TRACE, f"{CRON} 2>/dev/null").verdict is Verdict.UNKNOWN
    assert report(TRACE, f"{CRON} | tee /tmp/log").verdict is Verdict.UNKNOWN
    assert report(TRACE, "rsnapshot alpha OK").verdict is Verdict.UNKNOWN
    assert report(TRACE, f"{CRON} (failed)").verdict is Verdict.FAILURE


def test_a_trace_that_breaks_off_is_unknown_whatever_was_copied() -> None:
    totals = "sent 129 bytes  received 26 bytes  310.00 bytes/sec\ntotal size is 2  speedup is 0.01"
    begun = f"{LOCKED}\n{COPY}\nsending incremental file list\n\n{totals}\n{COPY}"
    assert report(begun, CRON).verdict is Verdict.UNKNOWN
    assert report(f"{begun}\n{UNLOCKED}", "log").verdict is Verdict.SUCCESS


def test_lines_broken_with_backslashes_are_read_in_one_piece() -> None:
    for command in ("echo 4711 >", "touch", "rm -f"):
        broken = TRACE.replace(f"{command} /", f"{command} \\\n    /")
        assert report(broken, CRON).verdict is Verdict.SUCCESS
    error = 'ERROR: backup /gone/ x/ - Source directory \\\n         "/gone/" doesn\'t exist '
    found = report(f"{BANNER}\n{error}")
    assert found.what.endswith('Source directory "/gone/" doesn\'t exist')


def test_the_call_of_logger_at_the_end_of_a_trace_is_read_across_its_break() -> None:
    call = "/usr/bin/logger -p user.{} -t rsnapshot[30561] /usr/bin/rsnapshot \\\n    alpha: {} "
    good = call.format("info", "completed successfully")
    assert report(f"{TRACE}\n{good}", "log").verdict is Verdict.SUCCESS
    other = call.format("info", "started")
    assert report(f"{TRACE}\n{other}", "log").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "ERROR: dump of app failed",
        "WARNING: low battery",
        "ERROR: app.conf on line 12:",
        "echo 4711 > /run/app.pid\nrm -f /run/app.pid",
        "ii  rsnapshot  1.4.5-1  all  local and remote filesystem snapshot utility",
    ],
)
def test_lines_of_other_programs_are_not_rsnapshot_s(text: str) -> None:
    found = report(text)
    assert found.kind is not Kind.RSNAPSHOT
    assert found.verdict is not Verdict.SUCCESS


def test_rsnapreport_judges_each_source() -> None:
    head = (
        "SOURCE        TOTAL FILES   FILES TRANS      TOTAL MB     MB TRANS   LIST GEN TIME  LIST"
    )
    row = "{}   \t  2214   3   8.11   0.02   0.001 seconds   0.000 seconds"
    table = f"{head}\n{row.format('/etc/')}\n{row.format('web9:/srv/')}"
    good = report(table)
    assert (good.kind, good.verdict) == (Kind.RSNAPSHOT, Verdict.SUCCESS)
    assert len(good.parts) == 2
    bad = f"{table}\n\nERRORS\nweb9:/srv/ rsync error: some files (code 23) at main.c(1) [sender=3]"
    found = report(bad)
    assert found.verdict is Verdict.FAILURE
    assert found.parts[0].name == "web9:/srv/"
    assert report(f"{table}\n\nERRORS\ndb3:/srv/ NO STATS DATA").verdict is Verdict.UNKNOWN


def test_another_source_or_code_is_other_news_and_another_day_is_not() -> None:
    def printed(code: int, source: str, day: int = 5) -> str:
        stamp = f"[2026-10-0{day}T01:00:01] /usr/bin/rsnapshot alpha: "
        error = f"{stamp}ERROR: /usr/bin/rsync returned {code} while processing {source}"
        return fingerprint(report(error))

    assert printed(255, "a:/etc/") != printed(12, "a:/etc/")
    assert printed(255, "a:/etc/") != printed(255, "b:/etc/")
    assert printed(255, "a:/etc/") == printed(255, "a:/etc/", day=6)


_RUNS = {
    "good": ("backup\t{0}/src/\tlocalhost/",),
    "no source": ("backup\t{0}/gone/\tlocalhost/",),
    "preexec": ("cmd_preexec\t/bin/false", "backup\t{0}/src/\tlocalhost/"),
    "script": ("backup_script\t/bin/false\tdb/", "backup\t{0}/src/\tlocalhost/"),
    "exec": ("backup_exec\t/bin/false", "backup\t{0}/src/\tlocalhost/"),
    "spaces": ("backup {0}/src/ localhost/",),
    "no root": ("no_create_root\t1", "backup\t{0}/src/\tlocalhost/"),
}


@pytest.mark.skipif(
    RSNAPSHOT is None, reason="rsnapshot is not installed; apt-get install rsnapshot"
)
@pytest.mark.parametrize("points", _RUNS.values(), ids=_RUNS.keys())
def test_the_real_rsnapshot_is_judged_by_its_exit_status(
    tmp_path: Path, points: tuple[str, ...]
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "error.txt").write_text("ERROR: no")
    config = tmp_path / "rsnapshot.conf"
    lines = (
        *("config_version\t1.2", "snapshot_root\t{0}/snap/", "cmd_rsync\t/usr/bin/rsync"),
        *("retain\talpha\t3", "lockfile\t{0}/rsnapshot.pid", *points),
    )
    config.write_text("".join(f"{line}\n".format(tmp_path) for line in lines))
    done = subprocess.run(
        [RSNAPSHOT or "rsnapshot", "-v", "-c", str(config), "alpha"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"LC_ALL": "C", "PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        timeout=20,
        check=False,
    )
    found = report(done.stdout.decode(), f"Cron <root@web01> rsnapshot -v -c {config} alpha")
    expected = {0: Verdict.SUCCESS, 1: Verdict.FAILURE, 2: Verdict.WARNING}
    assert found.verdict is expected[done.returncode], done.stdout.decode()
    assert found.exit_code == done.returncode
