"""Is SQLite's write-ahead log whole? Asked before SQLite opens it.

SQLite stops reading a log at the first frame whose checksum is off, and says nothing: after a crash
that is the transaction that was never committed. But each commit is synced before the next one
begins, so a power cut can leave no more than one transaction behind a bad frame. Where there is a
second one, what lies there was acknowledged, and the bad frame is damage; opening the store would
lose it in silence. What happens next: engine.py refuses to open such a store.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_HEADER, _FRAME = 32, 24
_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}  # the byte order of the checksums


def damage(path: Path) -> str | None:
    """Return where the log at `path` is damaged with commits behind that; None where it is not."""
    try:
        with path.open("rb") as log:
            return _damage(log)
    except FileNotFoundError:
        return None


def _damage(log: BinaryIO) -> str | None:
    header = log.read(_HEADER)
    if len(header) < _HEADER or not any(header):
        return None  # it was begun, and nothing in it was ever synced
    magic, _, page, _, salts, checksum = struct.unpack(">IIII8s8s", header)
    order = _MAGIC.get(magic)
    if order is None or page not in _page_sizes():
        return "its header is unreadable"
    sums = _summed(header[:24], (0, 0), order)
    if struct.pack(">II", *sums) != checksum:
        return "the checksum of its header is wrong"
    number = 0
    for number, frame in enumerate(_frames(log, page), start=1):  # noqa: B007 - where it ended
        if frame[8:16] != salts:
            return None  # what is left of an earlier round
        sums = _summed(frame[_FRAME:], _summed(frame[:8], sums, order), order)
        if struct.pack(">II", *sums) != frame[16:24]:
            break
    else:
        return None
    return f"frame {number} is damaged" if _goes_on(log, page, salts) else None


def _page_sizes() -> tuple[int, ...]:
    return tuple(1 << power for power in range(9, 17))


def _frames(log: BinaryIO, page: int) -> Iterator[bytes]:
    while len(frame := log.read(_FRAME + page)) == _FRAME + page:
        yield frame


def _goes_on(log: BinaryIO, page: int, salts: bytes) -> bool:
    """Say whether a transaction was begun after another one had been committed here."""
    committed = False
    for frame in _frames(log, page):
        if frame[8:16] == salts:
            if committed:
                return True
            committed = any(frame[4:8])
    return False


def _summed(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    """SQLite's checksum of frames (its file format, s4.2), going on from `sums`."""
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
