"""DANE for SMTP (RFC 7672): the domain says by DNSSEC which certificates its servers show.

Where secure TLSA records stand, TLS is required and the certificate must match one of them; no
authority is asked. Only DANE-EE (3) and DANE-TA (2) count, as RFC 7672 s3.1 says; records that we
cannot use still require TLS. Pure but for the handshake's result that it is given.
What happens next: protect.py gives `mismatch` to the connection.
"""

import hashlib
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_TA, _EE = 2, 3
_DIGESTS = {1: hashlib.sha256, 2: hashlib.sha512}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tlsa:
    """One record (RFC 6698 s2.1): usage, selector, matching type, and the data."""

    usage: int
    selector: int
    matching: int
    data: bytes


def read(records: Iterable[str]) -> tuple[Tlsa, ...]:
    """Return records given as text (`3 1 1 0123...`)."""
    found = []
    for record in records:
        usage, selector, matching, data = record.split(maxsplit=3)
        raw = bytes.fromhex(data.replace(" ", ""))
        found.append(
            Tlsa(usage=int(usage), selector=int(selector), matching=int(matching), data=raw)
        )
    return tuple(found)


def usable(records: Iterable[Tlsa]) -> tuple[Tlsa, ...]:
    """Return the records that say something about SMTP (RFC 7672 s3.1.3)."""
    return tuple(
        each
        for each in records
        if each.usage in (_TA, _EE) and each.selector in (0, 1) and each.matching in (0, 1, 2)
    )


def mismatch(
    records: Sequence[Tlsa], names: Sequence[str], peer: ssl.SSLObject, now: datetime | None = None
) -> str | None:
    """Return why what `peer` has shown matches no record, None if it does."""
    chain = [x509.load_der_x509_certificate(each) for each in _shown(peer)]
    if not chain:
        return "no certificate was shown"
    if any(record.usage == _EE and _matches(record, chain[0]) for record in records):
        return None  # RFC 7672 s3.1.1: neither names nor dates count
    anchors = [record for record in records if record.usage == _TA]
    if any(_is_anchored(chain, record, names, now or datetime.now(UTC)) for record in anchors):
        return None
    return "the certificate matches none of the domain's TLSA records (DANE)"


def _shown(peer: Any) -> list[bytes]:
    """Return the chain as it was shown, the server's own certificate first."""
    inner = peer if hasattr(peer, "get_unverified_chain") else peer._sslobj  # noqa: SLF001 - 3.11
    chain = inner.get_unverified_chain() or []
    return [each if isinstance(each, bytes) else _der(each) for each in chain]


def _der(certificate: Any) -> bytes:
    return ssl.PEM_cert_to_DER_cert(certificate.public_bytes())


def _matches(record: Tlsa, certificate: x509.Certificate) -> bool:
    whole = certificate.public_bytes(Encoding.DER)
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    content = key if record.selector else whole
    digest = _DIGESTS.get(record.matching)
    return record.data == (digest(content).digest() if digest else content)


def _is_anchored(
    chain: Sequence[x509.Certificate], record: Tlsa, names: Sequence[str], now: datetime
) -> bool:
    """Say whether the chain leads from a certificate for one of `names` to a matching anchor."""
    if not _is_for(chain[0], names):
        return False
    for position, certificate in enumerate(chain):
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            return False
        if position and not _has_issued(certificate, chain[position - 1]):
            return False
        if position and _matches(record, certificate):
            return True
    return False


def _has_issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        subject.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, InvalidSignature, ValueError, TypeError):
        return False
    return constraints.ca


def _is_for(certificate: x509.Certificate, names: Sequence[str]) -> bool:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    shown = [name.lower() for name in found.get_values_for_type(x509.DNSName)]
    return any(
        name in shown or f"*.{name.partition('.')[2]}" in shown for name in map(str.lower, names)
    )
