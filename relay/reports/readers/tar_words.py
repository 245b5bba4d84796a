"""What GNU tar says in the languages that we read, and what bsdtar and busybox say instead.

GNU tar translates its messages (its catalogues up to 1.35); the few that it never translates stand
here in English only. A piece in `.+` is the name of a file.
What happens next: tar.py makes rules of them.
"""

# ruff: noqa: RUF001 - other languages' letters and signs are what is looked for here

COLON = r"\s?[:：] ?"
"""What ends a name: French has a space before it, Chinese a wide one."""

EXITS = (
    *(
        "Exiting with failure status due to previous errors",
        "Error is not recoverable: exiting now",
    ),
    "Beende mit Fehlerstatus aufgrund vorheriger Fehler",
    "Arrêt avec code d'échec à cause des erreurs précédentes",
    "Se sale con estado de fallo debido a errores anteriores",
    "Uscita con stato di fallimento in base agli errori precedenti",
    "A sair com estado de falha devido a erros prévios",
    "Saindo com status de falha em razão de erros anteriores",
    "Gestopt in fouttoestand vanwege eerdere fouten",
    "Zakończenie w stanie błędu z powodu uprzednich błędów",
    "Завершение работы с состоянием неисправности из-за возникших ошибок",
    "前のエラーにより失敗ステータスで終了します",
    *("由于前次错误，将以上次的错误状态退出", "由於先前錯誤而以失敗狀態離開"),
)
EXITS_ELSEWHERE = (
    *("Error exit delayed from previous errors.", "error exit delayed from previous errors"),
)

UNREADABLE = (
    *("Unexpected EOF in archive", "Unexpected EOF on archive file", "short read"),
    *("This does not look like a tar archive", "Truncated tar archive", "Truncated input file"),
    *("Unrecognized archive format", "Damaged tar archive", "invalid tar magic"),
    *("Unerwartetes Dateiende im Archiv.", "Das sieht nicht wie ein „tar“-Archiv aus."),
    "Fin prématurée rencontrée dans l'archive.",
    "Ceci ne ressemble pas à une archive de type « tar »",
    *("Fin de fichero inesperado en el archivo", "Esto no parece un archivo tar"),
    *("EOF inatteso nell'archivio", "Questo non sembra un archivio tar"),
    *("EOF inesperado no arquivo", "Isto não parece ser um arquivo tar"),
    *("Fim de arquivo inesperado no arquivo-tar", "Este não parece ser um arquivo-tar"),
    *("Onverwacht einde-van-bestand in archief", "Dit ziet er niet uit als een tar-archief"),
    *("Nieoczekiwany EOF w archiwum", "To nie wygląda jak archiwum tar"),
    *("Неожиданный конец файла в архиве", "Это не похоже на tar-архив"),
    *("アーカイブ中に予期せぬ EOF があります", "これは tar アーカイブではないようです"),
    *("归档文件中异常的 EOF", "它似乎不像是一个 tar 归档文件"),
    *("未預期的封存結尾", "這個看起來不像 tar 封存"),
)
EMPTY = (
    "Cowardly refusing to create an empty archive",
    "no files or directories specified",
    "Anlegen eines leeren Archivs wird feige verweigert.",
    "Je refuse de créer un fichier d'archive vide (oui je suis lâche)",
    "Rechazo cobarde a crear un archivo vacío",
    "Rifiuto totale di creare un archivio vuoto",
    "Recusa cobardemente a criação um arquivo vazio",
    "Recusando a criar um arquivo-tar vazio",
    "Een compleet leeg archief wordt niet aangemaakt",
    "Tchórzliwie odmawiam utworzenia pustego archiwum",
    "Робкий отказ от создания пустого архива",
    *("空のアーカイブ作成はご容赦願います", "谨慎地拒绝创建空归档文件", "斗膽拒絕建立空的封存"),
)
NOT_FOUND = (
    *("Not found in archive", "Nicht im Archiv gefunden.", "non trouvé dans l'archive"),
    *("No se encuentra en el archivo", "non trovato nell'archivio", "não encontrado no arquivo"),
    *("Não foi encontrado no arquivo-tar", "Komt niet voor in archief", "Nie znalazłem w archiwum"),
    *("Не найден в архиве", "アーカイブ内に見つかりません", "归档中找不到", "在封存中找不到"),
)

CHANGED = (
    *("file changed as we read it", "Datei hat sich beim Lesen geändert."),
    *("Datei hat sich beim Lesen geändert", "fichier modifié pendant sa lecture"),
    *("le fichier a changé pendant sa lecture", "el fichero cambió mientras se estaba leyendo"),
    *("file modificato mentre era in lettura", "ficheiro alterado durante a leitura"),
    *("arquivo alterado enquanto estava sendo lido", "bestand is gewijzigd tijdens het lezen"),
    *("plik zmienił się w trakcie czytania", "файл изменился во время чтения"),
    *(
        "読み込んだファイルが変更されています",
        "在我们读入文件时文件发生了变化",
        "檔案在讀取時已變更",
    ),
)
REMOVED = (
    *("File removed before we read it", "Datei gelöscht, bevor sie gelesen wurde"),
    *("fichier supprimé avant d'avoir été lu", "El fichero fue borrado antes de leerlo"),
    *("file rimosso prima di poterlo leggere", "ficheiro removido antes de ser lido"),
    *("Arquivo removido antes de ser lido", "Plik usunięty zanim został przeczytany"),
    "Bestand werd verwijderd voordat het gelezen kon worden",
    *("Файла удален до его считывания", "読み込み以前に削除されました"),
    *("文件在我们读入之前被删除了", "讀取檔案之前已被移除"),
)
IGNORED = (
    *("Warning", "Warnung", "AVERTISSEMENT", "Atención", "attenzione", "aviso", "Atenção"),
    *("Waarschuwing", "Uwaga", "Предупреждение", "警告"),
)
"""What stands before an error that --ignore-failed-read makes a warning."""

TOTALS = (
    *("Total bytes written", "Total bytes read", "Gesamtzahl geschriebener Bytes"),
    *("Nombre total d'octets écrits", "Bytes escritos en total", "Byte totali scritti"),
    *("Total de bytes escritos", "Totaal aantal geschreven bytes", "Licza zapisanych bajtów"),
    *("Всего записано байт", "総書き出しバイト数", "总计写入字节数", "已寫入位元組總數"),
)
