"""Certificates made when the tests run: one authority, and a server certificate for any name."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Authority:
    """A certificate authority; `file` is what clients are to trust."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = generate_private_key(SECP256R1())
        self._name = _named("Test authority")
        self.file = folder / "authority.pem"
        certificate = self._sign(self._name, self._key, x509.BasicConstraints(True, 0), None)
        self.file.write_bytes(certificate.public_bytes(Encoding.PEM))

    def server(self, host: str) -> ssl.SSLContext:
        """Return the TLS context of a server with a certificate for `host`."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.pem(host))
        return context

    def pem(self, host: str, days: tuple[int, int] = (-1, 1)) -> Path:
        """Return a file with a new certificate for `host`, valid on these days, and its key."""
        key = generate_private_key(SECP256R1())
        constraints = x509.BasicConstraints(False, None)
        certificate = self._sign(_named(host), key, constraints, host, days)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file = self._folder / f"{host}.pem"
        file.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
        return file

    def _sign(
        self,
        subject: x509.Name,
        key: EllipticCurvePrivateKey,
        constraints: x509.BasicConstraints,
        host: str | None,
        days: tuple[int, int] = (-1, 1),
    ) -> x509.Certificate:
        now, is_ca = datetime.now(UTC), constraints.ca
        usage = dict.fromkeys(_USAGES, False)
        usage["key_cert_sign" if is_ca else "digital_signature"] = True
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=days[0]))
            .not_valid_after(now + timedelta(days=days[1]))
            .add_extension(constraints, critical=True)
            .add_extension(x509.KeyUsage(**usage), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        if host is not None:
            names = x509.SubjectAlternativeName([_alternative(host)])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, SHA256())


_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
