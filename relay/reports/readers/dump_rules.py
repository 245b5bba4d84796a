"""The lines of PostgreSQL's, MySQL's, MariaDB's, MongoDB's and SQLite's programs, as rules.

PostgreSQL's programs say `PROGRAM: error: ...` since version 12, and `PROGRAM: [archiver (db)] ...`
or just `PROGRAM: ...` before, where the verbs of their trace tell it from errors. The words before
the colon are translated. mysqldump's wordings have been the same since 4.1.
What happens next: dumps.py makes one table of them.
"""

# ruff: noqa: RUF001 - other languages' letters are what is looked for here

from relay.reports.lines.grammar import begins, fails, notes, succeeds, warns

_PG = (
    r"(?:\S*/)?(?P<program>pg_(?:dump|dumpall|basebackup|restore|receivewal|verifybackup|rewind"
    r"|amcheck)|psql|vacuumdb|reindexdb|clusterdb|createdb|dropdb): "
)
_PG_MARK = (
    "pg_dump: |pg_dumpall: |pg_basebackup: |pg_restore: |pg_receivewal: |pg_verifybackup: |"
    "pg_rewind: |pg_amcheck: |psql: |vacuumdb: |reindexdb: |clusterdb: |createdb: |dropdb: "
)
_PG_ERROR = r"(?:error|fatal|Fehler|erreur|errore|erro|błąd|ошибка|エラー|错误|錯誤)\s?[:：]\s*"
_PG_WARNING = (
    r"(?:warning|WARNING|Warnung|attention|advertencia|attenzione|aviso|ostrzeżenie"
    r"|предупреждение|警告)\s?[:：]\s*"
)
_PG_VERBS = (
    r"(?:last built-in OID|reading|finding|flagging|identifying|saving|creating|processing|dumping"
    r"|executing|running|implied|finished|launching|entering|connecting to|dropping|restoring"
    r"|setting|fetching|disabling|enabling|vacuuming|reindexing) .+"
)
_PG_OLD = (
    r"could not|unable to|connection to|query failed|Dumping the contents of|SQL command failed"
    r"|Error message from server|aborting because of|schema with OID|FATAL:|ERROR:|cannot"
    r"|no (?:matching|password)|No matching|server closed|out of memory|unexpected|directory .+"
    r" exists|permission denied|invalid|unrecognized|unknown option|missing|too many|pg_dump failed"
    r"|archive items not in"
)
POSTGRESQL = (
    notes("pg-trace", rf"{_PG}{_PG_VERBS}", mark=_PG_MARK),
    notes("pg-detail", rf"{_PG}(?:detail|hint): .*", mark=_PG_MARK),
    fails("pg-error", rf"{_PG}{_PG_ERROR}(?P<reason>.+)", mark=_PG_MARK, say="{program}: {reason}"),
    fails(
        "psql-error",
        r"psql:.+:\d+: (?:ERROR|FATAL|PANIC|FEHLER|ERREUR|ERRO|ERRORE|error):\s+(?P<reason>.+)",
        say="psql: {reason}",
    ),
    fails(
        "pg-ignored",
        rf"(?:{_PG})?(?:warning|WARNING): errors ignored on restore: (?P<errors>\d+)",
        say="{errors} errors ignored on restore",
    ),
    warns(
        "pg-warning", rf"{_PG}{_PG_WARNING}(?P<reason>.+)", mark=_PG_MARK, say="{program}: {reason}"
    ),
    fails(
        "pg-archiver",
        rf"{_PG}\[(?:\w+ )?\w+(?: \(db\))?\] (?P<reason>.+)",
        mark=_PG_MARK,
        say="{program}: {reason}",
    ),
    fails(
        "pg-old",
        rf"{_PG}(?P<reason>(?:{_PG_OLD}).*)",
        mark=_PG_MARK,
        say="{program}: {reason}",
    ),
    succeeds("basebackup", r"pg_basebackup: base backup completed", say="base backup completed"),
    succeeds("verified", r"backup successfully verified", say="backup verified"),
    succeeds("pg-complete", r"-- PostgreSQL database dump complete", say="dump complete"),
    succeeds(
        "pg-all-complete",
        r"-- PostgreSQL database (?P<part>cluster) dump complete",
        say="dump complete",
    ),
    begins("basebackup-began", r"pg_basebackup: initiating base backup, .+"),
    begins("basebackup-progress", r"\d+/\d+ kB \(\d+%\), \d+/\d+ tablespaces?.*"),
    begins("pg-began", r"-- PostgreSQL database dump"),
    begins("pg-all-began", r"-- PostgreSQL database (?P<part>cluster) dump"),
)

_MY = (  # some of them ring the bell first
    r"\x07?(?:\S*/)?(?P<program>mysqldump|mariadb-dump|mysqlpump|mysqlimport|mariadb-import|mysqladmin"
    r"|mariadb-admin|mysqlcheck|mariadb-check|mysql|mariadb): "
)
_MY_MARK = (
    "mysqldump: |mariadb-dump: |mysqlpump: |mysqlimport: |mariadb-import: |mysqladmin: |"
    "mariadb-admin: |mysqlcheck: |mariadb-check: |mysql: |mariadb: "
)
_MY_ERRORS = (
    r"Couldn't|Can't|Cannot|Got errno|\[ERROR\]|\[Error\]|unknown (?:option|variable)|Unknown"
    r"|option '.+' requires|Out of memory|Not enough|Table '.+' (?:is|doesn't)|Lost connection"
    r"|Access denied|connect to server at"
)
MYSQL = (
    notes(
        "my-password",
        rf"(?:{_MY})?\[?Warning[\]:]+ Using a password on the command line interface can be .+",
        mark="Using a password on the command line",
    ),
    notes("my-deprecated", rf"{_MY}Deprecated program name\. .+", mark=_MY_MARK),
    notes("my-warning", rf"{_MY}\[(?:Warning|Note)\] .+", mark=_MY_MARK),
    notes("my-gtid", r"Warning: A partial dump from a server that has GTIDs .+"),
    notes("my-skipped", r"-- Warning: Skipping the data of table .+"),
    warns(
        "my-tablespaces",
        rf"{_MY}Error: '(?P<reason>Access denied; .+)' when trying to dump tablespaces",
        mark=_MY_MARK,
    ),
    fails(
        "my-got", rf"{_MY}Got error: (?P<reason>\d+: .+)", mark=_MY_MARK, say="{program}: {reason}"
    ),
    fails(
        "my-error",
        rf"{_MY}Error(?: (?P<error_number>\d+))?: (?P<reason>.+)",
        mark=_MY_MARK,
        say="{program}: {reason}",
    ),
    fails(
        "my-other",
        rf"{_MY}(?P<reason>(?:{_MY_ERRORS}).*)",
        mark=_MY_MARK,
        say="{program}: {reason}",
    ),
    fails(
        "my-client",
        r"ERROR (?P<error_number>\d{4}) \(\w{5}\)(?: at line \d+)?(?: in file: '.+')?: "
        r"(?P<reason>.+)",
    ),
    fails("my-check", r"error    : (?P<reason>.+)"),
    fails(
        "xtrabackup",
        r"(?:.* )?(?:\[ERROR\] \[MY-\d+\] \[Xtrabackup\]|(?:xtrabackup|mariabackup|mariadb-backup)"
        r": [Ee]rror:) (?P<reason>.+)",
        mark=r"\[Xtrabackup\]|: [Ee]rror: ",
    ),
    fails("xtrabackup-fatal", r"(?:\[\d\d\] )?FATAL ERROR: (?:\d\S+ \S+ )?(?P<reason>.+)"),
    succeeds("xtrabackup-complete", r"(?:.*[\]:\d] )?completed OK!", say="completed"),
    succeeds("my-complete", r"-- Dump completed(?: on .+)?", say="dump complete"),
    begins("my-began", r"-- (?:MySQL|MariaDB) dump \d.*"),
    notes(
        "my-trace",
        r"-- (?:Connecting to|Retrieving (?:table|view) structure for|Sending SELECT query|"
        r"Retrieving rows|Disconnecting from).*\.\.\.",
        mark="-- Connecting|-- Retrieving|-- Sending|-- Disconnecting",
    ),
)

_MONGO = r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)\t"
_SQLITE_ERRORS = (
    r"database is locked|unable to open database.*|cannot open \".+\"|file is not a database.*"
    r"|database disk image is malformed|disk I/O error|database or disk is full"
    r"|attempt to write a readonly database|in prepare, .+|stepping, .+|near line \d+: .+"
    r"|no such table: .+"
)
OTHERS = (
    fails("mongo-failed", rf"{_MONGO}Failed: (?P<reason>.+)", mark="\tFailed: "),
    fails("mongo-error", rf"{_MONGO}(?P<reason>error .+)", mark="\terror "),
    fails(
        "mongo-not-restored",
        rf"{_MONGO}(?P<items>\d+) documents?\(s\) restored successfully\. [1-9]\d* document\(s\)"
        r" failed to restore\.",
        mark="failed to restore",
    ),
    succeeds(
        "mongo-restored",
        rf"{_MONGO}(?P<items>\d+) documents?\(s\) restored successfully\. 0 document\(s\) failed to"
        r" restore\.",
        mark="failed to restore",
    ),
    succeeds("mongo-done", rf"{_MONGO}done dumping (?P<part>\S+) \((?P<items>\d+) documents?\)"),
    begins("mongo-began", rf"{_MONGO}writing (?P<part>\S+) to .+", mark="\twriting "),
    fails(
        "sqlite-in-dump",
        r"/\*{4} ERROR: \((?P<sqlite_code>\d+)\) (?P<reason>.+) \*+/",
        say="sqlite: {reason}",
    ),
    fails("sqlite-rolled-back", r"ROLLBACK; -- due to errors", say="the dump ends with errors"),
    fails("sqlite-error", rf"Error: (?P<reason>{_SQLITE_ERRORS})", say="sqlite: {reason}"),
    fails(
        "sqlite-line",
        r"(?:Runtime|Parse) error(?: near line \d+)?: (?P<reason>.+)",
        mark="(?:Runtime|Parse) error",
        say="sqlite: {reason}",
    ),
)
