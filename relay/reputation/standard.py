"""Codes alone, where no words are known: RFC 3463, RFC 5321, RFC 7372, RFC 4954, RFC 7505."""

from relay.reputation.cause import Cause
from relay.reputation.row import Row, statuses

_RFC3463 = "RFC 3463: enhanced mail system status codes"
_REGISTRY = "IANA: SMTP enhanced status codes registry"


def _status(cause: Cause, source: str, *status: str) -> Row:
    return Row(who="a server", cause=cause, status=status, source=source, sure=False)


def _codes(cause: Cause, source: str, *codes: str) -> Row:
    return Row(who="a server", cause=cause, codes=codes, source=source, sure=False)


_RFC7372 = "RFC 7372: email authentication status codes"
EXACT: tuple[Row, ...] = (
    statuses("a server", _RFC7372, Cause.OURS, "5.7.25", "4.7.25"),
    statuses(
        "a server",
        _RFC7372,
        Cause.AUTHENTICATION,
        *(f"{kind}.7.{number}" for kind in (4, 5) for number in (20, 21, 22, 23, 24, 26, 27)),
    ),
    statuses("a server", "RFC 5321, RFC 3463", Cause.OURS, "5.1.7", "5.1.8", "4.1.8"),
)
"""Enhanced codes that mean one thing; words of a receiver's own still come before them."""

GONE: tuple[Row, ...] = (
    statuses("a server", _RFC3463, Cause.MAILBOX, "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"),
    statuses("a server", "RFC 3463, RFC 7505", Cause.MAILBOX, "5.2.1", "5.4.4"),
)
"""Codes that say that a mailbox is not there, if no words say something else."""

ROWS: tuple[Row, ...] = (
    _status(Cause.RATE, _REGISTRY, "4.7.28", "5.7.28", "4.4.5", "4.3.2"),
    _status(Cause.AUTH, "RFC 4954", "5.7.8", "4.7.8", "5.7.9", "5.7.13", "5.7.14"),
    _status(
        Cause.TLS, "RFC 4954, RFC 8461", "5.7.10", "4.7.10", "5.7.11", "4.7.5", "5.7.5", "4.7.29"
    ),
    _status(Cause.OURS, _RFC3463, "5.5.0", "5.5.1", "5.5.2", "5.5.4"),
    _status(Cause.MAILBOX, "RFC 3463, RFC 7505", "5.1.0", "5.1.4", "5.1.9"),
    _status(Cause.FULL, _RFC3463, "5.2.2", "4.2.2"),
    _status(Cause.SIZE, _RFC3463, "5.2.3", "5.3.4", "4.3.4"),
    _status(Cause.RATE, _RFC3463, "5.4.5"),
    _status(Cause.NETWORK, _RFC3463, "4.4", "5.4.1", "5.4.2", "4.3.0", "4.3"),
    _status(Cause.POLICY, _RFC3463, "5.7", "4.7", "5.2.0", "5.3", "5.6"),
    _codes(Cause.AUTH, "RFC 4954 s6", "530", "534", "535", "538", "454"),
    _codes(Cause.SIZE, "RFC 1870 s6", "552"),
    _codes(Cause.FULL, "RFC 5321 s4.2.3", "452"),
    _codes(Cause.OURS, "RFC 5321 s4.2.3", "500", "501", "502", "503", "504", "555"),
    _codes(Cause.MAILBOX, "RFC 5321 s4.2.3", "551", "553"),
    _codes(Cause.NETWORK, "RFC 5321 s4.2.3", "421", "451", "521"),
)
