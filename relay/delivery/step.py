"""How one step of an SMTP dialogue ended, whatever the other side did.

aiosmtplib raises for every reply that it did not hope for and for every way in which a connection
can fail. Here each becomes a `Reply`, so that the dialogue reads as a row of questions and
answers. What happens next: dial.py and session.py ask, reply.py says what an answer means.
"""

from collections.abc import Awaitable
from dataclasses import dataclass

import aiosmtplib

# What a step can raise: a reply that makes no sense or says no, a lost or silent connection, a
# failed handshake, a word that does not fit into a command, and uvloop's RuntimeError for a
# transport that has just been closed.
FAILURES = (aiosmtplib.SMTPException, OSError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; without a code there was no reply, and `text` says why."""

    code: int | None
    text: str

    @property
    def positive(self) -> bool:
        """Return whether it says yes; only the first digit counts (RFC 5321 s4.3.2)."""
        return self.code is not None and 200 <= self.code <= 299


async def ended(step: Awaitable[aiosmtplib.SMTPResponse]) -> Reply:
    """Wait for `step` to end, and return how."""
    try:
        response = await step
    except FAILURES as error:
        return failure(error)
    return Reply(response.code, response.message)


def failure(error: Exception) -> Reply:
    """Return what one of FAILURES says."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return Reply(error.code, error.message)
    return Reply(None, str(error) or type(error).__name__)
