"""Texts with which the C library, shells and common tools say that something failed.

The C library translates its messages, so each stands here in the eleven languages that we read
(glibc 2.36 and the wordings before it). The mark is the part that no file name would hold by
chance; shell.py decides whether the line around it is a message.
What happens next: shell.py searches for them.
"""

# ruff: noqa: RUF001 - other languages' letters and signs are what is looked for here

# Most frequent on hosts that copy and dump: not permitted, not there, full, read-only, gone.
ENGLISH = (
    *("Permission denied", "Operation not permitted", "No such file or directory"),
    *("No space left on device", "Disk quota exceeded", "Read-only file system"),
    *("Input/output error", "Cannot allocate memory", "Device or resource busy"),
    *("Connection refused", "Connection timed out", "Connection reset by peer", "Broken pipe"),
    *("No route to host", "Network is unreachable", "Host is down", "Name or service not known"),
    *("Temporary failure in name resolution", "Could not resolve host", "Stale file handle"),
    *("Transport endpoint is not connected", "Structure needs cleaning", "Too many open files"),
    *("No such device", "Text file busy", "Exec format error", "File too large"),
    *("Argument list too long", "Not a directory", "Is a directory", "Segmentation fault"),
    *("no such file or directory", "permission denied", "no space left on device"),
    *("connection refused", "Access denied for user", "no such host", "i/o timeout"),
    *("UNEXPECTED INCONSISTENCY", "unexpected end of file", "I/O error, dev", "AccessDenied"),
    *("Cannot connect to the Docker daemon", "Unable to locate credentials"),
)
GERMAN = (
    *(
        "Keine Berechtigung",
        "Die Operation ist nicht erlaubt",
        "Datei oder Verzeichnis nicht gefunden",
    ),
    *("Auf dem Gerät ist kein Speicherplatz mehr verfügbar", "Das Dateisystem ist nur lesbar"),
    *("Der zugewiesene Plattenplatz", "Eingabe-/Ausgabefehler", "Verbindungsaufbau abgelehnt"),
    *("Die Wartezeit für die Verbindung ist abgelaufen", "Keine Route zum Zielrechner"),
    *("Das Gerät oder die Ressource ist belegt", "Der Name oder der Dienst ist nicht bekannt"),
    *("Temporärer Fehler bei der Namensauflösung", "Nicht genügend Hauptspeicher verfügbar"),
    *(
        "Speicherzugriffsfehler",
        "Das Netzwerk ist nicht erreichbar",
        "Veraltete Dateizugriffsnummer",
    ),
)
FRENCH = (
    *("Permission non accordée", "Opération non permise", "Aucun fichier ou dossier de ce type"),
    *("Aucun espace disponible sur le périphérique", "Aucun fichier ou répertoire de ce type"),
    *(
        "Système de fichiers accessible en lecture seulement",
        "Débordement du quota d'espace disque",
    ),
    *("Erreur d'entrée/sortie", "Connexion refusée", "Connexion terminée par expiration du délai"),
    *("Aucun chemin d'accès pour atteindre l'hôte cible", "Périphérique ou ressource occupé"),
    *("Nom ou service inconnu", "Échec temporaire dans la résolution du nom"),
    *(
        "Ne peut allouer de la mémoire",
        "Impossible d'allouer de la mémoire",
        "Erreur de segmentation",
    ),
)
SPANISH = (
    *("Permiso denegado", "Operación no permitida", "No existe el fichero o el directorio"),
    *("No existe el archivo o el directorio", "No queda espacio en el dispositivo"),
    *("Sistema de ficheros de sólo lectura", "Sistema de archivos de solo lectura"),
    *("Se ha excedido la cuota de disco", "Error de entrada/salida", "Conexión rehusada"),
    *("Expiró el tiempo de conexión", "No existe ninguna ruta hasta el", "La red es inaccesible"),
    *("Dispositivo o recurso ocupado", "Nombre o servicio desconocido", "Violación de segmento"),
    *("Fallo temporal en la resolución del nombre", "No se pudo asignar memoria"),
)
ITALIAN = (
    *("Permesso negato", "Operazione non permessa", "File o directory non esistente"),
    *(
        "Spazio esaurito sul device",
        "Spazio esaurito sul dispositivo",
        "File system in sola lettura",
    ),
    *("Quota disco superata", "Errore di input/output", "Connessione rifiutata"),
    *("Connessione scaduta", "Nessun instradamento per l'host", "La rete non è raggiungibile"),
    *(
        "Dispositivo o risorsa occupata",
        "Nome o servizio sconosciuto",
        "Impossibile allocare memoria",
    ),
    *("Errore temporaneo nella risoluzione del nome", "Errore di segmentazione"),
)
PORTUGUESE = (
    *("Permissão recusada", "Permissão negada", "Operação não permitida"),
    *("Ficheiro ou pasta inexistente", "Arquivo ou diretório inexistente"),
    *("Arquivo ou diretório não encontrado", "Sem espaço livre no dispositivo"),
    *("Não há espaço disponível no dispositivo", "Sistema de ficheiros só de leitura"),
    *(
        "Sistema de arquivos somente para leitura",
        "Quota do disco excedida",
        "Cota da disco excedida",
    ),
    *(
        "Erro de entrada/saída",
        "Ligação recusada",
        "Conexão recusada",
        "Tempo esgotado para conexão",
    ),
    *("Não há rota para o host", "Sem caminho para o anfitrião", "Nome ou serviço desconhecido"),
    *(
        "Não foi possível alocar memória",
        "Falha de segmentação",
        "Dispositivo ou recurso está ocupado",
    ),
)
DUTCH = (
    *("Toegang geweigerd", "Actie is niet toegestaan", "Bestand of map bestaat niet"),
    *("Geen ruimte meer over op apparaat", "Bestandssysteem is alleen-lezen"),
    *("Schijfquotum is overschreden", "Invoer-/uitvoerfout", "Verbinding is geweigerd"),
    *("Verbinding is verlopen", "Geen route naar host", "Netwerk is onbereikbaar"),
    *("Apparaat of hulpbron is bezig", "Naam of dienst is niet bekend", "Segmentatiefout"),
)
POLISH = (
    *("Brak dostępu", "Operacja niedozwolona", "Nie ma takiego pliku ani katalogu"),
    *("Brak miejsca na urządzeniu", "System plików wyłącznie do odczytu", "Błąd wejścia/wyjścia"),
    *("Przekroczony limit dyskowy", "Połączenie odrzucone", "Brak trasy do hosta"),
    *("Przekroczony czas oczekiwania na połączenie", "Sieć jest niedostępna"),
    *("Urządzenie lub zasoby zajęte", "Ta nazwa lub usługa jest nieznana"),
    *("Naruszenie ochrony pamięci", "Nie można przydzielić pamięci"),
)
RUSSIAN = (
    *("Отказано в доступе", "Операция не позволена", "Нет такого файла или каталога"),
    *("На устройстве не осталось свободного места", "Ошибка ввода/вывода"),
    *("Файловая система доступна только для чтения", "Превышена дисковая квота"),
    *("В соединении отказано", "Время ожидания соединения истекло", "Нет маршрута до узла"),
    *("Сеть недоступна", "Устройство или ресурс занято", "Неизвестное имя или служба"),
    *("Временный сбой в разрешении имен", "Невозможно выделить память", "Ошибка сегментирования"),
)
JAPANESE = (
    *(
        "許可がありません",
        "許可されていない操作です",
        "そのようなファイルやディレクトリはありません",
    ),
    *("デバイスに空き領域がありません", "読み込み専用ファイルシステムです", "入力/出力エラーです"),
    *("ディスク使用量制限を超過しました", "接続を拒否されました", "接続がタイムアウトしました"),
    *("ホストへの経路がありません", "名前またはサービスが不明です", "メモリを確保できません"),
)
CHINESE = (
    *("权限不够", "不允许的操作", "没有那个文件或目录", "设备上没有空间", "只读文件系统"),
    *("超出磁盘限额", "输入/输出错误", "拒绝连接", "连接超时", "没有到主机的路由", "无法分配内存"),
    *(
        "未知的名称或服务",
        "段错误",
        "拒絕不符權限的操作",
        "沒有此一檔案或目錄",
        "裝置上已無多餘空間",
    ),
    *("唯讀的檔案系統", "輸入/輸出錯誤", "連線被拒絕", "連線超過時間"),
)
SYSTEM_ERRORS = (
    *ENGLISH,
    *GERMAN,
    *FRENCH,
    *SPANISH,
    *ITALIAN,
    *PORTUGUESE,
    *DUTCH,
    *POLISH,
    *RUSSIAN,
    *JAPANESE,
    *CHINESE,
)

# bash translates these; dash says `sh: 1: rsync: not found`.
NO_COMMAND = (
    *("command not found", "Kommando nicht gefunden", "commande introuvable"),
    *(
        "Befehl nicht gefunden",
        "orden no encontrada",
        "comando non trovato",
        "comando não encontrado",
    ),
    *("opdracht niet gevonden", "nie znaleziono polecenia", "команда не найдена"),
    *("コマンドが見つかりません", "未找到命令", "指令找不到"),
)

# Said by programs at logins without a terminal, and by tools that go on: nothing is the matter.
HARMLESS = (
    *("stdin: is not a tty", "mesg: ", "tput: ", "TERM environment variable", "setlocale: "),
    *("perl: warning: ", "locale: Cannot set", "Removing leading ", "Permanently added "),
    *("X11 forwarding request", "socket ignored", "no crontab for", "Inappropriate ioctl"),
    *("Permission denied, please try again", "cannot delete non-empty directory"),
)
