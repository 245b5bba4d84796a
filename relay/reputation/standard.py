"""Codes alone, where no words are known: RFC 3463, RFC 5321, RFC 7372, RFC 4954, RFC 7505."""

from relay.reputation.cause import Cause
from relay.reputation.row import Row

_RFC3463 = "RFC 3463: enhanced mail system status codes"
_REGISTRY = "IANA: SMTP enhanced status codes registry"


def _status(cause: Cause, source: str, *status: str) -> Row:
    return Row(who="a server", cause=cause, status=status, source=source)


def _codes(cause: Cause, source: str, *codes: str) -> Row:
    return Row(who="a server", cause=cause, codes=codes, source=source)


ROWS: tuple[Row, ...] = (
    _status(Cause.AUTHENTICATION, "RFC 7372", *(f"5.7.2{n}" for n in range(7)), "4.7.23", "4.7.26"),
    _status(Cause.AUTHENTICATION, "RFC 7372 and RFC 9989", "5.7.26", "5.7.27", "4.7.27", "4.7.32"),
    _status(Cause.RATE, _REGISTRY, "4.7.28", "5.7.28", "4.4.5", "4.2.0", "4.3.2"),
    _status(Cause.AUTH, "RFC 4954", "5.7.8", "4.7.8", "5.7.9", "4.7.12", "5.7.12", "4.7.0.auth"),
    _status(Cause.TLS, "RFC 4954, RFC 8461", "5.7.10", "4.7.10", "5.7.11", "4.7.5", "5.7.5"),
    _status(Cause.OURS, _RFC3463, "5.1.7", "5.1.8", "5.5.0", "5.5.1", "5.5.2", "5.5.4", "5.7.60"),
    _status(
        Cause.MAILBOX, _RFC3463, "5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"
    ),
    _status(Cause.MAILBOX, "RFC 3463, RFC 7505", "5.4.4", "5.1.4", "5.1.9"),
    _status(Cause.FULL, _RFC3463, "5.2.2", "4.2.2"),
    _status(Cause.SIZE, _RFC3463, "5.2.3", "5.3.4", "4.3.4"),
    _status(Cause.RATE, _RFC3463, "4.5.3", "5.4.5"),
    _status(Cause.NETWORK, _RFC3463, "4.4", "5.4.1", "5.4.2", "4.3.0", "4.3"),
    _status(Cause.POLICY, _RFC3463, "5.7", "4.7", "5.2.0", "5.3", "5.6"),
    _codes(Cause.AUTH, "RFC 4954 s6", "530", "534", "535", "538", "454"),
    _codes(Cause.SIZE, "RFC 1870 s6", "552"),
    _codes(Cause.FULL, "RFC 5321 s4.2.3", "452"),
    _codes(Cause.OURS, "RFC 5321 s4.2.3", "500", "501", "502", "503", "504", "555"),
    _codes(Cause.MAILBOX, "RFC 5321 s4.2.3", "551", "553"),
    _codes(Cause.NETWORK, "RFC 5321 s4.2.3", "421", "451", "521"),
)
