"""RA4xx: secrets that a process list, a file or a mail of cron shows to others.

A value that the shell puts in from a file (`$(cat ...)`) is on the command line all the same; a
value that a variable holds is one only where it is written down. Details never show the secret.
"""

import re
from collections.abc import Iterator

from relay.audit.cron import Setting
from relay.audit.document import Document, Snippet
from relay.audit.finding import Hit, Rule, Severity
from relay.audit.shell.listing import Listed, assignments
from relay.audit.shell.tree import Text
from relay.audit.source import Kind
from relay.mail.secrets import redact

ARGUMENT = Rule(
    id="RA401",
    title="a password on a command line",
    severity=Severity.ERROR,
    why="Every user of the host sees it in the list of processes.",
    remedy="A file that only its owner may read: ~/.my.cnf, --password-file, sshpass -f, .netrc.",
    source="ps(1); sshpass(1), SECURITY CONSIDERATIONS",
)
ADDRESS = Rule(
    id="RA402",
    title="a password in a URL",
    severity=Severity.ERROR,
    why="It stands in the list of processes, in logs and in error messages.",
    remedy="A password file or .netrc.",
    source="RFC 3986 s3.2.1",
)
READABLE = Rule(
    id="RA403",
    title="a secret in a file that everybody may read",
    severity=Severity.ERROR,
    why="Each account on the host, and each hole in a service, can read it.",
    remedy="chmod 600, or a secret file of its own.",
    source="msmtp and ssh refuse such files",
)
ENVIRONMENT = Rule(
    id="RA404",
    title="a secret in a crontab's environment",
    severity=Severity.ERROR,
    why="cron copies the environment into the header of each mail (X-Cron-Env).",
    remedy="Let the script read it from a file of its own.",
    source="cron(8), do_command.c of Debian's cron and cronie",
)
COMMAND = Rule(
    id="RA405",
    title="a secret in a crontab's command",
    severity=Severity.ERROR,
    why="cron puts the command into the subject of each mail, password and all.",
    remedy="A script that reads it from a file.",
    source="cron(8), do_command.c of Debian's cron and cronie",
)
RULES = (ARGUMENT, ADDRESS, READABLE, ENVIRONMENT, COMMAND)

_NAME = re.compile(
    r"(?i)(?:^|_)(?:pass|passwd|password|passphrase|pwd|pw|secret|token|api_?key|auth_?key|secret_?key"
    r"|access_?key|credentials?|kennwort)$|(?:password|passphrase|passwd|secret|token)$|^pgpassword$"
)
_NO_SECRET = re.compile(
    r"(?i)^(?:cat|get|read|ask|show|has|use|need|min|max|print)_|file|path|command|cmd|dir|prompt|_url$|length|^(?:true|false|yes|no|0|1)$"
)
_PLACEHOLDER = re.compile(r"(?i)^(?:x+|\*+|changeme|<.*>|your.*|none|null|\d{1,2}|[/~].*)$")
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,12}://[^\s/:@\"'<>]{0,100}:([^\s/@\"'<>]+)@")
_MYSQL = ("mysql", "mysqldump", "mariadb", "mariadb-dump", "mysqladmin", "mydumper", "mysqlhotcopy",
          "xtrabackup", "mariabackup", "innobackupex")  # fmt: skip
_AFTER = {
    "sendemail": ("-xp",), "sendEmail": ("-xp",), "swaks": ("--auth-password", "-ap"),
    "redis-cli": ("-a",), "mysqldump": ("--password",), "mongodump": ("-p", "--password"),
    "smtp-cli": ("--pass",), "mailsend": ("-pass",), "ncftpput": ("-p",), "ncftpget": ("-p",),
    "ldapsearch": ("-w",), "smbclient": ("--password",), "7z": (), "zip": ("-P",),
}  # fmt: skip
_LONG = re.compile(r"(?i)^--?(?:password|passwd|passphrase|pass|token|secret|api-?key)=(.+)$")


def check(document: Document) -> Iterator[tuple[Snippet | None, Hit]]:
    """Yield where a secret shows; in a crontab the crontab's rules say it."""
    cron = document.kind in (Kind.CRONTAB, Kind.SYSTEM_CRONTAB, Kind.ANACRONTAB)
    for snippet in document.snippets:
        for each in snippet.view.commands:
            rule = _shown(each)
            if rule is None:
                continue
            yield (
                snippet,
                (COMMAND if cron else rule).at(each.at.start, f"an argument of {_name(each)}"),
            )
        for hit in _assigned(snippet):
            if document.source.open_to_all or cron:
                yield snippet, (COMMAND if cron else READABLE).at(hit[0], hit[1])
    for setting in document.settings:
        yield from _in_setting(document, setting, cron)


def _name(each: Listed) -> str:
    return "sshpass" if "sshpass" in each.wrappers else each.name


def _shown(each: Listed) -> Rule | None:
    name, rest = each.name, each.argv[1:]
    if any((match := _URL.search(arg)) and _counts(match[1]) for arg in each.argv):
        return ADDRESS
    given = (
        ("sshpass" in each.wrappers and each.password_shown)
        or (name in _MYSQL and any(re.match(r"-p.+", arg) for arg in rest))
        or (name in ("curl", "wget", "lftp", "smbclient") and _user(rest))
        or any(_long(arg) for arg in rest)
        or any(flag in rest[:-1] for flag in _AFTER.get(name, ()))
        or (name == "openssl" and any(arg.startswith("pass:") for arg in rest))
    )
    return ARGUMENT if given else None


def _long(arg: str) -> bool:
    """Say whether it is `--password=value`, and not the path of a file."""
    match = _LONG.match(arg)
    return (
        match is not None
        and not _NO_SECRET.search(arg.split("=", maxsplit=1)[0])
        and _counts(match[1])
    )


def _counts(value: str) -> bool:
    return not _PLACEHOLDER.match(value) and "_UNKNOWN_" not in value


def _user(rest: tuple[str, ...]) -> bool:
    for at, arg in enumerate(rest):
        given = ""
        if arg in ("-u", "--user", "-U") and at + 1 < len(rest):
            given = rest[at + 1]
        elif arg.startswith(("--user=", "--password=", "--http-password=", "--ftp-password=")):
            given = arg.partition("=")[2] if "user" in arg else f"x:{arg.partition('=')[2]}"
        elif re.match(r"-u\S+[:,%]", arg):
            given = arg[2:]
        match = re.match(r"[^:,%]+[:,%](.+)", given)
        if match:
            return True
    return False


def _assigned(snippet: Snippet) -> Iterator[tuple[int, str]]:
    """Yield where a secret is written down as the value of a variable."""
    for each in assignments(snippet.view.script.body):
        pieces = each.value.pieces if each.value else ()
        if not pieces or not all(isinstance(piece, Text) for piece in pieces):
            continue
        value = "".join(piece.text for piece in pieces if isinstance(piece, Text))
        if _is_secret(each.name, value):
            yield each.start, f"{each.name}=[redacted]"


def _is_secret(name: str, value: str) -> bool:
    if not value or _NO_SECRET.search(name) or _NO_SECRET.fullmatch(value):
        return False
    return bool(_NAME.search(name)) and not _PLACEHOLDER.match(value) and "$" not in value[:1]


def _in_setting(
    document: Document, setting: Setting, cron: bool
) -> Iterator[tuple[Snippet | None, Hit]]:
    name, value = setting.name, setting.value
    if cron and (_is_secret(name, value) or _in_url(value)):
        yield None, ENVIRONMENT.at(setting.at, f"{name}=[redacted]")
    elif document.kind is Kind.MSMTPRC and name == "password" and document.source.open_to_all:
        yield None, READABLE.at(setting.at, "password [redacted]")
    elif document.kind is Kind.UNIT and name == "Environment" and document.source.open_to_all:
        inner = value.strip("\"'").partition("=")
        if _is_secret(inner[0], inner[2]):
            yield None, READABLE.at(setting.at, redact(f"Environment={inner[0]}=[redacted]"))


def _in_url(value: str) -> bool:
    match = _URL.search(value)
    return match is not None and _counts(match[1])
