"""A seeded generator of mail that is wrong in every way that mail can be.

Each kind of fault is a function from a source of chance to bytes; a mail is one of them, or several
on top of each other, or any of them cut, repeated or with bytes changed. The same seed gives the
same mail, so a failure is had again by its number.
"""

import base64
import gzip
import random
from collections.abc import Callable

Fault = Callable[[random.Random], bytes]

_HEAD = b"From: root@web01\r\nTo: ops@example.org\r\nSubject: Backup OK\r\n"
_BODY = b"rsync error: some files could not be transferred (code 23) at main.c(1338)\r\n"
_CHARSETS = (b"utf-8", b"utf-16", b"utf-7", b"latin-1", b"cp437", b"x-none", b"idna", b"\xff",
             b"rot13", b"base64", b"unicode_escape", b"iso-2022-jp", b"", b"punycode")  # fmt: skip
_ENCODINGS = (
    b"base64",
    b"quoted-printable",
    b"uuencode",
    b"x-gzip",
    b"8bit",
    b"binary",
    b"7bit",
    b"bogus",
)
_FIELDS = (b"From", b"To", b"Cc", b"Subject", b"Date", b"Message-ID", b"Content-Type", b"Sender",
           b"Content-Transfer-Encoding", b"MIME-Version", b"Reply-To", b"References", b"List-Id",
           b"DKIM-Signature", b"Received", b"Return-Path", b"Auto-Submitted",
           b"X-\xe9")  # fmt: skip


def nested(chance: random.Random) -> bytes:
    """Multiparts in multiparts, or mails in mails."""
    depth = chance.choice((5, 50, 500))
    if chance.random() < 0.5:
        return _HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + _BODY
    levels = [
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(depth)
    ]
    return _HEAD + b"".join(levels) + b"\r\n" + _BODY


def many_parts(chance: random.Random) -> bytes:
    """Very many parts, most of them empty."""
    return (
        _HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\n\r\nx\r\n" * chance.choice((10, 1_000, 20_000))
        + b"--b--\r\n"
    )


def boundaries(chance: random.Random) -> bytes:
    """Boundaries that are empty, endless, repeated, begun by others, or never there."""
    name = chance.choice((b"", b"b" * 3_000, b"a b", b'"', b"b\\", b"\xff"))
    lines = [
        chance.choice((b"--", b"", b"--b")) + name + chance.choice((b"", b"--", b" "))
        for _ in range(40)
    ]
    return (
        _HEAD
        + b'Content-Type: multipart/mixed; boundary="'
        + name
        + b'"\r\n\r\n'
        + b"\r\n".join(lines)
    )


def charsets(chance: random.Random) -> bytes:
    """Bytes that are not what their charset says."""
    return (
        _HEAD
        + b"Content-Type: text/plain; charset="
        + chance.choice(_CHARSETS)
        + b"\r\n\r\n"
        + chance.randbytes(2_000)
        + b"\r\n"
        + _BODY
    )


def encodings(chance: random.Random) -> bytes:
    """Bodies that are not what their encoding says."""
    body = chance.choice(
        (base64.b64encode(_BODY)[:-3], b"=\r\n=3", b"=ZZ" * 99, chance.randbytes(999))
    )
    return _HEAD + b"Content-Transfer-Encoding: " + chance.choice(_ENCODINGS) + b"\r\n\r\n" + body


def bomb(chance: random.Random) -> bytes:
    """A small attachment that becomes a large one."""
    packed = gzip.compress(bytes(chance.choice((1 << 16, 1 << 24))))
    return (
        _HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="log.txt.gz"\r\n\r\n'
        + base64.encodebytes(packed)
        + b"\r\n--b--\r\n"
    )


def controls(chance: random.Random) -> bytes:
    """NULs, escapes, lone surrogates, overlong forms, bare ends of lines, everywhere."""
    odd = (
        b"\0",
        b"\x1b[2J",
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\r",
        b"\n",
        b"\x7f",
        b"\xe2\x80\xae",
        b"\x85",
        b"\xff",
    )
    raw = bytearray(_HEAD + b"\r\n" + _BODY * 3)
    for _ in range(chance.randrange(1, 30)):
        at = chance.randrange(len(raw))
        raw[at:at] = chance.choice(odd)
    return bytes(raw)


def duplicates(chance: random.Random) -> bytes:
    """The same fields again and again, with other values, folded, empty or without a colon."""
    lines = []
    for _ in range(chance.choice((10, 200))):
        value = chance.choice(
            (b" x", b"", b" a@b.example", b"\r\n y", b" =?utf-8?b?DQpYOiB5?=", b" \xe9", b" <" * 50)
        )
        lines.append(chance.choice(_FIELDS) + chance.choice((b":", b" :", b"", b"::")) + value)
    return b"\r\n".join(lines) + b"\r\n\r\n" + _BODY


def long_lines(chance: random.Random) -> bytes:
    """One line that does not end, in the header or in the body."""
    line = chance.choice((b"x", b"\xe9", b"=", b" ", b"<a@b>,", b"=?a?q?b?= ")) * chance.choice(
        (2_000, 100_000)
    )
    return chance.choice((b"Subject: " + line + b"\r\n\r\n" + _BODY, _HEAD + b"\r\n" + line, line))


def addresses(chance: random.Random) -> bytes:
    """Address fields of comments, groups, quotes and routes that do not close."""
    atoms = (
        b"(",
        b")",
        b"<",
        b">",
        b'"',
        b"\\",
        b",",
        b";",
        b":",
        b"@",
        b"a",
        b"b.example",
        b" ",
        b"\xff",
        b"=?utf-8?q?a?=",
    )
    value = b"".join(chance.choices(atoms, k=chance.choice((20, 2_000))))
    return b"From: " + value + b"\r\nTo: " + value[::-1] + b"\r\n\r\n" + _BODY


def garbage(chance: random.Random) -> bytes:
    """No mail at all."""
    return chance.randbytes(chance.choice((0, 1, 100, 5_000)))


FAULTS: tuple[Fault, ...] = (
    *(nested, many_parts, boundaries, charsets, encodings, bomb),
    *(controls, duplicates, long_lines, addresses, garbage),
)


def malformed(seed: int) -> bytes:
    """Return the mail of this number."""
    chance = random.Random(seed)
    raw = FAULTS[seed % len(FAULTS)](chance)
    if chance.random() < 0.2:
        raw += b"\r\n" + chance.choice(FAULTS)(chance)
    if chance.random() < 0.2:
        raw = raw[: chance.randrange(len(raw) + 1)]
    if raw and chance.random() < 0.2:
        mutable = bytearray(raw)
        for _ in range(chance.randrange(1, 20)):
            mutable[chance.randrange(len(mutable))] = chance.randrange(256)
        raw = bytes(mutable)
    return raw
