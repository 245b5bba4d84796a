"""Batches for tests, in a line each, and what a reader gets of a digest."""

import email
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import Message as PythonMessage
from typing import Any

from relay.mail.address import Mailbox
from relay.mail.compose import Letterhead
from relay.pipeline.batch import Batch, BatchKey, BatchKind, Item
from relay.pipeline.digest.about import About
from relay.pipeline.digest.page import page
from relay.pipeline.digest.sheet import sheet
from relay.pipeline.digest.text import text
from relay.reports.report import Verdict

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
HEAD = Letterhead(
    id="06H0Q331K5GSRXYT-D1A2B3C4D",
    at=AT,
    relay="relay.example.com",
    domain="example.com",
    sender=Mailbox(name="Backup reports", address="reports@example.com"),
    to="anna@example.com",
)
FAILURE, UNKNOWN, WARNING = Verdict.FAILURE, Verdict.UNKNOWN, Verdict.WARNING
SUCCESS, NONE = Verdict.SUCCESS, Verdict.NONE


def item(
    verdict: Verdict = SUCCESS,
    job: str = "rsync /srv/www",
    *,
    host: str = "web01",
    minute: int = 0,
    message_id: str = "",
    subject: str = "",
    listed: bool = True,
    **summary: Any,
) -> Item:
    return Item(
        message_id=message_id or f"ID{minute:014}",
        accepted_at=AT - timedelta(hours=3) + timedelta(minutes=minute),
        verdict=verdict,
        kind="rsync",
        host=host,
        job=job,
        subject=subject,
        listed=listed,
        summary=summary,
    )


def batch(*items: Item, name: str = "daily") -> Batch:
    return Batch(
        id="B1",
        key=BatchKey(kind=BatchKind.DIGEST, recipient=HEAD.to, name=name),
        upstream="smarthost",
        schedule="daily at 07:00",
        opened_at=AT - timedelta(days=1),
        due_at=AT,
        fence=1,
        items=items,
        newest=items[-1] if items else item(),
    )


def about(**more: Any) -> About:
    known = {
        "at": AT,
        "zone": "Europe/Berlin",
        "why_now": "it is time.",
        "next_at": AT + timedelta(days=1),
    }
    return About(**{**known, **more})


def both(items: Sequence[Item], **more: Any) -> tuple[str, str]:
    """Return the plain text and the page."""
    arranged = sheet(batch(*items), about(**more))
    return text(arranged), page(arranged)


def read(raw: bytes) -> tuple[str, str, list[PythonMessage]]:
    """Return the text, the page and the attached parts, as Python's parser sees them."""
    alternative, *attached = parts_of(email.message_from_bytes(raw))
    plain, html = parts_of(alternative)
    assert plain.get_content_type() == "text/plain"
    assert html.get_content_type() == "text/html"
    return content(plain), content(html), attached


def parts_of(message: PythonMessage) -> list[PythonMessage]:
    payload = message.get_payload()
    assert isinstance(payload, list)
    return [part for part in payload if isinstance(part, PythonMessage)]


def content(part: PythonMessage) -> str:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode(part.get_content_charset() or "ascii").replace("\r\n", "\n")
