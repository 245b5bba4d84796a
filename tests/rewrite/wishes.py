"""Edits as policy asks for them, and what comes of them, for tests."""

from dataclasses import replace
from typing import Any

from relay.mail.message import Message
from relay.mail.parse import parse, read, render
from relay.rewrite.apply import apply
from relay.rewrite.edits import Edits, Identity, Touch
from tests.mail.receiving import received

IDENTITY = Identity(
    from_name="web01 · rsync",
    from_address="reports@example.com",
    reply_to="ops@example.com",
    domain="example.com",
)
ALL = Edits(
    relay="relay.example.com",
    touch=Touch.FULL,
    to=("ops@example.com",),
    automated=True,
    identity=IDENTITY,
    subject="[FAILED] web01 rsync /srv: partial transfer (code 23)",
    list_id="rsync-srv.web01.example.com",
    preface=("Verdict: failed", "  line 3: rsync: “/srv” failed, 23"),
    footer=("relay.example.com ABC123", "Ask why: relay why ABC123"),
)
REPAIR = replace(ALL, subject=None, list_id=None, preface=(), footer=())
"""Identity and repair, nothing that policy would say."""

PERSON = replace(REPAIR, touch=Touch.HEADERS, automated=False, identity=None, redact=False)
UNTOUCHED = replace(ALL, touch=Touch.NONE)


def edited(raw: bytes | str, edits: Edits = ALL, **changes: Any) -> Message:
    """Return what becomes of `raw`; a text may have bare line feeds."""
    if isinstance(raw, str):
        raw = raw.replace("\n", "\r\n").encode()
    return apply(parse(received(raw)), replace(edits, **changes))


def sent(raw: bytes | str, edits: Edits = ALL, **changes: Any) -> bytes:
    """Return the bytes that leave."""
    return render(edited(raw, edits, **changes))


def again(raw: bytes, edits: Edits = ALL) -> bytes:
    """Return what becomes of a mail that was edited once, without the newest Received field."""
    twice = apply(read(received(raw), raw), edits)
    return render(replace(twice, fields=twice.fields[1:]))


def names(message: Message) -> list[str]:
    """Return the names of the header fields in their order."""
    return [field.name for field in message.fields]
