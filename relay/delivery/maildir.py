"""An upstream for development: a Maildir, in which each mail is one file.

As durable as it gets: the file is written under tmp/ and synced, moved to new/, and new/ is
synced, before it counts as delivered. As final delivery does (RFC 5321 s4.4), it puts Return-Path
and Delivered-To in front; all other bytes stay as they are, CRLF and all, so that a signature can
be verified on the file. What happens next: a person, or a test, opens it.
"""

import asyncio
import itertools
import os
import socket
import time
from pathlib import Path

from relay.delivery.reply import quoted
from relay.delivery.transaction import Transaction, unsendable
from relay.pipeline.stages import Deferred, Delivered, Phase, Result

_FOLDERS = ("tmp", "new", "cur")


class MaildirUpstream:
    """A Maildir to deliver to; `open` makes it if need be."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path
        self._numbers = itertools.count(1)

    async def open(self) -> None:
        """Make the folders."""
        for folder in _FOLDERS:
            (self._path / folder).mkdir(parents=True, exist_ok=True)

    def depart_from(self, address: str | None) -> None:
        """Do nothing: a folder does not see where we come from."""

    async def close(self) -> None:
        """Do nothing: every mail has its file."""

    async def send(self, reverse_path: str, recipient: str, content: bytes) -> Result:
        """Write one mail for one recipient; whatever happens is the result, nothing is raised."""
        mail = Transaction(reverse_path=reverse_path, recipient=recipient, content=content)
        remote = str(self._path)
        refused = unsendable(mail, remote)
        if refused is not None:
            return refused
        # https://cr.yp.to/proto/maildir.html: unique by time, process, count and host
        host = socket.gethostname().replace("/", "_").replace(":", "_")
        name = f"{time.time_ns() // 1000}.P{os.getpid()}Q{next(self._numbers)}.{host}"
        try:
            await asyncio.to_thread(_store, self._path, name, _with_envelope(mail))
        except OSError as error:
            why = quoted(None, f"{error.filename or self._path}: {error.strerror}")
            return Deferred(phase=Phase.CONNECT, code=None, reply=why, remote=remote, session=True)
        return Delivered(reply=f"250 2.0.0 stored as new/{name}", remote=remote)


def _with_envelope(mail: Transaction) -> bytes:
    envelope = f"Return-Path: <{mail.reverse_path}>\r\nDelivered-To: {mail.recipient}\r\n"
    return envelope.encode() + mail.content


def _store(maildir: Path, name: str, content: bytes) -> None:
    draft = maildir / "tmp" / name
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(maildir / "new" / name)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(maildir / "new", os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
