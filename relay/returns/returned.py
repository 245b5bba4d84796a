"""What a mail is that came back to one of our envelope senders.

A report on a delivery, a complaint, a machine's answer, or a person's mail: one of four, always.
All of it is what the mail *says*; that it speaks of a mail of ours is for the envelope's recipient
to prove (pipeline/verp.py). Texts are one harmless line of bounded length, addresses can be written
as they stand, and what was not there or made no sense is None or empty.
What happens next: whoever keeps the recipients acts on it.
"""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What became of a recipient's mail (RFC 3464 s2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


class Feedback(StrEnum):
    """What a complaint is about (RFC 5965 s7.3); one of an unknown type is `other`."""

    ABUSE = "abuse"
    FRAUD = "fraud"
    VIRUS = "virus"
    OPT_OUT = "opt-out"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What the returned mail's own header says, as far as it came back; `message_id` with `<>`.

    A reporter may have blanked addresses out: our reverse-path, Feedback-ID or opt-out link then
    still name the mail.
    """

    message_id: str | None = None
    reverse_path: str | None = None
    recipients: tuple[str, ...] = ()
    feedback_id: str = ""
    list_unsubscribe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientStatus:
    """What became of one recipient's mail.

    `status` is the enhanced code (RFC 3463), `code` the SMTP reply code, `text` the diagnostic,
    `remote` the server that said so, else the one that reports it.
    """

    recipient: str | None
    action: Action
    status: str | None = None
    code: int | None = None
    text: str = ""
    remote: str = ""

    @property
    def permanent(self) -> bool:
        """Whether a code proves that a next try would fail too; a code of each kind proves none."""
        classes = {code[0] for code in (self.status, str(self.code or "")) if code}
        return self.action is Action.FAILED and classes == {"5"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A report on deliveries, good or bad; `form` is how it was told: `rfc3464` or a program."""

    form: str
    recipients: tuple[RecipientStatus, ...]
    original: Original

    @property
    def failed(self) -> bool:
        """Whether any recipient's mail has failed; one that is only late has not."""
        return any(each.action is Action.FAILED for each in self.recipients)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Somebody called our mail abuse (RFC 5965); `recipients` is often redacted to nothing."""

    feedback: Feedback
    recipients: tuple[str, ...]
    reverse_path: str | None
    reporter: str
    original: Original


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoReply:
    """A machine's mail; `why` names the sign that shows it."""

    why: str
    in_reply_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A mail that nothing shows to be a machine's: a person's."""

    sender: str | None
    in_reply_to: str | None = None


Returned = Bounce | Complaint | AutoReply | Reply
