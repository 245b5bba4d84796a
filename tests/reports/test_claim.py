"""What subjects claim, in eleven languages, and whether the evidence agrees."""

# ruff: noqa: RUF001 - a subject may hold any sign

import pytest

from relay.reports.claim import Asserted, asserted, claimed, truthful
from relay.reports.report import Claim, Verdict
from tests.reports.given import letter, report
from tests.reports.texts import END_23, END_24, VERBOSE

SUCCESSES = [
    "Backup OK",
    "[backup] team-share: success",
    "all files copied",
    "Backup garage erledigt",
    "Backup erfolgreich",
    "Sauvegarde effectuée sur web01",
    "Backup terminé",
    "Sauvegarde réussie",
    "Copia de seguridad completada con éxito",
    "Copia realizada correctamente",
    "Backup completato",
    "Backup riuscito",
    "Backup concluído com sucesso",
    "Cópia de segurança concluída",
    "Back-up gelukt",
    "Back-up voltooid",
    "Kopia zapasowa zakończona pomyślnie",
    "Kopia wykonana",
    "Резервное копирование успешно завершено",
    "Бэкап выполнен",
    "バックアップ成功",
    "バックアップが完了しました",
    "備份成功",
    "备份完成",
    "正常終了: backup",
    "Backup finished without errors",
    "rsync: 0 errors",
    "no failures",
    "Sicherung ohne Fehler",
    "Sauvegarde sans erreur",
    "Fotos fehlerfrei gesichert",
    "Copie de nuit: tout s'est bien passé",
    "Backup bem-sucedido",
    "Copia effettuata",
    "nightly copy ran fine",
    "同期完了 エラー: 0",
    "同步 0 个错误 完成",
    "copia sin errores",
    "backup senza errori",
    "backup zonder fouten",
    "Backup: errors: 0",
    "Резервная копия: ошибок нет",
    "エラーなし",
    "没有错误",
    "rc=0",
    "exit code 0",
    "✅ web01",
    "error-report: OK",
    "failed-logins backup: success",
    "Backup_OK",
    "web01/home: OK",
    "Backup web01 OK (0 failed, 3 ok)",
    "Backup OK, no warnings",
    "[OK] rsync web01",
    "Tägliche Sicherung: alles in Ordnung",
    "Backup andato a buon fine",
    "Backup: tutto ok",
]
FAILURES = [
    "Backup didn't finish",
    "nightly copy timed out",
    "No space left on device: nas",
    "Transfer interrupted",
    "Bad backup",
    "同期 エラー: 10",
    "同步 0 个错误，1 个失败",
    "Backup FAILED",
    "not OK",
    "Backup nicht erfolgreich",
    "Backup NOT successful",
    "unsuccessful backup",
    "Backup completed with errors",
    "done - FAILED",
    "failed rc=0",
    "templates: ERRORS FOUND",
    "spool backup BROKEN",
    "spool-coldstore: timeout, code 30",
    "[ERR] web01 Rsync from /a to /b failed",
    "Sicherung fehlgeschlagen",
    "Fehler beim Backup",
    "Échec de la sauvegarde",
    "La sauvegarde a échoué",
    "Error en la copia",
    "Copia fallida",
    "Backup non riuscito",
    "Backup fallito",
    "Falha no backup",
    "Erro no backup",
    "Back-up mislukt",
    "Błąd kopii zapasowej",
    "Kopia nieudana",
    "Ошибка резервного копирования",
    "Сбой бэкапа",
    "バックアップ失敗",
    "エラー: バックアップ",
    "备份失败",
    "備份失敗",
    "rsync exit code 23",
    "backup rc=1",
    "❌ web01",
    "Backup KO",
    "rsync-backup-FAILED",
    "3 errors in backup",
    "10 errors",
    "Das Backup wurde abgebrochen",
    "Backup incomplete",
    "Резервное копирование не выполнено",
    "web01.acme.example backup failed",
    "[FAIL] rsync web01",
    "Backup of db failed: no space left",
]
WARNINGS = [
    "spool backup finished with warnings",
    "WARNING: disk",
    "Sicherung mit Warnungen beendet",
    "备份完成但有警告",
]
NOTHING = [
    "rsync log",
    "nightly copy",
    "backup report for web01",
    "error-report",
    "/var/log/errors.log",
    "backup_failed_logins.sh",
    "borg app7",
    "Rapport de copie – équipe",
    "",
    "Logwatch for web01",
    "Backup completion report",
    "Full backup log",
]


@pytest.mark.parametrize("subject", SUCCESSES)
def test_a_subject_claims_success(subject: str) -> None:
    assert asserted(subject).verdict is Verdict.SUCCESS


@pytest.mark.parametrize("subject", FAILURES)
def test_a_subject_claims_failure(subject: str) -> None:
    assert asserted(subject).verdict is Verdict.FAILURE


@pytest.mark.parametrize("subject", WARNINGS)
def test_a_subject_claims_warnings(subject: str) -> None:
    assert asserted(subject).verdict is Verdict.WARNING


@pytest.mark.parametrize("subject", NOTHING)
def test_a_subject_claims_nothing(subject: str) -> None:
    assert asserted(subject).verdict is Verdict.UNKNOWN


def test_of_a_cron_mail_only_crons_own_word_is_a_claim() -> None:
    plain = claimed(letter("", "Cron <root@web01> /usr/local/bin/check-errors.sh done"))
    failed = claimed(letter("", "Cron <root@web01> /usr/local/bin/ok.sh (failed)"))
    assert (plain.claim, failed.claim) == (Claim.NONE, Claim.FAILURE)


@pytest.mark.parametrize(
    ("said", "shown", "agrees"),
    [
        (Verdict.SUCCESS, Verdict.SUCCESS, True),
        (Verdict.SUCCESS, Verdict.WARNING, False),
        (Verdict.SUCCESS, Verdict.FAILURE, False),
        (Verdict.SUCCESS, Verdict.UNKNOWN, None),
        (Verdict.FAILURE, Verdict.FAILURE, True),
        (Verdict.FAILURE, Verdict.SUCCESS, False),
        (Verdict.WARNING, Verdict.WARNING, True),
        (Verdict.WARNING, Verdict.FAILURE, False),
        (Verdict.UNKNOWN, Verdict.FAILURE, None),
        (Verdict.SUCCESS, Verdict.NONE, None),
    ],
)
def test_a_claim_is_true_if_the_evidence_says_the_same(
    said: Verdict, shown: Verdict, agrees: bool | None
) -> None:
    assert truthful(Asserted(said), shown, None) is agrees


def test_a_claim_that_names_another_code_is_false() -> None:
    assert report(END_23, "backup failed, code 30").claim_truthful is False
    assert report(END_23, "backup failed, code 23").claim_truthful is True


def test_crons_failed_is_true_of_a_warning_too() -> None:
    found = report(END_24, "Cron <root@web01> /usr/local/bin/x.sh (failed)")
    assert (found.verdict, found.claim_truthful) == (Verdict.WARNING, True)


def test_p2_a_claim_is_never_evidence() -> None:
    assert report("", "Backup OK").verdict is Verdict.UNKNOWN
    assert report("all fine", "Backup FAILED").verdict is Verdict.UNKNOWN
    assert report(VERBOSE, "Backup FAILED").verdict is Verdict.SUCCESS


def test_a_long_subject_is_read_in_bounded_time() -> None:
    assert asserted("no " * 200_000 + "errors").verdict is Verdict.UNKNOWN
