"""What becomes of a prepared message: pure decisions, in the light of what is known of its job.

Each recipient's copy leaves now, or waits in a batch (waiting.py says why). News goes out at once,
whatever rules say (P3): the first failure, another failure, a recovery. What waited for the
incident's reminder goes along with the next news of it.
What happens next: store/queue.py commits what is returned here.
"""

from collections.abc import Iterable
from datetime import datetime

from relay.choice.floor import Audience, Matter, audience
from relay.mail.block import read_block
from relay.mail.headers import decode, find
from relay.pipeline.addressing import URGENT, Addressing, priority
from relay.pipeline.anomaly import with_anomalies
from relay.pipeline.batch import BatchKey, BatchKind, Waiting
from relay.pipeline.case import Case
from relay.pipeline.history import History, Pace
from relay.pipeline.incident import News
from relay.pipeline.job import Told, advance, has_job, informed
from relay.pipeline.personal import Copy, with_choice
from relay.pipeline.stages import Event, Outcome, Outgoing, OutgoingKind, Prepared, Received
from relay.pipeline.titles import recovered, returned
from relay.pipeline.verp import reverse_path
from relay.pipeline.waiting import is_urgent, wait
from relay.policy.decision import Decision, Route
from relay.reports.report import Kind
from relay.rewrite.edits import Touch
from relay.rewrite.thread import in_thread


def conclude(
    prepared: Prepared,
    received: Received,
    addressing: Addressing,
    pace: Pace,
    history: History,
    now: datetime,
) -> Outcome:
    """Decide what becomes of `prepared`, which was made of `received`."""
    if prepared.decision.route is Route.HOLD:
        return _held(prepared)
    case = _case(with_anomalies(prepared, history.job), received, addressing, pace, history, now)
    addresses = _addresses(case.prepared.decision)
    if case.silence is not None and is_urgent(case):
        addresses.setdefault(case.owner, ())  # P4: somebody is told of a failure all the same
    heard = _audience(case, addresses)
    declined = tuple(each for to in heard.declined for each in addresses.pop(to))
    if heard.handed_to is not None:
        addresses[heard.handed_to] = ()
    asked = (wait(case, target, named) for target, named in addresses.items())
    waiting = [each for each in asked if each is not None]
    late = {each.batch.recipient for each in waiting}
    mails = _mails(case, [target for target in addresses if target not in late])
    return Outcome(
        prepared=case.prepared,
        outgoing=tuple(mails.values()),
        carried_by=tuple(
            (address, mail.id) for to, mail in mails.items() for address in addresses[to]
        ),
        held=None,
        events=(_concluded(case, heard, mails.values(), waiting),),
        waiting=tuple(waiting),
        takes_along=_taken_along(case, mails),
        job=informed(case.job, mails) if case.job else None,
        declined=declined,
    )


def _audience(case: Case, targets: Iterable[str]) -> Audience:
    """Sort out who gets it; what a person writes, nobody can decline."""
    if not case.prepared.report.automated:
        return Audience(kept=tuple(targets))
    scope = case.scope
    matter = Matter(host=scope.host, job=scope.job, urgent=is_urgent(case), now=case.now)
    stewards = case.addressing.stewards(case.received.origin.host)
    return audience(targets, case.history.choices, matter, stewards)


def _case(
    prepared: Prepared,
    received: Received,
    addressing: Addressing,
    pace: Pace,
    history: History,
    now: datetime,
) -> Case:
    job, news = None, None
    if has_job(prepared.report):
        told = Told(
            message_id=prepared.message_id,
            report=prepared.report,
            fingerprint=prepared.fingerprint,
            at=received.at,
            thread=_message_id(prepared.content),
            recipients=tuple(_addresses(prepared.decision)),
            declared=prepared.decision.expected,
        )
        job, news = advance(history.job, told)
    return Case(
        prepared=prepared,
        received=received,
        addressing=addressing,
        pace=pace,
        history=history,
        now=now,
        job=job,
        news=news,
    )


def _message_id(content: bytes) -> str:
    found = find(read_block(content).fields, "Message-ID")
    return decode(found).strip() if found else ""


def _addresses(decision: Decision) -> dict[str, tuple[str, ...]]:
    """Return every target with the envelope recipients whose copy it gets, copies with none."""
    targets: dict[str, tuple[str, ...]] = {}
    for each in decision.destinations:
        targets[each.to] = (*targets.get(each.to, ()), each.recipient)
    return targets | {copy: () for copy in decision.copies if copy not in targets}


def _mails(case: Case, targets: Iterable[str]) -> dict[str, Outgoing]:
    """Return one outgoing mail for each target, with an envelope sender of its own."""
    content = _content(case)
    return {
        target: _outgoing(case, target, number, content)
        for number, target in enumerate(targets, start=1)
    }


def _outgoing(case: Case, target: str, number: int, content: bytes) -> Outgoing:
    prepared, addressing = case.prepared, case.addressing
    outgoing_id = f"{prepared.message_id}-{number}"
    ended = case.news in (News.RECOVERED, News.RETURNED) and is_urgent(case)
    return Outgoing(
        id=outgoing_id,
        kind=OutgoingKind.REPORT,
        message_id=prepared.message_id,
        since=case.received.at,
        recipient=target,
        reverse_path=reverse_path(outgoing_id, addressing.bounce_domain, addressing.verp_key),
        content=_own_copy(case, content, outgoing_id, target),
        priority=URGENT if ended else priority(prepared.report.verdict),
        upstream=case.upstream_for(target),
        notice_to=addressing.notice_to(case.received.origin.host, target),
    )


def _own_copy(case: Case, content: bytes, mail_id: str, target: str) -> bytes:
    report, touch = case.prepared.report, case.prepared.decision.edits.touch
    if not report.automated or report.kind is Kind.BOUNCE or touch is Touch.NONE:
        return content
    copy = Copy(mail_id=mail_id, recipient=target, scope=case.scope, kind=f"{report.kind}:report")
    return with_choice(content, copy, case.addressing)


def _content(case: Case) -> bytes:
    """Return the mail; one about an incident that was told before joins its thread."""
    content, incident = case.prepared.content, case.incident
    if case.news is News.RETURNED and case.before is not None:
        return in_thread(content, "", returned(case.prepared.subject, case.before))
    whole = case.prepared.decision.edits.touch is Touch.FULL
    if incident is None or incident.id == case.prepared.message_id or not whole:
        return content
    subject = recovered(case.prepared.subject, incident) if case.news is News.RECOVERED else None
    return in_thread(content, incident.thread, subject)


def _taken_along(case: Case, mails: dict[str, Outgoing]) -> tuple[tuple[BatchKey, str], ...]:
    """Return what waited for the incident's reminder: news about it tells that as well."""
    incident = case.incident
    if incident is None or case.news not in (News.CHANGED, News.RECOVERED):
        return ()
    return tuple(
        (BatchKey(kind=BatchKind.REPEAT, recipient=target, name=incident.id), mail.id)
        for target, mail in mails.items()
    )


def _held(prepared: Prepared) -> Outcome:
    held = prepared.decision.reasons[-1].text
    events = (
        _event(prepared, {}),
        Event(kind="held", message_id=prepared.message_id, data={"reason": held}),
    )
    return Outcome(prepared=prepared, outgoing=(), carried_by=(), held=held, events=events)


def _concluded(
    case: Case, heard: Audience, mails: Iterable[Outgoing], waiting: Iterable[Waiting]
) -> Event:
    incident = case.incident
    more: dict[str, object] = {
        "news": case.news,
        "incident": incident.id if incident else None,
        "count": incident.count if incident else 0,
        "declined": [[to, str(choice)] for to, choice in heard.declined.items()],
        "handed_to": heard.handed_to,
        "sent": [[mail.id, mail.recipient] for mail in mails],
        "waiting": [
            [each.batch.kind, each.batch.recipient, each.due_at.isoformat(), each.schedule]
            for each in waiting
        ],
    }
    return _event(case.prepared, more)


def _event(prepared: Prepared, more: dict[str, object]) -> Event:
    report, decision = prepared.report, prepared.decision
    data = {
        "kind": report.kind,
        "verdict": report.verdict,
        "host": report.host,
        "job": report.job,
        "what": report.what,
        "claim": report.claim,
        "claim_truthful": report.claim_truthful,
        "evidence": [
            {"line": found.line, "text": found.text, "rule": found.rule}
            for found in report.evidence
        ],
        "route": decision.route,
        "destinations": [[each.recipient, each.to] for each in decision.destinations],
        "copies": decision.copies,
        "reasons": [[reason.rule, reason.text] for reason in decision.reasons],
        "touched": decision.edits.touch,
        "original_subject": prepared.original_subject,
        "subject": prepared.subject,
        "fallback": prepared.fallback,
    }
    return Event(kind="concluded", message_id=prepared.message_id, data=data | more)
