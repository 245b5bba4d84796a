"""Which programs do the work whose end matters, and which only run another command.

Work is what copies, dumps or archives: its exit status is the truth that a mail must not deny. Its
housekeeping (prune, list, check) is none. A script that is named after a backup is work, too.
What happens next: run.py asks for every command that it meets.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ALWAYS = {
    "rsync", "scp", "sftp", "lftp", "ncftpput", "duplicity", "duply", "borgmatic", "rsnapshot",
    "rdiff-backup", "mysqldump", "mariadb-dump", "mysqlhotcopy", "mydumper", "mariabackup",
    "xtrabackup", "innobackupex", "pg_dump", "pg_dumpall", "pg_basebackup", "mongodump",
    "vzdump", "unison", "robocopy", "slapcat", "xfsdump", "btrbk", "storebackup",
    "storeBackup.pl", "backup2l", "bup", "attic", "tarsnap", "osync", "syncoid", "autorestic",
    "resticprofile", "automysqlbackup", "autopostgresqlbackup", "ncftpget", "rcp", "ftp",
    "imapsync", "fsarchiver", "partclone", "zbackup", "dar", "snapraid",
}  # fmt: skip
_WITH = {
    "borg": {"create"},
    "restic": {"backup", "copy"},
    "rclone": {"copy", "sync", "move", "copyto", "bisync", "moveto"},
    "kopia": {"snapshot"},
    "zfs": {"send", "receive", "recv", "snapshot"},
    "btrfs": {"send", "receive"},
    "aws": {"s3"},
    "gsutil": {"cp", "rsync", "mv"},
    "svnadmin": {"dump", "hotcopy"},
    "etcdctl": {"snapshot"},
    "proxmox-backup-client": {"backup"},
    "certbot": {"renew"},
    "hdiutil": {"create"},
    "s3cmd": {"sync", "put"},
    "mc": {"mirror", "cp"},
    "azcopy": {"sync", "copy"},
    "gitlab-backup": {"create"},
    "gitlab-rake": {"gitlab:backup:create"},
}
_HOUSEKEEPING = {
    "list", "prune", "check", "forget", "cleanup", "verify", "info", "init", "purge",
    "configtest", "remove-older-than", "remove-all-but-n-full", "collection-status",
    "list-current-files", "--list-increments", "--daemon", "--server", "version", "version-only",
    "help", "--remove-older-than", "du", "status",
}  # fmt: skip
_HELP = {"--version", "-V", "--help", "-h"}
_NAMED = re.compile(r"(?i)(?:back-?up|rsync|mirror|snapshot|dump|sauvegarde|sicherung|archiv)")
_SCRIPT = re.compile(r"^[~./$\x00].*/[\w.-]+$")

_WRAPPERS = {
    "sudo": "AEeHiKkNnPSsbV", "doas": "n", "nice": "", "ionice": "t", "nohup": "", "env": "i0",
    "time": "pv", "command": "", "exec": "", "setsid": "fw", "chronic": "ve", "stdbuf": "",
    "unbuffer": "", "timeout": "kfv", "flock": "nxesuo", "chrt": "bfiro", "run-one": "",
    "systemd-cat": "", "cpulimit": "", "caffeinate": "is", "systemd-run": "", "builtin": "",
    "lockf": "ks", "setlock": "nN", "trickle": "s", "cronic": "", "with-lock-ex": "wqf",
    "systemd-inhibit": "", "sshpass": "ev",
}  # fmt: skip
_OPERANDS = {"timeout": 1, "flock": 1, "chrt": 1, "lockf": 1, "setlock": 1, "with-lock-ex": 1}
_TAKES = {
    "sudo": "ughpCT", "doas": "uC", "nice": "n", "ionice": "cnp", "env": "uCS", "timeout": "ks",
    "flock": "wEc", "stdbuf": "ioe", "systemd-cat": "tp", "time": "fo", "cpulimit": "lp",
    "systemd-run": "pu", "sshpass": "pfdP", "trickle": "ud", "lockf": "t", "chrt": "TPD",
}  # fmt: skip
_SHELLS = {"sh", "bash", "dash", "ksh", "zsh", "ash"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwrapped:
    """The command inside of wrappers; `script` is the text that a shell is to run instead."""

    argv: tuple[str, ...]
    script: str | None = None
    wrappers: tuple[str, ...] = ()


def name_of(argv: Sequence[str]) -> str:
    """Return the name of the program, without its folder."""
    return argv[0].rstrip("/").rpartition("/")[2] if argv else ""


def is_work(argv: Sequence[str]) -> bool:
    """Say whether this command's end is what the mail should tell."""
    name, rest = name_of(argv), argv[1:]
    if not argv or (_HELP & set(rest[:2]) and len(rest) <= 2):
        return False
    if name in _ALWAYS:
        return not _HOUSEKEEPING & set(rest[:3])
    if name in _WITH:
        return not _WITH[name].isdisjoint(rest)
    if name in ("tar", "bsdtar", "gtar"):
        return _archives(rest)
    if name in _SHAPED:
        return _is_shaped(name, rest)
    path = rest[0] if name in _INTERPRETERS and rest else argv[0]
    return is_script(path) and not _HOUSEKEEPING & set(rest[:2])


def _is_shaped(name: str, rest: Sequence[str]) -> bool:
    """Say whether the words are those of a copy; most trees that cp copies are no backups."""
    if name == "cp" and not _BACKS_UP.search(" ".join(rest)):
        return False
    return any(map(_SHAPED[name].match, rest))


_BACKS_UP = re.compile(
    r"(?i)back|/mnt/|/media/|cop(?:y|ia)|kopie|sicher|sauveg|respald|mirror|snap"
)
_SHAPED = {
    "cp": re.compile(r"-\w*[arR]|--archive|--recursive"),
    "dd": re.compile(r"of=(?!/dev/null)"),
    "sqlite3": re.compile(r"\.(?:backup|dump)"),
}
_INTERPRETERS = {"sh", "bash", "python", "python3", "perl", "php"}


def is_script(path: str) -> bool:
    """Say whether a path names a script that does a backup, by its name."""
    name = path.rpartition("/")[2]
    own = bool(_SCRIPT.match(path)) or name.endswith((".sh", ".py", ".pl", ".php"))
    return own and name not in _ALWAYS and bool(_NAMED.search(name))


def _archives(rest: Sequence[str]) -> bool:
    for each in rest:
        if each in ("--create", "--append", "--update"):
            return True
    first = rest[0] if rest else ""
    letters = first.lstrip("-") if not first.startswith("--") else ""
    short = [letters, *(each[1:] for each in rest[1:] if re.match(r"-[a-zA-Z]+$", each))]
    return any(set(each) & set("cru") and not set(each) & set("tx") for each in short)


def unwrap(argv: Sequence[str]) -> Unwrapped:
    """Return what a command really runs: sudo, nice, timeout, flock and `sh -c` taken off."""
    wrappers: list[str] = []
    rest = list(argv)
    for _ in range(8):
        name = name_of(rest)
        text = _script_in(name, rest[1:])
        if text is not None:
            inner = tuple(rest) if name == "ssh" else ()
            return Unwrapped(argv=inner, script=text, wrappers=(*wrappers, name))
        if name in _CONTAINERS and "exec" in rest[1:3]:
            found = _in_container(rest)
        else:
            found = _wrapped(name, rest[1:]) if name in _WRAPPERS else []
        if not found:
            break
        wrappers.append(name)
        rest = found
        if rest[0] == "-c" and len(rest) > 1:  # flock FILE -c 'text'
            return Unwrapped(argv=(), script=rest[1], wrappers=tuple(wrappers))
    return Unwrapped(argv=tuple(rest), wrappers=tuple(wrappers))


_CONTAINERS = {"docker", "podman", "kubectl", "docker-compose"}


def _script_in(name: str, rest: Sequence[str]) -> str | None:
    """Return the text that a shell, here or at the other end of ssh, is given to run."""
    if name in _SHELLS or name == "su":
        return _after_c(rest)
    if name == "eval":
        return " ".join(rest)
    return (_remote(rest) or None) if name == "ssh" else None


def _after_c(rest: Sequence[str]) -> str | None:
    for at, each in enumerate(rest[:6]):
        if re.fullmatch(r"-[a-z]*c", each) and at + 1 < len(rest):
            return rest[at + 1]
    return None


def _wrapped(name: str, rest: list[str]) -> list[str]:
    """Return the words after a wrapper's own options and operands."""
    at, operands = 0, _OPERANDS.get(name, 0)
    while at < len(rest):
        each = rest[at]
        if each == "-c" and name == "flock":
            break
        if each.startswith("--"):
            at += 1
        elif each.startswith("-") and len(each) > 1:
            last = each[-1]
            at += 2 if last in _TAKES.get(name, "") and len(each) == 2 else 1
        elif name in ("env", "sudo") and re.match(r"\w+=", each):
            at += 1
        elif operands:
            operands -= 1
            at += 1
        else:
            break
    return rest[at:]


_SSH_TAKES = set("bcDEeFIiJLlmOopQRSWw")


def _remote(rest: Sequence[str]) -> str:
    """Return the command that ssh runs at the other end."""
    at = 0
    while at < len(rest) and rest[at].startswith("-"):
        at += 2 if len(rest[at]) == 2 and rest[at][1] in _SSH_TAKES else 1
    return " ".join(rest[at + 1 :])


def _in_container(rest: list[str]) -> list[str]:
    at = rest.index("exec") + 1
    while at < len(rest) and rest[at].startswith("-") and rest[at] != "--":
        at += 2 if rest[at] in ("-e", "-u", "-w", "-n", "-c", "--env", "--user") else 1
    at += 1
    if at < len(rest) and rest[at] == "--":
        at += 1
    return rest[at:]
