"""Any mail that came back to one of our envelope senders, read: the door to this package.

The most certain comes first: a machine's own statement (RFC 5965, RFC 3464, RFC 8098), then a mail
system's words, then the signs of a machine. What is left is a person's, because a machine's mail in
an owner's hands costs a glance, and a person's mail that is swallowed costs an answer.
Nothing here raises; time and memory are bounded by `leaves.MAX_BYTES` and the parser's own limits.
What happens next: returned.py says what each kind holds.
"""

from relay.mail.headers import text_of
from relay.mail.message import Message
from relay.returns import automatic, complaint, delivery_status, leaves, text_form
from relay.returns.diagnosis import address
from relay.returns.returned import Bounce, Reply, Returned


def read(message: Message) -> Returned:
    """Say what `message` is."""
    return complaint.read(message) or _bounce(message) or automatic.read(message) or _reply(message)


def _bounce(message: Message) -> Bounce | None:
    # RFC 8098: a disposition notification may quote a report; it is none.
    if leaves.report_type(message) in ("disposition-notification", "feedback-report"):
        return None
    return delivery_status.read(message) or text_form.read(message)


def _reply(message: Message) -> Reply:
    return Reply(
        sender=address(text_of(message.fields, "From")),
        in_reply_to=automatic.in_reply_to(message),
    )
