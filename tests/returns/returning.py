"""Mail that comes back into a world: bounces, complaints, answers, and what is done about them."""

from datetime import UTC, datetime

from relay.mail.address import Mailbox
from relay.mail.compose import Failure, Letterhead, delivery_status
from relay.mail.parse import parse
from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.pipeline.forward import forwardable
from relay.pipeline.returned import Answer, Sort, goes_to_postmaster, is_return_address
from relay.pipeline.stages import Outgoing
from relay.pipeline.suppression import Limit
from relay.returns.read import read
from relay.returns.returned import Reply
from relay.store import queue, returns
from relay.store.returns import Desk
from tests.flow.world import ADDRESSING, World

DESK = Desk(addressing=ADDRESSING, limit=Limit())
GONE = "550 5.1.1 <ops@example.org>: user unknown"
OWNER = ADDRESSING.postmaster


def dsn(mail: Outgoing, reply: str = GONE) -> bytes:
    head = Letterhead(
        id="DSN1",
        at=datetime(2026, 11, 24, tzinfo=UTC),
        relay="mx.example.com",
        domain="mx.example.com",
        sender=Mailbox(name="Mail Delivery System", address="mailer-daemon@mx.example.com"),
        to=mail.reverse_path,
    )
    failed = Failure(
        message_id="X1",
        recipient=mail.recipient,
        reply=reply,
        remote="mx.example.com",
        original=mail.content,
        last_attempt=head.at,
    )
    return delivery_status(head, failed)


def comes_back(world: World, raw: bytes, to: str, sender: str = "") -> tuple[str, list[Sort]]:
    """A stranger's server sends `raw` to one of our addresses; what follows is done."""
    message_id = f"{next(world._ids):016d}"
    received = Received(
        id=message_id,
        raw=raw,
        envelope=Envelope(reverse_path=sender, recipients=(Recipient(address=to),)),
        origin=Origin(host="outside", address="192.0.2.9", helo="mx.example.com", returned=True),
        at=world.clock(),
    )
    assert is_return_address(to, ADDRESSING)
    world.store.write_now(lambda tx: queue.accept(tx, received))
    (claimed,) = world.claim_messages()
    said = read(parse(claimed.received))
    handed_on = isinstance(said, Reply) or goes_to_postmaster(claimed.received)
    content = forwardable(claimed.received, world.rules) if handed_on else b""
    answer = Answer(said=said, content=content)
    taken = world.store.write_now(lambda tx: returns.take(tx, claimed, answer, DESK))
    assert taken is not None
    world.work()
    return message_id, [taken.sort]


def text(*lines: str) -> bytes:
    return "\r\n".join(lines).encode() + b"\r\n"


def complaint(*original: str, mail_from: str = "") -> bytes:
    return text(
        "From: feedback@isp.example",
        "Subject: complaint",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "A complaint.",
        "--b",
        "Content-Type: message/feedback-report",
        "",
        "Feedback-Type: abuse",
        "User-Agent: ISP/1.0",
        "Version: 1",
        *([f"Original-Mail-From: <{mail_from}>"] if mail_from else []),
        "",
        "--b",
        "Content-Type: message/rfc822",
        "",
        *original,
        "",
        "Redacted.",
        "--b--",
    )


def opt_out_of(mail: Outgoing) -> str:
    links = ADDRESSING.links
    assert links is not None
    from relay.store.links import scope_of  # noqa: PLC0415

    scope = scope_of(mail.kind, "web01.acme.example", "nightly copy")
    return links.mailto(mail.id, mail.recipient, scope)
