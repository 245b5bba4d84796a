"""Changes of the DNS: by dynamic update (RFC 2136), signed with TSIG, or by a command.

All changes of one update happen together or not at all. A command is run once for each, without a
shell, with its arguments appended: `add|delete NAME TYPE TTL VALUE`; it has a minute, and what it
says is told if it fails. Adding what is there and deleting what is not are no errors of ours, so
that an interrupted rotation can do it again.
What happens next: authority.py sees whether all servers show it.
"""

import asyncio
import binascii
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import dns.asyncquery
import dns.name
import dns.rcode
import dns.tsig
import dns.tsigkeyring
import dns.update

from relay.domains.lookup import FAILURES
from relay.domains.records import quoted
from relay.domains.settings import DomainsSettings, UpdateSettings, endpoint
from relay.errors import UpdateError

_TTL = 3600
_COMMAND_SECONDS = 60
_SECONDS = 15
_LONGEST_ERROR = 300
_LARGEST_KEY = 4096


class Action(StrEnum):
    """What to do with a record."""

    ADD = "add"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A TXT record to add or to delete; `text` is the record's text."""

    action: Action
    name: str
    text: str


def can_publish(wishes: DomainsSettings) -> bool:
    """Say whether the configuration names a way to change the DNS."""
    return wishes.update is not None or bool(wishes.update_command)


async def publish(wishes: DomainsSettings, changes: Sequence[Change]) -> None:
    """Make all changes; raise UpdateError if they cannot be made."""
    if wishes.update is not None:
        await _update(wishes.update, changes)
    else:
        for change in changes:
            await _run(wishes.update_command, change)


async def _update(settings: UpdateSettings, changes: Sequence[Change]) -> None:
    where = f"domains.update: {settings.server}"
    message = _message(settings, changes)
    host, port = endpoint(settings.server)
    try:
        response = await dns.asyncquery.tcp(message, host, _SECONDS, port)
    except FAILURES as error:
        raise UpdateError(f"{where}: {type(error).__name__}: {error}"[:_LONGEST_ERROR]) from error
    if response.rcode() is not dns.rcode.NOERROR:
        answer = dns.rcode.to_text(response.rcode())
        raise UpdateError(f"{where} refuses the change of {settings.zone}: {answer}")


def _message(settings: UpdateSettings, changes: Sequence[Change]) -> dns.update.UpdateMessage:
    try:
        ring = dns.tsigkeyring.from_text({settings.key_name: _secret(settings.key_file)})
        message = dns.update.UpdateMessage(
            settings.zone,
            keyring=ring,
            keyname=dns.name.from_text(settings.key_name),
            keyalgorithm=dns.name.from_text(settings.algorithm),
        )
        for change in changes:
            _put(message, change, settings.ttl)
    except (*FAILURES, binascii.Error) as error:
        raise UpdateError(f"domains.update: {type(error).__name__}: {error}") from error
    return message


def _put(message: dns.update.UpdateMessage, change: Change, ttl: int) -> None:
    name = dns.name.from_text(change.name)
    if change.action is Action.ADD:
        message.add(name, ttl, "TXT", quoted(change.text))
    else:
        message.delete(name, "TXT", quoted(change.text))


def _secret(file: Path) -> str:
    """Return the TSIG key, unless anybody but its owner may read it."""
    try:
        with file.open("rb") as secret:
            text = secret.read(_LARGEST_KEY)
        mode = file.stat().st_mode
    except OSError as error:
        raise UpdateError(f"{file}: cannot be read: {error.strerror}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UpdateError(f"{file}: others may use this key; run `chmod 600 {file}`")
    return text.decode("ascii", "replace").strip()


async def _run(command: Sequence[str], change: Change) -> None:
    arguments = (change.action.value, change.name, "TXT", str(_TTL), change.text)
    name = Path(command[0]).name
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise UpdateError(f"domains.update_command: {command[0]}: {error.strerror}") from error
    try:
        async with asyncio.timeout(_COMMAND_SECONDS):
            _, said = await process.communicate()
    except TimeoutError:
        raise UpdateError(f"{name} took longer than {_COMMAND_SECONDS} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        text = said[:_LONGEST_ERROR].decode("utf-8", "replace").strip()
        raise UpdateError(f"{name} {change.action} failed with {process.returncode}: {text}")
