"""Mails for the tests of reports: letters straight from text, and messages from raw bytes."""

from datetime import UTC, datetime
from pathlib import Path

from relay.mail.message import Message
from relay.mail.parse import parse
from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.reports.body import Body
from relay.reports.letter import Letter
from relay.reports.report import Report
from relay.reports.understand import understand, understand_letter

CRON_SUBJECT = "Cron <root@web01> /usr/local/bin/backup.sh"


def letter(text: str, subject: str = "log", **fields: str) -> Letter:
    """A letter with this text; header fields by name, `_` for `-`, From root by default."""
    header = {"from": "root@web01.acme.example", "subject": subject} | {
        name.rstrip("_").replace("_", "-"): value for name, value in fields.items()
    }
    return Letter(
        subject=subject,
        fields=tuple(header.items()),
        body=Body.of(text),
        reverse_path=header["from"],
        origin_host="web01",
    )


def report(text: str, subject: str = "log", **fields: str) -> Report:
    """What is understood of such a letter."""
    return understand_letter(letter(text, subject, **fields))


def message(raw: bytes, reverse_path: str = "root@web01", helo: str = "web01") -> Message:
    """A message as it comes in from `web01`."""
    received = Received(
        id="0000000000000001",
        raw=raw,
        envelope=Envelope(
            reverse_path=reverse_path, recipients=(Recipient(address="ops@acme.example"),)
        ),
        origin=Origin(host="web01", address="192.0.2.1", helo=helo),
        at=datetime(2026, 10, 5, 1, 0, tzinfo=UTC),
    )
    return parse(received)


def understood(path: Path) -> Report:
    """What is understood of the mail in a file."""
    return understand(message(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")))
