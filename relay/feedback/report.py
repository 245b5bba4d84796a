"""What a receiver's report says, as figures.

All of it is what the mail *says*: anybody may write one. Texts are one harmless line of bounded
length, names of domains are in lower case, and what made no sense is left out.
What happens next: store/feedback.py keeps the figures, `relay feedback` shows them.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Which report it is: whose, of which domain of ours, and the time that it covers (UTC)."""

    reporter: str
    number: str
    domain: str
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Mail from one address with one From domain (RFC 9990 s3.1.1.7).

    `dkim` and `spf` say whether each passed and aligned, `disposition` what was done with the mail.
    """

    address: str
    count: int
    dkim: bool
    spf: bool
    disposition: str
    header_from: str
    envelope_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcReport:
    """An aggregate report (RFC 9990). `cut` counts the sources that there was no room for."""

    about: About
    sources: tuple[Source, ...]
    cut: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Sessions that failed for one reason (RFC 8460 s4.3), at one server."""

    result: str
    server: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsReport:
    """A TLS report (RFC 8460) on one policy: `policy` is its type, sessions are counted."""

    about: About
    policy: str
    succeeded: int
    failed: int
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsReports:
    """What one TLS report says of each of its policies; there is at least one."""

    each: tuple[TlsReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A mail to the address of reports that is none; `why` says what is wrong with it."""

    why: str


Feedback = DmarcReport | TlsReports | Unreadable
