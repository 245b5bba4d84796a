"""Whether a mail system sent it, by the envelope and From.

RFC 5321 s4.5.5 gives the null reverse-path to mails about mails. Some servers send theirs from
their own address instead; then the address must look like it, and the mail may be no reply.
What happens next: delivery_status.py and text_form.py believe nobody else.
"""

from relay.mail.address import mailbox
from relay.mail.answers import is_answer
from relay.mail.daemon import is_daemon
from relay.mail.headers import decoded
from relay.mail.message import Message

_PEOPLE = ("postmaster",)  # RFC 5321 s4.5.1: a person must be reached there


def has_null_sender(message: Message) -> bool:
    """Say whether the reverse-path is null."""
    return message.received.envelope.reverse_path in ("", "<>")


def from_daemon(message: Message) -> bool:
    """Say whether From looks like a mail system."""
    box = mailbox(message, "From")
    return box is not None and is_daemon(box.address, box.name)


def from_machine(message: Message) -> bool:
    """Say whether From looks like a mail system behind which nobody reads: no postmaster."""
    box = mailbox(message, "From")
    return from_daemon(message) and box is not None and not box.address.lower().startswith(_PEOPLE)


def is_mail_system(message: Message) -> bool:
    """Say whether a mail system may have sent it; a postmaster may be a person, who replies."""
    if has_null_sender(message):
        return True
    return from_daemon(message) and not is_answer(decoded(message, "Subject"))
