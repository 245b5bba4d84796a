"""Power loss: what a disk holds that loses whatever was not synced, worked out from a recording.

strace records every write, truncation and sync of a running relay's files, with the bytes, and what
it said to its clients and to upstream in the meantime. From that, the disk after a loss of power at
any moment can be made: each file as of its last sync, with any of the writes since then, in any
combination, the last of them torn at a sector. This is harsher than dropping a page cache, for a
disk may write out of order.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_SECTOR = 512
_TRACED = "pwrite64,ftruncate,fdatasync,fsync,write,writev,sendmsg,sendto"
_LINE = re.compile(r"(?P<who>\d+) +(?P<call>\w+)\(\d+<(?P<file>[^>]*)>(?P<rest>.*)")
_RESUMED = re.compile(r"(?P<who>\d+) +<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)")
_BYTES = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Bytes at a place; None for a file cut off there."""

    at: int
    data: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One recorded act: a write to a file, its sync, or bytes that left by a socket."""

    file: str
    write: Write | None = None
    synced: bool = False
    said: bytes = b""


def options(to: Path) -> tuple[str, ...]:
    """Return what strace is told to record."""
    return ("-y", "-xx", "-s", "10000000", "-o", str(to), "-e", f"trace={_TRACED}")


def read(trace: Path) -> Iterator[Done]:
    """Yield what was recorded, in order: a sync when it returned, a write when it was called."""
    syncing: dict[str, str] = {}
    with trace.open() as lines:
        for line in lines:
            found = _LINE.match(line)
            if found:
                yield from _begun(found, syncing)
                continue
            resumed = _RESUMED.match(line)
            if resumed and resumed["rest"].endswith("= 0") and resumed["who"] in syncing:
                yield Done(file=syncing.pop(resumed["who"]), synced=True)


def _begun(found: re.Match[str], syncing: dict[str, str]) -> Iterator[Done]:
    file, rest = found["file"], found["rest"]
    if file.startswith("\\x"):
        file = bytes.fromhex(file.replace("\\x", "")).decode()
    if found["call"] in ("fdatasync", "fsync"):
        if "unfinished" in rest:
            syncing[found["who"]] = file
        elif rest.endswith("= 0"):
            yield Done(file=file, synced=True)
    elif found["call"] == "ftruncate":
        yield Done(file=file, write=Write(at=int(re.findall(r"\d+", rest)[0]), data=None))
    else:
        data = b"".join(bytes.fromhex(each.replace("\\x", "")) for each in _BYTES.findall(rest))
        if found["call"] == "pwrite64":
            at = int(re.findall(r", (\d+)(?:\)| <)", rest)[-1])
            yield Done(file=file, write=Write(at=at, data=data))
        else:
            yield Done(file=file, said=data)


@dataclass(slots=True)
class Disk:
    """Files as they were synced, and the writes since."""

    synced: dict[str, bytearray]
    pending: dict[str, list[Write]] = field(default_factory=lambda: defaultdict(list))

    def take(self, done: Done) -> None:
        """Go on by one recorded act."""
        if done.file not in self.synced:
            return
        if done.write:
            self.pending[done.file].append(done.write)
        elif done.synced:
            for write in self.pending.pop(done.file, []):
                _put(self.synced[done.file], write)

    def after_loss(self, chance: random.Random) -> dict[str, bytes]:
        """Return what may be found when the power is back."""
        return {name: self._survived(name, chance) for name in self.synced}

    def _survived(self, name: str, chance: random.Random) -> bytes:
        image = bytearray(self.synced[name])
        share = chance.choice((0, 0.5, 0.9, 1))
        for write in self.pending.get(name, []):
            if chance.random() < share:
                _put(image, _torn(write, chance) if chance.random() < 0.1 else write)
        return bytes(image)


def _put(image: bytearray, write: Write) -> None:
    if write.data is None:
        del image[write.at :]
        image.extend(bytes(max(0, write.at - len(image))))
        return
    image.extend(bytes(max(0, write.at - len(image))))
    image[write.at : write.at + len(write.data)] = write.data


def _torn(write: Write, chance: random.Random) -> Write:
    if write.data is None or len(write.data) <= _SECTOR:
        return write
    kept = chance.randrange(0, len(write.data), _SECTOR)
    return Write(at=write.at, data=write.data[:kept])
