"""The ring on disk: `rotation.json` beside the keys, replaced whole, changed by one at a time.

The pool's processes read it before each signature (a look at its date is all that costs), so a
switch takes force at once, in every process and without a reload.
What happens next: keys.py loads the keys that it names.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from relay.errors import KeyUnusableError
from relay.signing.ring import Ring, RingKey, Stage

_NAME = "rotation.json"
_LARGEST = 1 << 20
Stamp = tuple[int, int, int] | None


def stamp(folder: Path | None) -> Stamp:
    """Return what changes whenever the ring does."""
    if folder is None:
        return None
    try:
        state = (folder / _NAME).stat()
    except OSError:
        return None
    return state.st_ino, state.st_mtime_ns, state.st_size


def read_ring(folder: Path | None) -> Ring:
    """Return the ring in `folder`, an empty one where no key was ever rotated."""
    if folder is None:
        return Ring()
    file = folder / _NAME
    try:
        with file.open("rb") as state:
            data = json.loads(state.read(_LARGEST))
        return _ring(data, folder)
    except FileNotFoundError:
        return Ring()
    except OSError as error:
        raise KeyUnusableError(f"{file}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyUnusableError(
            f"{file}: is no state of a rotation; restore it from a backup"
        ) from error


def change_ring(folder: Path, change: Callable[[Ring], Ring]) -> Ring:
    """Change the ring in `folder`; return it. Nobody else can change it meanwhile."""
    with _locked(folder):
        before = read_ring(folder)
        after = change(before)
        if after != before:
            _write(folder, after)
    return after


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(folder: Path, ring: Ring) -> None:
    text = json.dumps(
        {"keys": [_plain(each, folder) for each in ring.keys], "denied": list(ring.denied)},
        indent=1,
    )
    draft = folder / f".{_NAME}.{secrets.token_hex(8)}"
    try:
        with draft.open("w") as state:
            state.write(f"{text}\n")
            state.flush()
            os.fsync(state.fileno())
        draft.replace(folder / _NAME)
    finally:
        draft.unlink(missing_ok=True)


def _plain(key: RingKey, folder: Path) -> dict[str, str]:
    inside = key.file.is_relative_to(folder)
    return {
        "domain": key.domain,
        "selector": key.selector,
        "file": str(key.file.relative_to(folder) if inside else key.file),
        "stage": key.stage.value,
        "since": key.since.isoformat(),
    }


def _ring(data: dict[str, Any], folder: Path) -> Ring:
    keys = tuple(
        RingKey(
            domain=each["domain"],
            selector=each["selector"],
            file=folder / each["file"],
            stage=Stage(each["stage"]),
            since=datetime.fromisoformat(each["since"]),
        )
        for each in data["keys"]
    )
    return Ring(keys=keys, denied=tuple(data["denied"]))
