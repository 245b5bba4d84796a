"""Where a host keeps what sends mail by itself, and the walk that finds it.

Links inside of folders are not followed, so a walk ends; a link that is named is, unless it leads
out of the root that was given. Only regular files are opened: a FIFO would wait for ever, and a
device may act when it is opened.
What happens next: reading.py reads each place, fan_out.py in several processes.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

USUAL = (
    "/etc/crontab", "/etc/cron.d", "/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly",
    "/etc/cron.monthly", "/etc/anacrontab", "/var/spool/cron", "/etc/systemd/system",
    "/etc/rsyncd.conf", "/etc/rsnapshot.conf", "/etc/msmtprc", "/root/.msmtprc", "/etc/aliases",
    "/etc/postfix/main.cf", "/usr/local/bin", "/usr/local/sbin",
)  # fmt: skip
_SKIPPED = {".git", "__pycache__", "node_modules", ".venv"}
_MOST = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A file to be read: its path as shown, and where it is; or `note`, why it is not read."""

    shown: str
    real: str
    note: str = ""


def places(paths: Iterable[str], root: Path | None = None) -> Iterator[Place]:
    """Yield the files under `paths`, inside of `root` if there is one, each once."""
    seen: set[str] = set()
    for path in paths:
        for place in _under(path, root):
            if place.real in seen:
                continue
            seen.add(place.real)
            yield place
            if len(seen) >= _MOST:
                note = f"more than {_MOST:,} files: the rest was not looked at"
                yield Place(shown=path, real="", note=note)
                return


def usual(root: Path | None = None) -> list[str]:
    """Return the usual places that are there."""
    top = str(root) if root else ""
    return [each for each in USUAL if os.path.lexists(top + each)]


def _under(path: str, root: Path | None) -> Iterator[Place]:
    real = os.path.join(root, path.lstrip("/")) if root else path  # noqa: PTH118 - it may hold any bytes
    try:
        status = os.stat(real)  # noqa: PTH116 - the same
    except OSError as error:
        yield Place(shown=path, real=real, note=f"cannot be read: {error.strerror}")
        return
    if root and not _inside(real, root):
        yield Place(shown=path, real=real, note="not read: a link that leads out of the root")
        return
    if not stat.S_ISDIR(status.st_mode):
        yield Place(shown=path, real=real, note=_note(status.st_mode))
        return
    for folder, names, files in os.walk(real, onerror=None):
        names[:] = sorted(set(names) - _SKIPPED)
        for name in sorted(files):
            found = os.path.join(folder, name)  # noqa: PTH118 - the same
            shown = path.rstrip("/") + found[len(real.rstrip("/")) :]
            try:
                mode = os.lstat(found).st_mode
            except OSError as error:
                yield Place(shown=shown, real=found, note=f"cannot be read: {error.strerror}")
                continue
            if not stat.S_ISLNK(mode):
                yield Place(shown=shown, real=found, note=_note(mode))


def _inside(real: str, root: Path) -> bool:
    whole, top = os.path.realpath(real), os.path.realpath(root)
    return whole == top or whole.startswith(top.rstrip("/") + "/")


def _note(mode: int) -> str:
    if stat.S_ISREG(mode):
        return ""
    kinds = ((stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"))
    return f"not read: {next((name for is_, name in kinds if is_(mode)), 'a device')}"
