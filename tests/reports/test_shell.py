"""What scripts and common tools print: errors of the C library, exit statuses, loud lines."""

import pytest

from relay.reports.report import Kind, Verdict
from tests.reports.given import report
from tests.reports.texts import VERBOSE


@pytest.mark.parametrize(
    "line",
    [
        "cp: error writing '/mnt/x': No space left on device",
        "/bin/sh: 1: bakcup: not found",
        "./run.sh: line 3: borg: command not found",
        "ls: Zugriff auf '/x' nicht möglich: Datei oder Verzeichnis nicht gefunden",
        "ls: impossible d'accéder à '/x': Aucun fichier ou dossier de ce type",
        "cp: no se puede abrir '/x': Permiso denegado",
        "cp: impossibile aprire '/x': Permesso negato",
        "cp: não foi possível abrir '/x': Permissão negada",
        "cp: kan '/x' niet openen: Toegang geweigerd",
        "cp: nie można otworzyć '/x': Brak dostępu",
        "cp: невозможно открыть '/x': Отказано в доступе",
        "cp: '/x' を開けません: 許可がありません",
        "cp: 无法打开 '/x': 权限不够",
        "ssh: connect to host nas port 22: Connection refused",
        "tar: Error is not recoverable: exiting now",
        "tar: Exiting with failure status due to previous errors",
        "mount: /mnt/usb: can't find in /etc/fstab.",
        "Traceback (most recent call last):",
        "Segmentation fault (core dumped)",
        "backup.sh: line 12:  4711 Killed                  pg_dump app",
        "ERROR: dump of app failed",
        "2026-10-05 01:00:12 ERROR: dump of app failed",
        "[FATAL] no repository",
        "Fatal: unable to open config file",
        "exit code: 2",
        "backup finished with exit status 1",
        "rc=3",
        "Process exited, code=exited, status=2",
        "Rückgabewert: 1",
        "退出码: 1",
    ],
)
def test_a_line_that_proves_a_failure(line: str) -> None:
    found = report(f"starting\n{line}\nBackup completed successfully", "Backup OK")
    others = {"borg: ": Kind.BORG, "unable to open config file": Kind.RESTIC}
    named = next((kind for word, kind in others.items() if word in line), Kind.CRON_OTHER)
    assert (found.verdict, found.kind) == (Verdict.FAILURE, named), found
    assert found.evidence[0].line == 2
    assert found.claim_truthful is False


@pytest.mark.parametrize(
    "line",
    [
        "docs/Permission denied.txt",
        "> cp: error writing '/mnt/x': No space left on device",
        "0 errors",
        "Errors: 0",
        "ERROR: 0",
        "errors: []",
        "no errors found",
        "stdin: is not a tty",
        "tar: Removing leading `/' from member names",
        "HTTP status 200",
        "exit code 2.txt",
    ],
)
def test_a_line_that_proves_nothing(line: str) -> None:
    assert report(line).verdict is Verdict.UNKNOWN
    assert report(f"{line}\n{VERBOSE}").verdict is Verdict.SUCCESS


def test_a_printed_status_of_0_proves_success_only_on_its_own() -> None:
    assert report("dumping\nexit code: 0").verdict is Verdict.SUCCESS
    assert report("cp: x: Permission denied\nexit code: 0").verdict is Verdict.FAILURE


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("rsync exit code: 24", Verdict.WARNING),
        ("rsync exit code: 23", Verdict.FAILURE),
        ("borg create returned 1", Verdict.WARNING),
        ("borg create returned 2", Verdict.FAILURE),
        ("tar: ./log: file changed as we read it", Verdict.WARNING),
    ],
)
def test_a_status_means_what_its_program_means_by_it(line: str, verdict: Verdict) -> None:
    assert report(line).verdict is verdict


def test_ten_thousand_errors_are_read_but_not_all_repeated() -> None:
    found = report("cp: x: Permission denied\n" * 10_000)
    assert found.verdict is Verdict.FAILURE
    assert len(found.evidence) <= 20
