"""A person's answer as it is handed on: from us, so that it is aligned, and else as it came (P7).

Nothing is understood of it and no rule applies: it is no report, whatever its text says, because
anybody may write to our envelope senders. It carries no verdict, no footer and no link of ours, and
it is not called automatic (RFC 3834 s5). An answer to it goes to who wrote it.
What happens next: returned.py addresses it.
"""

from relay.mail.address import Mailbox, is_public, mailbox
from relay.mail.parse import parse, render
from relay.mail.received import Received
from relay.policy.rules import Rules
from relay.rewrite.apply import apply
from relay.rewrite.edits import Edits, Identity, Touch


def forwardable(received: Received, rules: Rules) -> bytes:
    """Return the answer in `received` as it leaves, but for its envelope."""
    message, identity = parse(received), rules.identity
    writer = mailbox(message, "From") or Mailbox(name="", address=received.envelope.reverse_path)
    # An @ in a display name looks like spoofing to filters.
    name = writer.name or writer.address.replace("@", " at ") or "Somebody"
    edits = Edits(
        relay=rules.relay,
        touch=Touch.HEADERS,
        to=(identity.postmaster,),
        automated=False,
        identity=Identity(
            from_name=f"{name} via {rules.relay}",
            from_address=f"reports@{identity.domain}",
            reply_to=writer.address if is_public(writer.address) else None,
            domain=identity.domain,
        ),
        redact=False,
    )
    return render(apply(message, edits))
