"""The keys that sign: made, kept private, loaded, published.

A key file is readable by its owner alone, from the moment it exists; one that others can read is
refused, because whoever reads it can write mail in our name. RSA is what every verifier knows
(RFC 6376), Ed25519 what they move to (RFC 8463), so a domain usually has one of each. A key that
exists is never overwritten: its public half is already in the DNS.
What happens next: sign.py signs with the loaded keys.
"""

import base64
import os
import re
import secrets
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from relay.errors import KeyUnusableError
from relay.signing.keyfile import read_ring
from relay.signing.ring import OVER, Stage
from relay.signing.settings import KeySettings, SigningSettings

_RSA_BITS = 2048
_LEAST_RSA_BITS, _MOST_RSA_BITS = 1024, 4096  # RFC 8301 s3.2: what verifiers must take
_LARGEST_FILE = 1 << 16
_TXT_STRING = 255  # RFC 1035 s3.3.14
_ANYBODY_ELSE = stat.S_IRWXG | stat.S_IRWXO
_DNS_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")


class Algorithm(StrEnum):
    """A signature algorithm, as the a= tag writes it (RFC 6376 s3.3, RFC 8463 s3)."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key and the DNS name that its public half has: `SELECTOR._domainkey.DOMAIN`."""

    selector: str
    domain: str
    private: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> Algorithm:
        """Return what this key signs with."""
        return Algorithm.RSA if isinstance(self.private, RSAPrivateKey) else Algorithm.ED25519

    def sign(self, digest: bytes) -> bytes:
        """Return the signature of a SHA-256 digest."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(digest, PKCS1v15(), Prehashed(SHA256()))
        return self.private.sign(digest)  # RFC 8463 s3: PureEdDSA, of the digest

    def verifies(self, signature: bytes, digest: bytes) -> bool:
        """Return whether `signature` is this key's, of `digest`."""
        try:
            if isinstance(self.private, RSAPrivateKey):
                public = self.private.public_key()
                public.verify(signature, digest, PKCS1v15(), Prehashed(SHA256()))
            else:
                self.private.public_key().verify(signature, digest)
        except InvalidSignature:
            return False
        return True


def make_key(algorithm: Algorithm, file: Path) -> None:
    """Write a new private key to `file` (PKCS#8 PEM, mode 0600); raise if there is one already."""
    private: RSAPrivateKey | Ed25519PrivateKey
    if algorithm is Algorithm.RSA:
        private = generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    else:
        private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        _write_new(file, pem)
    except FileExistsError:
        raise KeyUnusableError(
            f"{file}: exists already; its public half may be in the DNS, so choose another name"
        ) from None
    except OSError as error:
        raise KeyUnusableError(f"{file}: cannot be written: {error.strerror}") from error


def load_keys(settings: SigningSettings, domain: str) -> tuple[SigningKey, ...]:
    """Load every key that signs now."""
    return _without_denied(present_keys(settings, domain), read_ring(settings.home).denied)


def present_keys(settings: SigningSettings, domain: str) -> tuple[SigningKey, ...]:
    """Load the configured keys, unless rotation has replaced them, and those that did.

    Those without a domain of their own are for `settings.domain` or else `domain`.
    """
    ring = read_ring(settings.home)
    configured = configured_keys(settings, domain)
    over = {each.name for each in ring.keys if each.stage in OVER}
    listed = [key for key in configured if key_name(key.selector, key.domain) not in over]
    turning = [
        KeySettings(selector=each.selector, file=each.file, domain=each.domain)
        for each in ring.keys
        if each.stage is Stage.SIGNING
    ]
    return tuple(load_key(key, domain) for key in (*turning, *listed))


def configured_keys(settings: SigningSettings, domain: str) -> tuple[KeySettings, ...]:
    """Return the keys of the configuration, each with its domain."""
    default = settings.domain or domain
    return tuple(
        key.model_copy(update={"domain": _ascii(key.domain or default)}) for key in settings.keys
    )


def key_name(selector: str, domain: str | None) -> str:
    """Return the name of the record that publishes a key."""
    return f"{_ascii(selector)}._domainkey.{domain}"


def load_key(settings: KeySettings, domain: str) -> SigningKey:
    """Load one key, for its own domain or else for `domain`."""
    private = _parse(settings.file, _read_private(settings.file))
    return SigningKey(
        selector=_ascii(settings.selector),
        domain=_ascii(settings.domain or domain),
        private=private,
    )


def _without_denied(
    keys: tuple[SigningKey, ...], denied: tuple[str, ...]
) -> tuple[SigningKey, ...]:
    """Leave out what the DNS does not show, where another key of the same domain remains.

    The last one signs all the same: a signature without a key is as good as none (RFC 6376 s6.1),
    and the record may be there before the receiver looks.
    """
    shown = [key for key in keys if key_name(key.selector, key.domain) not in denied]
    served = {key.domain for key in shown}
    return tuple(key for key in keys if key in shown or key.domain not in served)


def record_text(key: SigningKey) -> str:
    """Return the text of the TXT record that publishes `key` (RFC 6376 s3.6.1, RFC 8463 s4)."""
    public = key.private.public_key()
    if key.algorithm is Algorithm.RSA:
        name, raw = "rsa", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        name, raw = "ed25519", public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"v=DKIM1; k={name}; p={base64.b64encode(raw).decode()}"


def dns_record(key: SigningKey) -> tuple[str, str]:
    """Return the name and the zone-file value of the TXT record that publishes `key`."""
    text = record_text(key)
    strings = [text[start : start + _TXT_STRING] for start in range(0, len(text), _TXT_STRING)]
    value = " ".join(f'"{string}"' for string in strings)
    return key_name(key.selector, key.domain), value


def _write_new(file: Path, content: bytes) -> None:
    """Create `file` whole and private, or not at all."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, file)  # unlike a rename, it refuses to replace
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read_private(file: Path) -> bytes:
    """Return the bytes of `file`, unless anybody but its owner may read or write it."""
    try:
        with file.open("rb") as key:
            # The open file is asked, not its name: the name could be swapped in between.
            mode = os.fstat(key.fileno()).st_mode
            pem = key.read(_LARGEST_FILE)
    except OSError as error:
        hint = "`relay keys new` makes a key"
        if isinstance(error, PermissionError):
            hint = "it must belong to the user that runs the relay"
        raise KeyUnusableError(f"{file}: cannot be read: {error.strerror}; {hint}") from error
    if mode & _ANYBODY_ELSE:
        raise KeyUnusableError(
            f"{file}: others may use this key (mode {stat.S_IMODE(mode):04o}); "
            f"run `chmod 600 {file}`, and make a new key if somebody may have read it"
        )
    return pem


def _parse(file: Path, pem: bytes) -> RSAPrivateKey | Ed25519PrivateKey:
    try:
        private = load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise KeyUnusableError(f"{file}: is encrypted; store it without a passphrase") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnusableError(
            f"{file}: is no private key in PEM; `relay keys new` makes one"
        ) from error
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise KeyUnusableError(f"{file}: is neither RSA nor Ed25519; `relay keys new` makes both")
    bits = private.key_size if isinstance(private, RSAPrivateKey) else None
    if bits is not None and not _LEAST_RSA_BITS <= bits <= _MOST_RSA_BITS:
        raise KeyUnusableError(
            f"{file}: has {bits} bits, verifiers take {_LEAST_RSA_BITS} to {_MOST_RSA_BITS}; "
            "`relay keys new` makes one of 2048"
        )
    return private


def _ascii(name: str) -> str:
    """Return a DNS name as the DNS has it (A-labels)."""
    try:
        ascii_name = name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        ascii_name = ""
    if _DNS_NAME.fullmatch(ascii_name) is None:
        raise KeyUnusableError(f"signing: {name!r} is no DNS name; write letters, digits, - and .")
    return ascii_name
