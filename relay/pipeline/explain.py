"""What the relay would make of a mail in a file: steps 4 to 8 without a store.

`account` is the object that `relay explain --json` prints, one a line. Its keys are stable:
programs and tests of other people read them.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from relay.mail.address import mailboxes
from relay.mail.headers import every, flat
from relay.mail.message import Message
from relay.mail.parse import parse
from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.pipeline.prepare import prepare
from relay.pipeline.stages import Prepared
from relay.policy.applied import Applied, applied
from relay.policy.rules import Rules
from relay.reports.understand import understand

_DESTINATIONS = ("To", "Cc", "Bcc")


def explain(raw: bytes, rules: Rules, at: datetime) -> Prepared:
    """Take a mail from a file as if a host had sent it at `at` to the recipients it names."""
    return prepare(from_file(raw, at), rules)


def rules_of(raw: bytes, rules: Rules, at: datetime) -> tuple[Applied, ...]:
    """Return which rules apply to such a mail, and what each decides."""
    message = parse(from_file(raw, at))
    return applied(message, understand(message), rules)


def from_file(raw: bytes, at: datetime) -> Received:
    """Return a mail from a file as if a host had sent it at `at`."""
    # A file has the line ends of its system; a mail has CRLF (RFC 5322 s2.3).
    wire = raw if b"\r\n" in raw else raw.replace(b"\n", b"\r\n")
    received = Received(
        id="EXPLAIN",
        raw=wire,
        envelope=Envelope(reverse_path="", recipients=()),
        origin=Origin(host="", address="", helo=""),
        at=at,
    )
    return replace(received, envelope=_envelope(parse(received)))


def _envelope(message: Message) -> Envelope:
    named = [
        mailbox.address
        for name in _DESTINATIONS
        for field in every(message, name)
        for mailbox in mailboxes(flat(field))
    ]
    senders = [
        mailbox.address
        for name in ("Return-Path", "From")
        for field in every(message, name)
        for mailbox in mailboxes(flat(field))
    ]
    return Envelope(
        reverse_path=senders[0] if senders else "",
        recipients=tuple(Recipient(address=address) for address in named or ["root"]),
    )


def account(name: str, prepared: Prepared) -> dict[str, Any]:
    """Return what became of the mail in the file `name` as plain values."""
    report, decision = prepared.report, prepared.decision
    return {
        "file": name,
        "kind": report.kind,
        "host": report.host,
        "job": report.job,
        "verdict": report.verdict,
        "what": report.what,
        "exit_code": report.exit_code,
        "claim": report.claim,
        "claim_truthful": report.claim_truthful,
        "text_claim": report.text_claim,
        "text_claim_truthful": report.text_claim_truthful,
        "evidence": [
            {"line": found.line, "text": found.text, "rule": found.rule}
            for found in report.evidence
        ],
        "parts": [
            {"name": part.name, "verdict": part.verdict, "what": part.what} for part in report.parts
        ],
        "facts": dict(report.facts),
        "fingerprint": prepared.fingerprint,
        "subject": {
            "original": prepared.original_subject,
            "final": prepared.subject,
        },
        "route": decision.route,
        "recipients": list(
            dict.fromkeys((*(each.to for each in decision.destinations), *decision.copies))
        ),
        "reasons": [{"rule": reason.rule, "text": reason.text} for reason in decision.reasons],
        "touched": decision.edits.touch,
    }
