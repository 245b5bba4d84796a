"""The originator: From that the public domain stands for, Reply-To that reaches somebody.

From is replaced as policy says, so that it is aligned with our signature (RFC 9989 s4.4); what the
sender wrote is kept in X-Original-From. A Reply-To that can be answered stays. Sender and
Return-Path go: the one would contradict From, the other is the final server's to write (RFC 5321
s4.4). Where policy gives no identity, From is only completed if it is missing or no mailbox at all.
What happens next: repair.py.
"""

from relay.mail.address import Mailbox, is_address, mailboxes
from relay.mail.encode import write, write_mailboxes
from relay.mail.headers import clean, decode, find, flat, put, without
from relay.mail.message import Field, Message
from relay.rewrite.edits import Edits, Identity


def set_identity(fields: tuple[Field, ...], message: Message, edits: Edits) -> tuple[Field, ...]:
    """Return the fields with the originator that `edits` asks for."""
    fields = without(fields, "Return-Path")
    if edits.identity is None:
        return _completed(fields, message, edits.relay)
    fields = without(_replaced(fields, edits.identity), "Sender")
    return _answerable(fields, edits.identity)


def _replaced(fields: tuple[Field, ...], identity: Identity) -> tuple[Field, ...]:
    ours = Mailbox(name=clean(identity.from_name), address=identity.from_address)
    old = find(fields, "From")
    if old is not None and mailboxes(flat(old)) == (ours,):
        return fields
    if old is not None:
        fields = put(fields, write("X-Original-From", decode(old)))
    return put(fields, write_mailboxes("From", [ours]))


def _answerable(fields: tuple[Field, ...], identity: Identity) -> tuple[Field, ...]:
    if _usable(find(fields, "Reply-To")):
        return fields
    fields = without(fields, "Reply-To")
    if identity.reply_to is None:
        return fields
    return put(fields, write_mailboxes("Reply-To", [Mailbox(name="", address=identity.reply_to)]))


def _completed(fields: tuple[Field, ...], message: Message, relay: str) -> tuple[Field, ...]:
    """Return the fields with a From that is at least a mailbox (RFC 5322 s3.6.2)."""
    old = find(fields, "From")
    if _usable(old):
        return fields
    found = mailboxes(flat(old)) if old else ()
    sender = message.received.envelope.reverse_path
    address = sender if is_address(sender) else f"MAILER-DAEMON@{relay}"
    name = found[0].name if found else ""
    if old is not None:
        fields = put(fields, write("X-Original-From", decode(old)))
    return put(fields, write_mailboxes("From", [Mailbox(name=name, address=address)]))


def _usable(field: Field | None) -> bool:
    found = mailboxes(flat(field)) if field else ()
    return bool(found) and all(is_address(mailbox.address) for mailbox in found)
