"""A mended file put in the place of the old one: whole or not at all, with its mode and owner.

The new bytes are written beside the file, synced, and renamed over it. A file that has changed
since it was read is left alone.
"""

import os
import stat
import tempfile
from pathlib import Path

from relay.errors import RelayError


def replace(path: Path, old: bytes, new: bytes) -> None:
    """Put `new` in the place of `old` at `path`; raise RelayError if it holds something else."""
    path = path.resolve()
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) or path.read_bytes() != old:
        raise RelayError(f"{path} has changed since it was read: nothing was written")
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(new)
            os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
            if os.geteuid() == 0:
                os.fchown(descriptor, status.st_uid, status.st_gid)
            file.flush()
            os.fsync(descriptor)
        os.replace(name, path)  # noqa: PTH105 - both are on one file system
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
