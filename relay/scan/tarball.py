"""A tar on standard input, read as a stream: nothing is written to disk, nothing is unpacked.

Bounds hold for what comes out, not for what comes in, so a small file that unpacks to a large one
ends at the bound. Members that are no regular files are left out.
What happens next: reading.py audits each source.
"""

import tarfile
from collections.abc import Iterator
from typing import BinaryIO

from relay.audit.audit import LARGEST
from relay.audit.source import Source
from relay.errors import RelayError
from relay.scan.places import Place

_MOST_MEMBERS = 200_000
_MOST_BYTES = 4_000_000_000


def members(stream: BinaryIO) -> Iterator[Source | Place]:
    """Yield the files of a tar, compressed or not; raise RelayError if it is none."""
    total = 0
    try:
        with tarfile.open(fileobj=stream, mode="r|*") as tar:
            for number, member in enumerate(tar):
                total += member.size
                if number >= _MOST_MEMBERS or total > _MOST_BYTES:
                    note = "not read: the tar is larger than what is looked at"
                    yield Place(shown=_path(member), real="", note=note)
                    return
                if member.isreg():
                    yield _read(tar, member)
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise RelayError(f"standard input is no tar that can be read: {error}") from error


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Source | Place:
    if member.size > LARGEST:
        note = f"not judged: {member.size:,} bytes, more than {LARGEST:,}"
        return Place(shown=_path(member), real="", note=note)
    file = tar.extractfile(member)
    data = file.read(LARGEST + 1) if file else b""
    return Source(path=_path(member), data=data, mode=member.mode)


def _path(member: tarfile.TarInfo) -> str:
    return "/" + member.name.removeprefix("./").lstrip("/")
