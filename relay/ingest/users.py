"""Who may authenticate: a file of `name:hash` lines with argon2id hashes (RFC 9106).

The file must not be readable by others than its owner and group. A wrong password and an unknown
name take the same time, and hashing runs in a thread, two at once, so that neither the loop nor
the memory (64 MiB for each hash) is at an attacker's mercy.
"""

import asyncio
import os
import stat
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from relay.errors import ConfigError

_AT_ONCE = 2
_hasher = PasswordHasher()  # RFC 9106 s4: the low-memory profile is its default


class Users:
    """The users of one file, ready to be asked."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        self._hashes = dict(hashes)
        self._nobody = nobody()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def verify(self, name: str, password: str) -> bool:
        """Say whether this is the user's password; unknown names take as long as wrong ones."""
        known = name in self._hashes
        async with self._slots:
            right = await asyncio.to_thread(matches, self._hashes.get(name, self._nobody), password)
        return right and known


@cache
def nobody() -> str:
    """Return a hash to compare with where there is no user: it costs as much as a real one."""
    return _hasher.hash("nobody")


def matches(hashed: str, password: str) -> bool:
    """Say whether a hash is that of a password."""
    try:
        return _hasher.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


def hash_password(password: str) -> str:
    """Return the hash to be kept of a password; it takes some 50 ms and 64 MiB."""
    return _hasher.hash(password)


def read_users(path: Path) -> dict[str, str]:
    """Return the hashes in a users file by name; raise ConfigError with all its problems."""
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: cannot be read: {error}"]) from error
    problems, hashes = [], dict[str, str]()
    if mode & 0o027:
        problems.append(f"{path}: mode {mode:04o} lets others in; run: chmod 600 {path}")
    for number, line in enumerate(lines, 1):
        name, _, hashed = line.strip().partition(":")
        if not name or name.startswith("#"):
            continue
        problem = _problem(name, hashed, hashes)
        if problem:
            problems.append(f"{path}:{number} {problem}")
        hashes[name] = hashed
    if problems:
        raise ConfigError(problems)
    return hashes


def _problem(name: str, hashed: str, before: Mapping[str, str]) -> str | None:
    if name in before:
        return f"user {name} is listed twice; remove one of the lines"
    if not hashed.startswith("$argon2id$"):
        return f"user {name} has no argon2id hash; make one with `relay users add`"
    return None


def write_users(path: Path, hashes: Mapping[str, str]) -> None:
    """Write a users file that only its owner can read, in one step."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    text = "".join(f"{name}:{hashed}\n" for name, hashed in hashes.items())
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
