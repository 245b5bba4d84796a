"""The sixth step: what the operator's rules make of a report.

For each thing to decide, the first rule that applies and says something about it wins; what no
rule decides is decided here. Some of it no rule can decide: a failure is never held back (P3, P4),
a subject never claims an unproved success (P2), a From that is not ours is repaired. Every decision
leaves a reason (P9). Nothing here raises for what is in a mail; if it does all the same, the
pipeline calls `fallback_decision`, which only repairs (P6).
What happens next: rewrite/apply.py carries out the edits.
"""

from relay.mail.headers import clean, decoded
from relay.mail.message import Message
from relay.mail.secrets import redact
from relay.policy.case import Case
from relay.policy.decision import REMINDERS, Decision, DigestOrder, Reason, Route
from relay.policy.destinations import Addressed, address
from relay.policy.edits import edits, identity, to
from relay.policy.judge import judge
from relay.policy.match import Scene, applying
from relay.policy.rules import Rules
from relay.policy.touch import Permission, is_lie, originator, permitted
from relay.policy.values import NEVER
from relay.policy.words import tagged
from relay.reports.report import Kind, Report, Verdict
from relay.rewrite.edits import Edits, Touch


def decide(message: Message, report: Report, rules: Rules) -> Decision:
    """Decide on one message; `report` in the decision is the report as the rules see it."""
    judged = judge(report, applying(rules.rules, Scene(message, report)))
    case = _case(message, judged.report, rules)
    addressed = _addressed(case)
    edited = edits(case, addressed.destinations)
    route, routing = _route(case)
    upstream, leaving = _upstream(case)
    expected, waited_for = _expected(case)
    reminders = case.first(lambda then: then.repeat)
    reasons = (_verdict(case.report), *judged.reasons, *addressed.reasons, *_edited(case, edited))
    return Decision(
        route=route,
        destinations=addressed.destinations,
        edits=edited,
        # The route comes last: a held message shows its last reason.
        reasons=(*reasons, *_worded(case, edited), *waited_for, *leaving, *routing),
        upstream=upstream,
        copies=addressed.copies,
        report=case.report,
        digest=_digest(case),
        reminders=reminders[0] if reminders else REMINDERS,
        expected=expected,
    )


def _case(message: Message, report: Report, rules: Rules) -> Case:
    origin = originator(message, rules.identity)
    return Case(
        message=message,
        report=report,
        rules=rules,
        orders=tuple(applying(rules.rules, Scene(message, report))),
        origin=origin,
        permission=permitted(message, report, origin),
        said=redact(decoded(message, "Subject")),
    )


def fallback_decision(message: Message, rules: Rules, why: str) -> Decision:
    """Decide on a message that could not be understood: repair its From, say so, let it go (P6)."""
    case = Case(
        message=message,
        report=Report(
            kind=Kind.OTHER,
            verdict=Verdict.UNKNOWN,
            host=message.received.origin.host or None,
            what="the relay could not read this mail",
        ),
        rules=rules,
        orders=(),
        origin=originator(message, rules.identity),
        permission=Permission(touch=Touch.HEADERS, replace_from=True, why=why),
        said=redact(decoded(message, "Subject")),
    )
    addressed = _addressed(case)
    told = f'sender says "{case.said}"' if case.said else case.report.what
    text = f"understanding it failed ({clean(why)}), so it goes on as it came, marked unknown"
    return Decision(
        route=Route.NOW,
        destinations=addressed.destinations,
        edits=Edits(
            relay=rules.relay,
            touch=Touch.HEADERS,
            to=to(case, addressed.destinations),
            automated=True,
            identity=identity(case),
            subject=tagged(f"{case.shown_host}: {told}", Verdict.UNKNOWN),
        ),
        reasons=(Reason(rule="policy.fallback", text=text), *addressed.reasons),
    )


def _addressed(case: Case) -> Addressed:
    """Return who gets it; P4: the owner, if the envelope names nobody."""
    envelope = case.message.received.envelope.recipients
    recipients = [each.address for each in envelope] or [case.owner]
    return address(recipients, case.orders, case.owner, case.rules.identity)


def _route(case: Case) -> tuple[Route, tuple[Reason, ...]]:
    """Return the route; a failure leaves now, and so does an unknown that nobody holds by name."""
    chosen = case.first(lambda then: then.route)
    if chosen is None or chosen[0] is Route.NOW:
        return Route.NOW, ()
    route, rule = chosen
    verdict = case.report.verdict
    if route is not Route.HOLD and not case.report.automated:
        return Route.NOW, (Reason(rule=rule.label, text="a person's mail never waits"),)
    named = route is Route.HOLD and Verdict.UNKNOWN in rule.match.verdict
    if verdict is Verdict.FAILURE or (verdict is Verdict.UNKNOWN and not named):
        verb = "hold it" if route is Route.HOLD else "let it wait"
        text = f"the rule would {verb}, but with the verdict {verdict.value} it leaves at once"
        return Route.NOW, (Reason(rule=rule.label, text=text),)
    return route, (Reason(rule=rule.label, text=_ROUTED[route]),)


_ROUTED = {
    Route.DIGEST: "it may wait for a digest",
    Route.COUNT: "it may wait for a digest, where it is only counted",
    Route.HOLD: "held by this rule until it is released",
}


def _digest(case: Case) -> DigestOrder | None:
    chosen = case.first(lambda then: then.digest)
    if chosen is None:
        return None
    order = chosen[0]
    return DigestOrder(
        name=order.name, schedule=order.at, most=order.most, heartbeat=order.heartbeat
    )


def _expected(case: Case) -> tuple[str | None, tuple[Reason, ...]]:
    chosen = case.first(lambda then: then.expect) if case.report.job else None
    if chosen is None:
        return None, ()
    told = "no next report is waited for"
    if chosen[0] != NEVER:
        told = f"its next report is expected {chosen[0]}"
    return chosen[0], (Reason(rule=chosen[1].label, text=told),)


def _upstream(case: Case) -> tuple[str | None, tuple[Reason, ...]]:
    chosen = case.first(lambda then: then.upstream)
    if chosen is None:
        return None, ()
    return chosen[0], (Reason(rule=chosen[1].label, text=f"it leaves by {chosen[0]}"),)


def _verdict(report: Report) -> Reason:
    if report.verdict is Verdict.NONE:
        return Reason(rule="understanding", text=f"it is no report of a job ({report.kind.value})")
    proof = next((each for each in report.evidence if each.proves is report.verdict), None)
    line = f", by line {proof.line}" if proof and proof.line else ""
    what = f": {report.what}" if report.what else ""
    rule = proof.rule if proof else "understanding"
    return Reason(rule=rule, text=f"the verdict is {report.verdict.value}{line}{what}")


def _edited(case: Case, edited: Edits) -> tuple[Reason, ...]:
    """Say what changes in the message, and why."""
    permission = case.permission
    reasons = [Reason(rule="policy.touch", text=f"{_TOUCHED[permission.touch]}: {permission.why}")]
    if edited.identity:
        sender = clean(case.origin.address) or "nobody"
        text = f"From was {sender} and becomes {edited.identity.from_address}"
        reasons.append(Reason(rule="policy.identity", text=text))
    if is_lie(case.report):
        text = "the sender's subject claims a success that the text does not prove"
        reasons.append(Reason(rule="policy.claim", text=text))
    return tuple(reasons)


def _worded(case: Case, edited: Edits) -> tuple[Reason, ...]:
    """Say which rules have shaped subject and text."""
    titled, limited = case.first(lambda then: then.subject), case.first(lambda then: then.body)
    reasons: list[Reason] = []
    if edited.subject is not None and titled is not None:
        text = "the subject has the form that this rule gives"
        reasons.append(Reason(rule=titled[1].label, text=text))
    if edited.body is not None and limited is not None:
        text = "of a long text it leaves beginning, end and evidence"
        reasons.append(Reason(rule=limited[1].label, text=text))
    return tuple(reasons)


_TOUCHED = {
    Touch.FULL: "header and body may change",
    Touch.HEADERS: "only the header may change",
    Touch.NONE: "nothing may change",
}
