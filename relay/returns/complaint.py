"""Complaints: abuse reports of mailbox providers, in the form of feedback loops (RFC 5965).

Recipients are often redacted, so whatever of ours came back is kept: the reverse-path above all.
`not-spam` is praise, and `auth-failure` (RFC 6591) speaks of signatures: neither is a complaint.
What happens next: delivery_status.py.
"""

from relay.mail.block import read_block
from relay.mail.headers import flat, text_of
from relay.mail.message import Field, Message
from relay.returns import leaves
from relay.returns.diagnosis import address, one_line
from relay.returns.original import original, returned_header
from relay.returns.returned import Complaint, Feedback

_NO_COMPLAINTS = ("not-spam", "auth-failure", "dmarc")
_FEEDBACK = {each.value: each for each in Feedback}
_FEEDBACK |= {"opt-out-list": Feedback.OPT_OUT}  # as drafts of the standard had it
_MOST_RECIPIENTS = 20


def read(message: Message) -> Complaint | None:
    """Return the complaint if `message` is one."""
    if leaves.report_type(message) is None:
        return None
    data = leaves.of_type(message, "message/feedback-report")
    fields = read_block(data.lstrip(b"\r\n"), part=True).fields if data else ()
    kind = text_of(fields, "Feedback-Type").lower()
    if not fields or kind.startswith(_NO_COMPLAINTS):
        return None
    embedded = original(returned_header(message))
    return Complaint(
        feedback=_FEEDBACK.get(kind, Feedback.OTHER),
        recipients=_recipients(fields) or embedded.recipients,
        reverse_path=address(text_of(fields, "Original-Mail-From")) or embedded.reverse_path,
        reporter=one_line(text_of(fields, "User-Agent")),
        original=embedded,
    )


def _recipients(fields: tuple[Field, ...]) -> tuple[str, ...]:
    named = [flat(field) for field in fields if field.name.lower() == "original-rcpt-to"]
    found = (address(text) for text in named[:_MOST_RECIPIENTS])
    return tuple(dict.fromkeys(each for each in found if each))
