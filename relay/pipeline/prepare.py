"""Steps 4 to 7 in one pure function: parse, understand, decide, rewrite.

It fails open (P6). A bug in understanding or policy must not stop mail: whatever is raised there,
the original goes on with its identity repaired and the verdict `unknown`, and the reason is kept.
Where a text's encoding would hide the link in its footer, the footer goes without it.
`prepare_plainly` is that path on its own, for a message on which a process has died.
What happens next: conclude.py addresses the result.
"""

from dataclasses import replace

from relay.mail.headers import decoded
from relay.mail.message import Message
from relay.mail.parse import parse, render
from relay.mail.received import Received
from relay.mail.secrets import redact
from relay.pipeline.fingerprint import fingerprint
from relay.pipeline.stages import Prepared
from relay.policy.decide import decide, fallback_decision
from relay.policy.decision import Decision
from relay.policy.frame import without_link
from relay.policy.rules import Rules
from relay.reports.report import Kind, Report, Verdict
from relay.reports.understand import understand
from relay.rewrite.apply import apply
from relay.rewrite.personal import MARK, is_marked


def prepare(received: Received, rules: Rules) -> Prepared:
    """Understand, decide and rewrite one message; never raises for what is in it."""
    try:
        message = parse(received)
        report = understand(message)
        decision = decide(message, report, rules)
        return _prepared(message, decision.report or report, decision)
    except Exception as error:  # noqa: BLE001 - P6: fail open, whatever it is
        return prepare_plainly(received, rules, f"{type(error).__name__} while preparing")


def prepare_plainly(received: Received, rules: Rules, why: str) -> Prepared:
    """Repair the identity of one message and nothing else, because of `why`."""
    message = parse(received)
    report = Report(kind=Kind.OTHER, verdict=Verdict.UNKNOWN, host=received.origin.host, what=why)
    return _prepared(message, report, fallback_decision(message, rules, why), why)


def _has_link(decision: Decision) -> bool:
    return any(MARK in line for line in decision.edits.footer)


def _prepared(
    message: Message, report: Report, decision: Decision, fallback: str | None = None
) -> Prepared:
    rewritten = apply(message, decision.edits)
    content = render(rewritten)
    if _has_link(decision) and not is_marked(content):
        plain = replace(decision.edits, footer=without_link(decision.edits.footer))
        decision = replace(decision, edits=plain)
        rewritten = apply(message, plain)
        content = render(rewritten)
    return Prepared(
        message_id=message.received.id,
        report=report,
        decision=decision,
        content=content,
        subject=decoded(rewritten, "Subject"),
        original_subject=redact(decoded(message, "Subject")),
        fingerprint=fingerprint(report),
        fallback=fallback,
    )
