"""tar's messages in its languages and kinds, and the real tar where it is installed."""

# ruff: noqa: RUF001 - other languages' letters and signs are what is looked for here

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Verdict
from tests.reports.given import report

TAR = shutil.which("tar")
TOTALS = "Total bytes written: 30013440 (29MiB, 1.6GiB/s)"
GONE = "tar: /srv/gone: Cannot stat: No such file or directory"
EXITS = "tar: Exiting with failure status due to previous errors"


@pytest.mark.parametrize(
    "line",
    [
        GONE,
        EXITS,
        "/bin/tar: x: Cannot open: Permission denied",
        "tar (child): /mnt/t.tgz: Cannot write: No space left on device",
        "tar: Child returned status 1",
        "tar: 7: Child terminated on signal 9",
        "tar: Unexpected EOF in archive",
        "tar: This does not look like a tar archive",
        "tar: Cowardly refusing to create an empty archive",
        "tar: x.tar: Wrote only 4096 of 10240 bytes",
        "tar: unrecognized option '--foo'",
        "tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options",
        "tar: Cannot update compressed archives",
        "tar: note.txt: Not found in archive",
        "bsdtar: Error exit delayed from previous errors.",
        "tar: error exit delayed from previous errors",
        "tar: can't open 'nope.tar': No such file or directory",
        "tar: /x: Funktion stat fehlgeschlagen: Datei oder Verzeichnis nicht gefunden",
        "tar: Beende mit Fehlerstatus aufgrund vorheriger Fehler",
        "tar: /x : stat impossible: Aucun fichier ou dossier de ce type",
        "tar: Arrêt avec code d'échec à cause des erreurs précédentes",
        "tar: Se sale con estado de fallo debido a errores anteriores",
        "tar: Uscita con stato di fallimento in base agli errori precedenti",
        "tar: Saindo com status de falha em razão de erros anteriores",
        "tar: Gestopt in fouttoestand vanwege eerdere fouten",
        "tar: Zakończenie w stanie błędu z powodu uprzednich błędów",
        "tar: Завершение работы с состоянием неисправности из-за возникших ошибок",
        "tar: 前のエラーにより失敗ステータスで終了します",
        "tar: 由于前次错误，将以上次的错误状态退出",
    ],
)
def test_an_error_of_tar_is_a_failure_even_beside_totals(line: str) -> None:
    for text in (line, f"/srv/a\n{line}\n{TOTALS}", f"2026-10-05 01:00:12 {line}"):
        found = report(text, "Backup OK")
        assert (found.verdict, found.kind) == (Verdict.FAILURE, Kind.CRON_OTHER), found
        assert found.evidence[0].rule.startswith("tar.")
        assert found.claim_truthful is False


@pytest.mark.parametrize(
    "line",
    [
        "tar: ./log: file changed as we read it",
        "tar: ./log: File removed before we read it",
        "tar: ./log: File shrank by 77 bytes; padding with zeros",
        "tar: ./log: Datei hat sich beim Lesen geändert.",
        "tar: ./log : fichier modifié pendant sa lecture",
        "tar: ./log: el fichero cambió mientras se estaba leyendo",
        "tar: ./log: файл изменился во время чтения",
        "tar: ./log: 在我们读入文件时文件发生了变化",
        "./log: Contents differ",
    ],
)
def test_a_file_that_changed_is_a_warning_of_exit_status_1(line: str) -> None:
    for text in (line, f"{line}\n{TOTALS}"):
        found = report(text)
        assert (found.verdict, found.exit_code) == (Verdict.WARNING, 1), found


def test_an_unreadable_file_that_tar_was_told_to_ignore_is_a_warning() -> None:
    assert report("tar: x: Warning: Cannot stat: Permission denied").verdict is Verdict.WARNING
    german = "tar: x: Warnung: Funktion stat fehlgeschlagen: Keine Berechtigung"
    assert report(german).verdict is Verdict.WARNING


@pytest.mark.parametrize(
    "line",
    [
        "tar: Removing leading `/' from member names",
        "tar: /run/Permission denied/sock: socket ignored",
        "tar: ./x.tar: file is the archive; not dumped",
        "tar: ./a: time stamp 2026-10-05 01:00:00 is 3.2 s in the future",
        "./tar: Exiting with failure status due to previous errors.txt",
        "> tar: Exiting with failure status due to previous errors",
        "my tar: done",
    ],
)
def test_notes_and_names_prove_nothing(line: str) -> None:
    assert report(line).verdict is Verdict.UNKNOWN
    assert report(f"{line}\n{TOTALS}").verdict is Verdict.SUCCESS


@pytest.mark.parametrize(
    "totals",
    [
        TOTALS,
        "Total bytes read: 10240 (10KiB, ?/s)",
        "Gesamtzahl geschriebener Bytes: 10240 (10KiB, 94MiB/s)",
        "Nombre total d'octets écrits : 10240 (10KiB, 94MiB/s)",
        "Всего записано байт: 10240 (10KiB, 94MiB/s)",
    ],
)
def test_totals_prove_a_success_and_count_bytes(totals: str) -> None:
    found = report(totals)
    assert found.verdict is Verdict.SUCCESS
    assert found.facts["bytes_total"] in (10240, 30013440)


def test_what_and_exit_status_name_the_cause_not_the_last_words() -> None:
    found = report(f"tar: Removing leading `/' from member names\n{GONE}\n{EXITS}")
    assert found.what == "/srv/gone: Cannot stat: No such file or directory"
    assert found.exit_code == 2


def test_another_file_is_other_news_and_another_size_is_not() -> None:
    prints = {fingerprint(report(f"{GONE.replace('gone', name)}\n{EXITS}")) for name in ("a", "b")}
    assert len(prints) == 2
    sizes = {fingerprint(report(f"{GONE}\n{size} bytes\n{EXITS}")) for size in (10240, 20480)}
    assert len(sizes) == 1
    full = "tar: /mnt/x.tar: Wrote only {} of 10240 bytes"
    assert len({fingerprint(report(full.format(size))) for size in (4096, 2048)}) == 1


_RUNS = {
    "good": (("cf", "x.tar", "--totals", "d"), Verdict.SUCCESS),
    "missing": (("cf", "x.tar", "--totals", "d", "nope"), Verdict.FAILURE),
    "no target": (("czf", "/nonexistent/x.tgz", "d"), Verdict.FAILURE),
    "full disk": (("cf", "/dev/full", "d"), Verdict.FAILURE),
    "no archive": (("xf", "nope.tar"), Verdict.FAILURE),
    "no tar": (("tf", "d/a"), Verdict.FAILURE),
    "empty": (("cf", "x.tar"), Verdict.FAILURE),
    "option": (("cf", "x.tar", "--foo", "d"), Verdict.FAILURE),
    "ignored": (("cf", "x.tar", "--ignore-failed-read", "nope"), Verdict.WARNING),
}


@pytest.mark.skipif(TAR is None, reason="tar is not installed")
@pytest.mark.parametrize(("args", "verdict"), _RUNS.values(), ids=_RUNS.keys())
def test_the_real_tar_is_judged_by_what_it_prints(
    tmp_path: Path, args: tuple[str, ...], verdict: Verdict
) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a").write_text("Exiting with failure status")
    done = subprocess.run(
        [TAR or "tar", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=tmp_path,
        env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
        timeout=20,
        check=False,
    )
    found = report(done.stdout.decode(), "Backup OK")
    assert found.verdict is verdict, done.stdout
    assert (done.returncode == 0) is (verdict is not Verdict.FAILURE)
    assert found.exit_code in (None, done.returncode)
