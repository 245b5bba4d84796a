"""Everyday commands in scripts: curl, wget, git, npm, PHP, certbot, zip, checksums and their like.

Only what such a command itself prints about its end counts, in its whole form. They stand beside
the job proper, so what they say is a hint: a health check that `curl` could not reach turns a good
copy into a warning, and is a failure only where nothing else was done. A good end counts only at
the end of the text: of what ran after it nothing would be known.
What happens next: combine.py weighs it as it does what shells print.
"""

from collections.abc import Sequence

from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    Grammar,
    Statement,
    fails,
    notes,
    statements,
    succeeds,
    warns,
)
from relay.reports.lines.judge import judge
from relay.reports.report import Kind, Verdict

_MOST_CHECKED = 2000
_PHP_PLACE = r"in \S+ on line \d+"
_WRONG_SUM = (
    "FAILED|FEHLSCHLAG|GESCHEITERT|ÉCHEC|La suma no coincide|NON RIUSCITO|MISLUKT|NIEUDANE|СБОЙ|"
    "ПОВРЕЖДЁН|失敗|失败"
)
_DEVICES = "umount|cryptsetup|lvcreate|lvremove|vgchange|losetup"

_TRANSFERS = (
    fails("curl", r"curl: \((?P<exit_code>\d+)\) (?P<reason>.+)", say="curl: {reason}"),
    fails("wget", r"wget: (?P<reason>.+)", say="wget: {reason}"),
    fails(
        "wget-http", r".*ERROR (?P<reason>[45]\d\d: .+)", mark=" ERROR [45]", say="wget: {reason}"
    ),
    fails("wget-connection", r".*\.\.\. failed: (?P<reason>.+)\.", say="wget: {reason}"),
    fails("scp", r"(?P<reason>(?:scp|sftp): .+)", mark="scp: |sftp: "),
    fails(
        "lost",
        r"(?P<reason>lost connection|Connection closed)",
        mark="lost connection|Connection closed",
    ),
    fails(
        "lftp",
        r"(?P<reason>(?:mirror|put|get|mput): (?:Fatal error|Access failed).*)",
        mark="Fatal error|Access failed",
    ),
    fails("ftp", r"(?P<reason>Login failed.*|Not connected\.)", mark="Login failed|Not connected"),
    fails("smb", r".*(?P<reason>NT_STATUS_[A-Z_]+).*"),
)
_LANGUAGES = (
    fails("php", r"(?:PHP )?(?:Fatal|Parse) error: +(?P<reason>.+)", mark=" error: "),
    warns("php-warning", rf"(?:PHP )?Warning: +(?P<reason>.+ {_PHP_PLACE})", mark="Warning: "),
    notes(
        "php-notice",
        rf"(?:PHP )?(?:Notice|Deprecated): +.+ {_PHP_PLACE}",
        mark="Notice: |Deprecated: ",
    ),
    fails(
        "npm",
        r"npm (?:ERR!|error) code (?P<reason>\S+)",
        mark="npm ERR!|npm error",
        say="npm: {reason}",
    ),
    fails("node", r"(?P<reason>\w*Error: Cannot .+)"),
    fails(
        "perl",
        r"(?P<reason>.+) at \S+\.p[lm] line \d+(?:, <\w+> (?:line|chunk) \d+)?\.",
        mark=r"\.p[lm] line ",
    ),
    fails("perl-module", r"(?P<reason>Can't locate \S+\.pm) in @INC.*"),
    fails("java", r"Exception in thread \"[^\"]*\" (?P<reason>.+)"),
    fails("make", r"g?make(?:\[\d+\])?: \*\*\* (?P<reason>.+)", mark=r": \*\*\* "),
)
_SYSTEM = (
    fails("git", r"(?P<reason>fatal: .+)"),
    succeeds("git-current", r"Already up[ -]to[ -]date\.?", mark="Already up", say="up to date"),
    fails(
        "certbot",
        r"Failed to renew certificate (?P<reason>\S+) with error: .+",
        say="certificate {reason} not renewed",
    ),
    fails("certbot-all", r"(?P<reason>All renewals failed\.) .*"),
    fails("certbot-count", r"(?P<reason>[1-9]\d* renew failure\(s\)), \d+ parse failure\(s\)"),
    succeeds("certbot-done", r"Congratulations, all renewals succeeded.*", say="all renewed"),
    succeeds("certbot-not-due", r"No renewals were attempted\.", say="no certificate is due"),
    notes("certbot-listed", r"/etc/letsencrypt/\S+ \(success\)"),
    notes("certbot-line", r"(?:- ){10,}-", mark="- - - - - - - - - - "),
    fails("zip", r"(?P<reason>zip error: .+)"),
    warns("zip-warning", r"(?P<reason>zip warning: .+)"),
    fails("unzip", r"unzip: +(?P<reason>cannot .+)", say="unzip: {reason}"),
    fails("docker", r"(?P<reason>Error response from daemon: .+)"),
    fails("docker-tty", r"(?P<reason>the input device is not a TTY).*"),
    fails("docker-command", r"docker: (?P<reason>.+)", say="docker: {reason}"),
    succeeds("wp", r"Success: (?P<reason>.+)", say="{reason}"),
    succeeds(
        "freshclam-current",
        r"(?:main|daily|bytecode)\.c[lv]d database is up-to-date .+",
        say="signatures are up to date",
    ),
    succeeds(
        "freshclam-updated",
        r"(?:main|daily|bytecode)\.c[lv]d updated \(version.+",
        say="signatures updated",
    ),
    fails(
        "sudo",
        r"sudo: (?P<reason>.*(?:password is required|not allowed|no tty present).*)",
        say="sudo: {reason}",
    ),
    fails("gpg", r"gpg: (?P<reason>.*failed: .+)", say="gpg: {reason}"),
    fails(
        "device",
        rf"(?P<reason>(?:{_DEVICES}): .*(?:busy|failed|No key|not exist|not found).*)",
        mark="|".join(f"{name}: " for name in _DEVICES.split("|")),
    ),
    fails(
        "lvm",
        r'(?P<reason>Volume group "[^"]+" (?:has insufficient free space|not found).*)',
        mark="Volume group ",
    ),
    fails("key", r"(?P<reason>No key available with this passphrase)\."),
    fails(
        "checksum",
        rf"(?P<file>.+): (?:{_WRONG_SUM})(?: open or read)?",
        mark="|".join(f": {word}" for word in _WRONG_SUM.split("|")),
        say="checksum of {file} is wrong",
    ),
    fails("checksums", r"(?P<reason>(?:md5|sha\d+|b2|ck)sum: \w+: \d+ .+)", mark="sum: "),
)

_COMMANDS = Grammar(
    reader="commands",
    kind=Kind.CRON_OTHER,
    rules=(*_TRANSFERS, *_LANGUAGES, *_SYSTEM),
    standing=Standing.HINT,
)
_CHECKED = Grammar(
    reader="commands",
    kind=Kind.CRON_OTHER,
    rules=(succeeds("checked", r".+: OK", mark=": OK", say="all checksums are right"),),
    standing=Standing.HINT,
)
MARKS = f"{_COMMANDS.marks}|{_CHECKED.marks}"


def read(letter: Letter) -> Finding | None:
    """Return what everyday commands say of their ends."""
    said = statements(_COMMANDS, letter)
    found = judge(_COMMANDS, said)
    if found is not None and found.verdict is Verdict.SUCCESS and not _ends(letter, said):
        return None
    if found is None and _all_checked(letter):
        return judge(_CHECKED, statements(_CHECKED, letter))
    return found


def _ends(letter: Letter, said: Sequence[Statement]) -> bool:
    """Whether the text ends with what is `said`: of what ran after it nothing would be known."""
    return any(each.line.number == letter.body.last for each in said)


def _all_checked(letter: Letter) -> bool:
    """Whether every line is `FILE: OK`, as `sha256sum --check` prints it."""
    lines = letter.body.written(_MOST_CHECKED) if len(letter.body) <= _MOST_CHECKED else []
    return bool(lines) and all(line.text.endswith(": OK") for line in lines)
