"""DKIM signatures: made by every key, then verified on the exact bytes that will be sent (P7).

RFC 6376 with dkimpy's parsing, canonicalisation and hashing of headers; RSA goes through
OpenSSL, ten times faster than dkimpy's own. Both forms are relaxed, so that a server that trims
or folds anew breaks nothing. Each field in `OVERSIGNED` is named once more than it occurs: nobody
can add a second From or Subject to a mail of ours. The body is hashed once for all signatures,
and once more, from the final bytes, when they are verified.
What happens next: workers/deliver.py puts the fields in front and sends.
"""

import base64
import binascii
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from dkim import hash_headers
from dkim.canonicalization import Relaxed
from dkim.util import InvalidTagValueList, parse_tag_value

from relay.errors import SignatureError
from relay.mail.address import aligned, mailboxes
from relay.mail.address import split as domain_of
from relay.signing.canonical import Field, body_hash, split
from relay.signing.keys import SigningKey

OVERSIGNED = (
    b"from",
    b"to",
    b"cc",
    b"subject",
    b"date",
    b"message-id",
    b"reply-to",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"auto-submitted",
    b"in-reply-to",
    b"references",
)
_NAME = b"DKIM-Signature"
_WIDTH = 72
_WSP = re.compile(rb"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Covered:
    """The fields that a signature covers, relaxed, and the h= names, one more of each."""

    fields: list[Field]
    names: list[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Loaded keys, ready to sign. Build it where it is used: keys do not travel."""

    keys: tuple[SigningKey, ...]

    def sign(self, content: bytes, at: datetime) -> bytes:
        """Return the signature fields to put in front of `content`, verified on the result."""
        keys = chosen(self.keys, author_domain(content))
        signatures = sign(content, keys, at)
        verify_own(signatures + content, keys)
        return signatures


def author_domain(content: bytes) -> str:
    """Return the domain of From, empty where there is none."""
    fields = (value for name, value in split(content)[0] if name.lower() == b"from")
    found = mailboxes(next(fields, b"").decode("utf-8", "replace"))
    return domain_of(found[0].address)[1] if found else ""


def chosen(keys: tuple[SigningKey, ...], author: str) -> tuple[SigningKey, ...]:
    """Return the keys whose domain is closest to that of From; the first domain's, if none is."""
    domains = dict.fromkeys(key.domain for key in keys)
    fitting = [each for each in domains if aligned(author, each)]
    first = next(iter(domains), "")
    closest = min(fitting, key=lambda each: abs(len(each) - len(author)), default=first)
    return tuple(key for key in keys if key.domain == closest)


def sign(content: bytes, keys: tuple[SigningKey, ...], at: datetime) -> bytes:
    """Return a DKIM-Signature field by each of `keys`, to be put in front of `content`.

    `content` is the mail as it goes over the wire, with CRLF; `at` becomes the t= tag.
    """
    fields, body = split(content)
    covered, digest = _covered(fields), body_hash(body)
    return b"".join(_signed(key, covered, digest, at) for key in keys)


def verify_own(final: bytes, keys: tuple[SigningKey, ...]) -> None:
    """Raise SignatureError unless `final` begins with a valid signature by each of `keys`.

    Everything is read anew from `final`: tags, names, header and body hash.
    """
    fields, body = split(final)
    covered, digest = _covered(fields[len(keys) :]), body_hash(body)
    if len(fields) < len(keys):
        raise SignatureError(f"{len(keys)} signatures expected, {len(fields)} fields found")
    for key, field in zip(keys, fields, strict=False):
        _verify(key, field, covered, digest)


def _covered(fields: list[Field]) -> _Covered:
    relaxed: list[Field] = Relaxed.canonicalize_headers(
        [field for field in fields if field[0].lower() in OVERSIGNED]
    )
    occurring = Counter(name for name, _ in relaxed)
    names = [name for each in OVERSIGNED for name in [each] * (occurring[each] + 1)]
    return _Covered(fields=relaxed, names=names)


def _signed(key: SigningKey, covered: _Covered, digest: bytes, at: datetime) -> bytes:
    tags = _tags(key, covered.names, digest, at)
    signature = key.sign(_header_hash(covered, tags + b"\r\n"))
    return _NAME + b":" + tags + _folded(base64.b64encode(signature)) + b"\r\n"


def _tags(key: SigningKey, covered: list[bytes], digest: bytes, at: datetime) -> bytes:
    """Return the value of the signature field, folded, up to and including an empty b= tag."""
    lines = (
        b" v=1; a=" + key.algorithm.encode() + b"; c=relaxed/relaxed; d=" + key.domain.encode(),
        b" s=" + key.selector.encode() + b"; t=%d" % at.timestamp(),
        b" h=" + _folded_names(covered),
        b" bh=" + digest,
        b" b=",
    )
    return b";\r\n".join(lines)


def _verify(key: SigningKey, field: Field, covered: _Covered, digest: bytes) -> None:
    wrong = _wrong_tag(key, field, covered.names, digest)
    if wrong is None and not _signature_verifies(key, field, covered):
        wrong = "b="
    if wrong is not None:
        name = f"{key.selector}._domainkey.{key.domain}"
        raise SignatureError(f"the signature by {name} does not verify: {wrong} is wrong")


def _wrong_tag(key: SigningKey, field: Field, names: list[bytes], digest: bytes) -> str | None:
    tags = _parsed(field)
    expected = {
        b"v": b"1",
        b"a": key.algorithm.encode(),
        b"c": b"relaxed/relaxed",
        b"d": key.domain.encode(),
        b"s": key.selector.encode(),
        b"h": b":".join(names),
        b"bh": digest,
    }
    wrong = (name for name, value in expected.items() if tags.get(name) != value)
    return next((f"{name.decode()}=" for name in wrong), None)


def _signature_verifies(key: SigningKey, field: Field, covered: _Covered) -> bool:
    encoded = _parsed(field).get(b"b", b"")
    try:
        signature = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False
    exact = base64.b64encode(signature) == encoded  # spare bits of base64 could differ unseen
    return exact and key.verifies(signature, _header_hash(covered, field[1]))


def _parsed(field: Field) -> dict[bytes, bytes]:
    """Return the tags of a signature field without white space, none where it is not one."""
    name, value = field
    if name.lower() != _NAME.lower():
        return {}
    try:
        tags: dict[bytes, bytes] = parse_tag_value(value)
    except InvalidTagValueList:
        return {}
    return {tag: _WSP.sub(b"", text) for tag, text in tags.items()}


def _header_hash(covered: _Covered, value: bytes) -> bytes:
    """Return the SHA-256 of the covered fields and of the signature field without its b=."""
    hasher = sha256()
    hash_headers(hasher, Relaxed, covered.fields, covered.names, (_NAME, value), None)
    return hasher.digest()


def _folded_names(names: list[bytes]) -> bytes:
    lines = [b""]
    for name in names:
        if len(lines[-1]) + len(name) >= _WIDTH:
            lines.append(b"")
        lines[-1] += name + b":"
    return b"\r\n  ".join(lines)[:-1]


def _folded(encoded: bytes) -> bytes:
    return b"\r\n  ".join(
        encoded[start : start + _WIDTH] for start in range(0, len(encoded), _WIDTH)
    )
