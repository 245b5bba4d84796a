"""What ingest would hand over, for tests: bytes with an envelope around them."""

from datetime import UTC, datetime

from relay.mail.message import Message
from relay.mail.parse import parse
from relay.mail.received import Envelope, Origin, Received, Recipient

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def received(raw: bytes, *recipients: str, sender: str = "root@web01.example") -> Received:
    """Return `raw` as web01 brought it at noon."""
    addresses = recipients or ("root@web01.example",)
    envelope = Envelope(
        reverse_path=sender,
        recipients=tuple(Recipient(address=address) for address in addresses),
    )
    origin = Origin(host="web01", address="192.0.2.7", helo="web01.example")
    return Received(id="ABC123", raw=raw, envelope=envelope, origin=origin, at=AT)


def message(raw: bytes | str) -> Message:
    """Return the message that `raw` is; a text may have bare line feeds."""
    if isinstance(raw, str):
        raw = raw.replace("\n", "\r\n").encode()
    return parse(received(raw))
