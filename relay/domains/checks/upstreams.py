"""The next servers: reached, secured, logged in to, and asked whether they would take a mail.

The dialogue goes as far as RCPT and takes all of it back with RSET; no mail is sent. TLSA records
of an upstream are compared with the certificate that it shows (DANE, RFC 7672).
"""

import asyncio
import hashlib
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from relay.domains.finding import Finding, error, fine, note, warning
from relay.domains.visit import Rehearsal, Visit

_SOON = timedelta(days=14)
_HASHES = {"1": hashlib.sha256, "2": hashlib.sha512}

TAKES = fine("RD900", "the upstream would take mail")
UNREACHED = error("RD901", "the upstream cannot be reached", "host, port, firewall?", alarm=True)
NO_TLS = error(
    "RD902", "TLS with the upstream fails", "its certificate, or ca_file and tls?", alarm=True
)
NO_LOGIN = error(
    "RD903", "the upstream does not take our login", "user, password or token?", alarm=True
)
NO_SENDER = error(
    "RD904", "the upstream refuses our sender", "may this account send as this domain?", alarm=True
)
NO_RECIPIENT = warning(
    "RD905", "the upstream refuses mail to the postmaster", "is identity.postmaster right?"
)
EXPIRING = warning("RD906", "the upstream's certificate expires soon", "tell whoever runs it")
POOR = note(
    "RD907",
    "the upstream lacks a capability",
    "without it mail is re-encoded, or sizes are unknown",
)
SILENT = note("RD908", "there is no server to rehearse with", "a maildir or a direct upstream")
UNPROTECTED = note("RD909", "the dialogue with the upstream is in the clear", "set tls: required")
DANE = fine("RD600", "the upstream's certificate is the one in its TLSA record")
WRONG_DANE = error(
    "RD601",
    "the upstream's certificate is not the one in its TLSA record",
    "tell whoever runs it: senders that obey DANE cannot deliver there",
)
UNSIGNED = note(
    "RD602", "there is a TLSA record, but DNSSEC does not prove it", "a resolver that validates"
)

FINDINGS = (
    DANE, WRONG_DANE, UNSIGNED, TAKES, UNREACHED, NO_TLS, NO_LOGIN, NO_SENDER, NO_RECIPIENT,
    EXPIRING, POOR, SILENT, UNPROTECTED,
)  # fmt: skip
_PHASES = {"tls": NO_TLS, "auth": NO_LOGIN, "mail": NO_SENDER, "rcpt": NO_RECIPIENT}
_WANTED = ("8bitmime", "size")


async def check(visit: Visit) -> list[Finding]:
    """Rehearse with each upstream."""
    rehearsals = await visit.rehearse()
    each = await asyncio.gather(*(_dane(visit, one) for one in rehearsals))
    heard = [finding for one in rehearsals for finding in _judge(visit, one)]
    return heard + [finding for findings in each for finding in findings]


def _judge(visit: Visit, heard: Rehearsal) -> list[Finding]:
    if not heard.host:
        return [SILENT.at(heard.upstream)]
    subject = f"{heard.upstream} ({heard.host}:{heard.port})"
    if heard.failed_at is not None:
        kind = _PHASES.get(heard.failed_at, UNREACHED)
        return [kind.at(subject, f"at {heard.failed_at.upper()}: {heard.reply}")]
    login = "logged in" if heard.authenticated else "without login"
    found = [TAKES.at(subject, f"{login}; offers {' '.join(heard.extensions)}")]
    lacking = [each for each in _WANTED if each not in heard.extensions]
    if lacking:
        found.append(POOR.at(subject, f"no {', no '.join(lacking).upper()}"))
    if heard.certificate is None:
        return [*found, UNPROTECTED.at(subject)]
    until = x509.load_der_x509_certificate(heard.certificate).not_valid_after_utc
    if until <= visit.now + _SOON:
        found.append(EXPIRING.at(subject, f"valid to {until:%Y-%m-%d %H:%M} UTC"))
    return found


async def _dane(visit: Visit, heard: Rehearsal) -> list[Finding]:
    if not heard.host or heard.certificate is None or ":" in heard.host:
        return []
    name = f"_{heard.port}._tcp.{heard.host}"
    answer = await visit.dns.ask(name, "TLSA")
    # RFC 7672 s3.1.1: usage 3 is about the certificate itself; 2 needs the chain, which TLS
    # libraries do not show, and 0 and 1 are not for SMTP.
    records = [each.split(maxsplit=3) for each in answer.records if each.startswith("3 ")]
    if not records:
        return []
    if not answer.secure:
        return [UNSIGNED.at(name, answer.records[0])]
    matches = any(_associated(heard.certificate, *each[1:]) for each in records)
    return [(DANE if matches else WRONG_DANE).at(name, " | ".join(answer.records))]


def _associated(certificate: bytes, selector: str, matching: str, data: str) -> bool:
    """Say whether a TLSA record stands for `certificate` (RFC 6698 s2.1)."""
    covered = certificate
    if selector == "1":
        key = x509.load_der_x509_certificate(certificate).public_key()
        covered = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = _HASHES[matching](covered).hexdigest() if matching in _HASHES else covered.hex()
    return digest == data.replace(" ", "").lower()
