"""One file read and audited, within bounds: bytes, kind of file, and seconds.

What goes wrong is a note on that file. The open file is asked once more what it is, because it may
have been exchanged since the walk.
What happens next: fan_out.py gathers.
"""

import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from relay.audit.audit import LARGEST, Audited, audit
from relay.audit.source import Kind, Source
from relay.scan.places import Place

_MOST_SECONDS = 20
Item = Place | Source


def examine(item: Item, relays: tuple[str, ...] = ()) -> Audited:
    """Return what the audit says of a place, or of a source that is at hand; never raise."""
    path = item.path if isinstance(item, Source) else item.shown
    try:
        with _limited():
            return audit(item if isinstance(item, Source) else read(item), relays)
    except OSError as error:
        return noted(path, f"cannot be read: {error.strerror or error}")
    except TimeoutError:
        return noted(path, f"not judged: it takes more than {_MOST_SECONDS} s")
    except (MemoryError, RecursionError):
        return noted(path, "not judged: it needs too much memory")


def noted(path: str, note: str) -> Audited:
    """Return that a file was not judged."""
    return Audited(path=path, kind=Kind.OTHER, note=note)


def read(place: Place) -> Source:
    """Return a file's bytes, at most a little more than the audit takes; raise OSError."""
    if place.note:
        raise OSError(0, place.note.partition(": ")[2] or place.note)
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    descriptor = os.open(place.real, flags)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is no regular file")
        if status.st_size > LARGEST:
            raise OSError(0, f"{status.st_size:,} bytes, more than {LARGEST:,}")
        data = file.read(LARGEST + 1)
    return Source(path=place.shown, data=data, mode=stat.S_IMODE(status.st_mode))


@contextmanager
def _limited() -> Iterator[None]:
    """Raise TimeoutError in what takes too long; only a main thread can."""

    def late(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, _MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
