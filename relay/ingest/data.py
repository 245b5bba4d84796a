"""The bytes after DATA: read in chunks, never in lines.

A message ends at CRLF.CRLF on the wire and nowhere else, so no other line ending can smuggle a
second message past us (RFC 5321 s4.1.1.4). Dots are unstuffed after a CRLF on the wire only
(s4.5.2); then bare CR and LF become CRLF. Every step is one pass of C code over a chunk, time is
linear and memory is the message and an eighth, however many lines it has. Beyond the size limit
the rest is read and thrown away, and the client hears 552 after its final dot.
What happens next: session.py hands the message to `accept`.
"""

import io
import re

from relay.ingest.replies import HEADER_TOO_BIG, LOOP
from relay.ingest.settings import LimitSettings
from relay.mail.block import read_block

_END = b"\r\n.\r\n"
# A line that is neither a field nor folded: the header is over (RFC 5322 s2.2, s4.5.1).
_AFTER_HEADER = re.compile(rb"\r\n(?![!-9;-~]++[ \t]*+:|[ \t])")


class DataReader:
    """Collects one message: `feed` it chunks until it returns what follows the end."""

    __slots__ = ("_held", "_kept", "_limit", "size", "wire_size")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = io.BytesIO()
        self._held = b"\r\n"  # the first line begins after a CRLF as well: that of DATA
        self.size = -2  # which is no part of the message
        self.wire_size = 0

    def feed(self, chunk: bytes) -> bytes | None:
        """Take a chunk; return None while the end is not there, else the bytes behind it."""
        self.wire_size += len(chunk)
        data = self._held + chunk
        end = data.find(_END)
        if end >= 0:
            self._keep(data[: end + 2])
            return data[end + len(_END) :]
        cut = len(data) - _begun(data)
        self._held = data[cut:]
        if cut:
            self._keep(data[:cut])
        return None

    def message(self) -> bytes | None:
        """Return the message, or None if it is over the limit."""
        if self.size > self._limit:
            return None
        raw = self._kept.getvalue()  # the buffer itself, not a copy
        self._kept = io.BytesIO()
        return raw

    def _keep(self, data: bytes) -> None:
        data = normalised(data.replace(b"\r\n.", b"\r\n"))
        first = self.size < 0
        self.size += len(data)
        if self.size <= self._limit:
            self._kept.write(data[2:] if first else data)
        else:
            self._kept = io.BytesIO()


def _begun(data: bytes) -> int:
    """Return how many bytes at the end may be the beginning of the end."""
    for length in (4, 3, 2, 1):
        if data.endswith(_END[:length]):
            return length
    return 0


def normalised(data: bytes) -> bytes:
    """Return `data` with each bare CR and each bare LF made CRLF (RFC 5321 s2.3.8)."""
    pairs = data.count(b"\r\n")
    if data.count(b"\n") == pairs and data.count(b"\r") == pairs:
        return data
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return lines.replace(b"\n", b"\r\n")


def header_problem(raw: bytes, limits: LimitSettings) -> bytes | None:
    """Return the reply to a message whose header is too big or shows a loop, else None."""
    end = _header_end(raw, limits.header_size)
    if _too_big(raw, end, limits):
        # Long output straight under the header looks like fields: here a slow reader knows better.
        end = read_block(raw).body_at
        if _too_big(raw, end, limits):
            return HEADER_TOO_BIG
    # RFC 5321 s6.3: counting the Received fields finds loops.
    hops = (b"\r\n" + raw[:end]).lower().count(b"\r\nreceived:")
    return LOOP if hops > limits.hops else None


def _header_end(raw: bytes, longest: int) -> int:
    if raw.startswith(b"\r\n"):
        return 0
    after = _AFTER_HEADER.search(raw, 0, longest + 2_048)  # room to see the last name's colon
    return after.start() + 2 if after else len(raw)


def _too_big(raw: bytes, end: int, limits: LimitSettings) -> bool:
    return end > limits.header_size or raw.count(b"\r\n", 0, end) > limits.header_lines
