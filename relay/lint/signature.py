"""What DKIM signatures of a mail say they cover (RFC 6376 s3.5). Nothing is verified here.

The relay verifies its own signatures when it makes them (signing/sign.py); what they ought to cover
is another question, and it is asked here. A field that is no signature counts as one of no domain.
What happens next: authentication.py judges them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from relay.mail.headers import flat
from relay.mail.message import Field

_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The domain that signs, the names of the fields it covers, and whether l= limits the body."""

    domain: str
    covered: frozenset[str]
    limited: bool


def signatures(fields: Sequence[Field]) -> tuple[Signature, ...]:
    """Read DKIM-Signature fields, from the top."""
    return tuple(_signature(flat(field)) for field in fields[:_MOST])


def _signature(text: str) -> Signature:
    pairs = (tag.partition("=") for tag in text.split(";"))
    tags = {name.strip(): "".join(content.split()).lower() for name, _, content in pairs}
    return Signature(
        domain=tags.get("d", "").rstrip("."),
        covered=frozenset(tags.get("h", "").split(":")),
        limited="l" in tags,
    )
