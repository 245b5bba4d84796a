"""Certificates that we show: of the SMTP listeners and of the pages.

The files are read anew, so that one that was renewed but not loaded is seen by its date.
"""

from datetime import timedelta
from pathlib import Path

from cryptography import x509

from relay.domains.estate import Listener
from relay.domains.finding import Finding, error, fine, warning
from relay.domains.visit import Visit

_SOON = timedelta(days=14)
_LARGEST = 1 << 20

VALID = fine("RD800", "the certificate is valid")
EXPIRED = error(
    "RD801", "a certificate of ours has expired", "renew it, then reload the relay", alarm=True
)
EXPIRING = warning("RD802", "a certificate of ours expires soon", "renew it, then reload the relay")
UNREADABLE = error("RD803", "a certificate of ours cannot be read", "is it PEM, and readable?")
FUTURE = error("RD804", "a certificate of ours is not valid yet", "is the clock right?", alarm=True)

FINDINGS = (VALID, EXPIRED, EXPIRING, UNREADABLE, FUTURE)


async def check(visit: Visit) -> list[Finding]:
    """Check the file of each listener."""
    return [_one(visit, each) for each in visit.estate.listeners]


def _one(visit: Visit, listener: Listener) -> Finding:
    subject = f"{listener.place}, {listener.certificate}"
    try:
        certificate = x509.load_pem_x509_certificate(_pem(listener.certificate))
    except (OSError, ValueError) as problem:
        return UNREADABLE.at(subject, str(problem))
    until, since = certificate.not_valid_after_utc, certificate.not_valid_before_utc
    evidence = f"valid from {since:%Y-%m-%d} to {until:%Y-%m-%d %H:%M} UTC"
    if until <= visit.now:
        return EXPIRED.at(subject, evidence)
    if since > visit.now:
        return FUTURE.at(subject, evidence)
    return (EXPIRING if until <= visit.now + _SOON else VALID).at(subject, evidence)


def _pem(file: Path) -> bytes:
    with file.open("rb") as certificate:
        return certificate.read(_LARGEST)
