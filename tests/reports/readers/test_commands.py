"""What everyday commands print of their ends, alone and beside a job proper."""

import pytest

from relay.reports.report import Kind, Verdict
from tests.reports.given import report
from tests.reports.texts import VERBOSE

CURL = "curl: (22) The requested URL returned error: 404"


@pytest.mark.parametrize(
    "line",
    [
        CURL,
        "curl: (6) Could not resolve host: www.acme.example",
        "wget: unable to resolve host address 'acme.example'",
        "2026-11-25 03:00:01 ERROR 404: Not Found.",
        "scp: Connection closed",
        "lost connection",
        "PHP Fatal error:  Uncaught Error: x in /srv/a.php:3",
        "npm ERR! code ELIFECYCLE",
        "Can't open /srv/a at /usr/local/bin/dump.pl line 12.",
        "make: *** [Makefile:3: all] Error 2",
        "fatal: unable to access 'https://acme.example/x.git/': x",
        "Failed to renew certificate www.acme.example with error: Some challenges have failed.",
        "zip error: Nothing to do! (a.zip)",
        "the input device is not a TTY",
        "sudo: a password is required",
        "b.iso: FAILED",
        "b.iso: FEHLSCHLAG",
        "md5sum: WARNING: 1 computed checksum did NOT match",
        "error: something else entirely",
        "backup terminado con estado 2",
        "+ exit 3",
    ],
)
def test_the_error_of_a_command_is_a_failure(line: str) -> None:
    found = report(f"Starting\n{line}\nDone!", subject="all good")
    assert (found.verdict, found.kind) == (Verdict.FAILURE, Kind.CRON_OTHER)
    assert found.evidence[0].line == 2
    assert found.claim_truthful is False


@pytest.mark.parametrize(
    "text",
    [
        "Congratulations, all renewals succeeded:",
        "Success: Updated 1 of 1 plugins.",
        "daily.cvd database is up-to-date (version: 27461, sigs: 2, f-level: 90, builder: x)",
        "Already up to date.",
        "failed.iso: OK\nerrors.iso: OK",
        "tar terminado con estado 0",
    ],
)
def test_a_commands_own_word_of_a_good_end_is_a_success(text: str) -> None:
    assert report(text).verdict is Verdict.SUCCESS


@pytest.mark.parametrize(
    "text",
    [
        "failed.iso: OK\nsomething else",
        "Error: none",
        "error: 0",
        "we saw curl: (22) yesterday",
        "PHP Deprecated:  strlen(): x in /srv/a.php on line 3",
        "Done!",
    ],
)
def test_what_only_looks_like_it_proves_nothing(text: str) -> None:
    assert report(text).verdict is Verdict.UNKNOWN


def test_beside_a_good_copy_it_is_a_warning() -> None:
    found = report(f"{VERBOSE}\n{CURL}", subject="Backup OK")
    assert (found.verdict, found.kind) == (Verdict.WARNING, Kind.RSYNC)


def test_a_program_that_evidence_names_gives_the_kind() -> None:
    assert report("rsync exit code: 0").kind is Kind.RSYNC
    assert report("./job.sh: line 1:  24 Killed    rsync -a /a /b").kind is Kind.RSYNC
    assert report("nothing", subject="borg web01").kind is Kind.BORG
