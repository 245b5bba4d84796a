"""A file as it was found, and what kind of file it is.

The kind follows from the place first (`/etc/cron.d`, `*.service`), then from the name, then from
what the file begins with; a file that is none of them is not judged, and that is said.
What happens next: document.py reads it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from relay.audit.cron import is_user_line


class Kind(StrEnum):
    """What a file is to the audit."""

    SHELL = "shell"
    CRONTAB = "crontab"
    SYSTEM_CRONTAB = "system crontab"
    ANACRONTAB = "anacrontab"
    UNIT = "unit"
    RSYNCD = "rsyncd.conf"
    RSNAPSHOT = "rsnapshot.conf"
    MSMTPRC = "msmtprc"
    ALIASES = "aliases"
    POSTFIX = "main.cf"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file's path as shown, its bytes, and its permissions where they are known."""

    path: str
    data: bytes
    mode: int | None = None

    @property
    def open_to_all(self) -> bool:
        """Whether everybody on the host may read it."""
        return self.mode is not None and bool(self.mode & 0o004)


_NAMES = {
    "crontab": Kind.SYSTEM_CRONTAB,
    "anacrontab": Kind.ANACRONTAB,
    "rsyncd.conf": Kind.RSYNCD,
    "rsnapshot.conf": Kind.RSNAPSHOT,
    ".msmtprc": Kind.MSMTPRC,
    "msmtprc": Kind.MSMTPRC,
    "aliases": Kind.ALIASES,
    "main.cf": Kind.POSTFIX,
}
_SUFFIXES = {
    ".service": Kind.UNIT,
    ".timer": Kind.UNIT,
    ".crontab": Kind.CRONTAB,
    ".cron": Kind.CRONTAB,
    ".sh": Kind.SHELL,
    ".bash": Kind.SHELL,
    ".ksh": Kind.SHELL,
}
_SHEBANG = re.compile(rb"#!\s*\S*/(?:env\s+(?:-S\s*)?)?(?:\S*/)?(?:ba|da|k|z|a)?sh\b")
PERIODIC = re.compile(r"(?:^|/)cron\.(hourly|daily|weekly|monthly)/")
_MOST_LINES = 40


def kind_of(source: Source) -> Kind:
    """Return what kind of file this is."""
    folders, _, name = f"/{source.path}".rpartition("/")
    if PERIODIC.search(source.path):
        return Kind.SHELL if _is_shell(source) else Kind.OTHER
    if folders.endswith(("/cron.d", "/cron.d.disabled")):
        return Kind.SYSTEM_CRONTAB
    if folders.endswith(("/spool/cron/crontabs", "/spool/cron", "/spool/cron/tabs")):
        return Kind.CRONTAB
    if name in _NAMES:
        return _NAMES[name]
    by_suffix = next((kind for suffix, kind in _SUFFIXES.items() if name.endswith(suffix)), None)
    return by_suffix or _by_content(source)


def _by_content(source: Source) -> Kind:
    if _is_shell(source):
        return Kind.SHELL
    return Kind.CRONTAB if _looks_like_crontab(source.data) else Kind.OTHER


def _is_shell(source: Source) -> bool:
    return bool(_SHEBANG.match(source.data[:120]))


def _looks_like_crontab(data: bytes) -> bool:
    lines = data[:4000].decode("utf-8", "replace").splitlines()[:_MOST_LINES]
    told = [each for each in lines if each.strip() and not each.lstrip().startswith("#")]
    timed = [each for each in told if is_user_line(each)]
    return bool(timed) and all(each in timed or re.match(r"\s*\w+\s*=", each) for each in told)
