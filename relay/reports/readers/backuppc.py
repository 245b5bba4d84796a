"""BackupPC: what its nightly mails tell users and the administrator.

BackupPC mails only when something is wrong: a PC without a recent or any backup, hosts whose last
backup failed, hosts left out because the disk is full, a server that does not answer. Each is a
failure; open Outlook files and forgotten directories are warnings; its test mail is no report.
Failed hosts are parts. The subjects are its own, in the language of the server.
What happens next: combine.py weighs it against other tools.
"""

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, fails, notes, warns
from relay.reports.lines.judge import judge
from relay.reports.lines.notice import ANY, no_report, sentences
from relay.reports.report import Kind

_OLD = (
    r"no recent backups on|keine neuen Backups für Computer|aucune sauvegarde récente de|"
    r"non ci sono backup recenti per|no hay copias de seguridad recientes de|"
    r"er zijn recentelijk geen backups \(meer\) gemaakt van pc|não existem backups recentes de|"
    r"žádné nové zálohy pro|żadnych nowych kopii na"
)
_BACKUPPC = Grammar(
    reader="backuppc",
    kind=Kind.BACKUP_OTHER,
    signature=r"BackupPC|PC Backup Genie",
    rules=(
        fails("host", r"- (?P<part>[\w.-]+) \((?P<reason>.+)\)", mark=ANY),
        fails(
            "old",
            r"Your PC \((?P<job>[^)]+)\) has not been successfully backed up for"
            r" (?P<days>[\d.]+) days\.",
            say="{job} has had no backup for {days} days",
        ),
        fails(
            "never",
            r"Your PC \((?P<job>[^)]+)\) has never been successfully backed up by our",
            say="{job} has never been backed up",
        ),
        fails(
            "old-de",
            r"Ihr Computer \((?P<job>[^)]+)\) wurde seit (?P<days>[\d.]+) Tagen nicht mehr .*",
            say="{job} has had no backup for {days} days",
        ),
        fails(
            "never-de",
            r"Ihr Computer \((?P<job>[^)]+)\) wurde durch den Backupserver noch nie .*",
            say="{job} has never been backed up",
        ),
        fails(
            "never-fr",
            r"effectuer la sauvegarde de votre ordinateur \((?P<job>[^)]+)\)\..*",
            say="{job} has never been backed up",
        ),
        fails(
            "old-fr",
            r"Aucune sauvegarde de votre ordinateur n'a été effectuée depuis (?P<days>[\d.]+)",
            say="no backup for {days} days",
        ),
        fails(
            "skipped",
            r"(?P<reason>Yesterday (?P<items_skipped>\d+) hosts were skipped because the"
            r" file system) containing",
        ),
        fails("server", r"Error: (?P<reason>cannot connect to BackupPC server)\."),
        warns("outlook", r"(?P<reason>The Outlook files on your PC have .+?)\.?"),
        warns(
            "bogus", r"(?P<reason>The following directories are bogus) and are not being used by"
        ),
        fails("subject-old", rf"BackupPC: (?:{_OLD}) (?P<job>\S+)", subject=True),
        fails(
            "subject-never", r"BackupPC: no backups of (?P<job>\S+) have succeeded", subject=True
        ),
        fails(
            "subject-never-de", r"BackupPC: keine Backups von (?P<job>\S+) waren .*", subject=True
        ),
        fails(
            "subject-never-fr", r"BackupPC: aucune sauvegarde de (?P<job>\S+) n'a .*", subject=True
        ),
        fails(
            "subject-never-it", r"BackupPC: nessun backup riuscito per (?P<job>\S+)", subject=True
        ),
        notes("test", r"This is a test message from \S*BackupPC_sendEmail\.", say="a test mail"),
    ),
)
MARKS = ""  # its mails are short and read whole


def read(letter: Letter) -> Finding | None:
    """Return what BackupPC complains of, None if it says nothing."""
    said = sentences(_BACKUPPC, letter)
    finding = judge(_BACKUPPC, said)
    tests = [each for each in said if each.rule.name == "test"]
    return no_report(_BACKUPPC, tests[0]) if finding is None and tests else finding
