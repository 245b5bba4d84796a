"""Each of the operator's pages as its template gets it, with a text in each place that has one."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from relay.choice.choice import Choice, Level, Scope, Source
from relay.pipeline.incident import Incident
from relay.pipeline.job import JobState
from relay.reports.report import Verdict
from relay.store.arrivals import Arrival, Hits
from relay.store.balance import FATES
from relay.store.fleet import Cell, Page, Search
from relay.store.pending import Pending
from relay.store.runs import Run
from relay.store.standing import SPAN, Account, Standing
from relay.store.trail import Entry
from relay.store.unfinished import Unread, Unsent
from relay.web.operator.flow import flow
from relay.web.operator.job import plots
from relay.web.operator.sides import sides
from tests.conftest import Clock

AT = Clock()()
_ROWS = 40  # of a list, each with texts of its own

Text = Callable[[], str]
"""Gives the next text."""


def incident(text: Text) -> Incident:
    return Incident(
        id="A" * 16,
        opened_at=AT,
        last_at=AT,
        told_at=AT,
        worst=Verdict.FAILURE,
        told=("f",),
        thread="<t@example.org>",
        what=text(),
        known={"a@b.example" + text(): ("f",)},
    )


def state(text: Text) -> JobState:
    return JobState(
        host="h" + text(),
        job="j" + text(),
        first_seen=AT,
        last_seen=AT,
        verdict=Verdict.FAILURE,
        fingerprint="f",
        strip="swfu",
        incident=incident(text),
        recipients=("r" + text(),),
        last_message="A" * 16,
        declared=text() or "x",
        rhythm="r" + text(),
        expected_at=AT,
        late_after=AT,
    )


def batch(text: Text) -> Pending:
    return Pending(
        id=text(),
        kind="digest",
        recipient="r" + text(),
        name="n" + text(),
        state="open",
        reports=2,
        opened_at=AT,
        due_at=AT,
        schedule="s" + text(),
        hastened=None,
    )


def overview(text: Text) -> tuple[str, dict[str, Any]]:
    fates = dict.fromkeys(FATES, 0)
    refuses = SimpleNamespace(name="smarthost", since=AT, until=AT, reason="x" + text())
    found = Standing(
        at=AT,
        account=Account(at=AT, accepted=0, fates=fates),
        refusing=[refuses],  # type: ignore[list-item]
        depths=[SimpleNamespace(upstream="smarthost", waiting=3, oldest=AT - SPAN)],  # type: ignore[list-item]
        unread=1,
        held=1,
        held_mails=1,
        oldest_urgent=AT,
        last_accepted=AT,
        failing=[state(text) for _ in range(12)],
        failing_count=20,
        missing=[state(text) for _ in range(12)],
        missing_count=20,
        next=[batch(text) for _ in range(12)],
        next_count=20,
    )
    return "overview.html", {"standing": found, "flow": flow(found, None)}


def fleet(text: Text) -> tuple[str, dict[str, Any]]:
    hosts = {
        f"{number}h{text()}": [
            Cell(
                host="h" + text(),
                job="j" + text(),
                verdict="failure",
                strip="ssf",
                rhythm="r" + text(),
                last_seen=AT,
                last_message="A" * 16,
                expected_at=AT,
                missing_at=None,
                incident_since=AT,
                incident_count=2,
            )
            for _ in range(4)
        ]
        for number in range(_ROWS // 4)
    }
    search = Search(text="s" + text(), only="")
    shown = {"found": Page(hosts=hosts, after=None), "many": 9, "search": search, "after": ""}
    return "fleet.html", {**shown, "next": "after=" + quote(text())}


def job(text: Text) -> tuple[str, dict[str, Any]]:
    history = [
        Run(
            message_id="A" * 16,
            at=AT - timedelta(hours=n),
            verdict="failure",
            what="w" + text(),
            claim="success",
            lied=True,
            figures={"bytes" + name: float(n)},
        )
        for name in [text()]
        for n in range(_ROWS)
    ]
    shown = {"state": state(text), "history": history, "plots": plots(history), "lies": 3}
    return "job.html", {**shown, "next": ""}


def messages(text: Text) -> tuple[str, dict[str, Any]]:
    found = [
        Arrival(
            id="A" * 16,
            accepted_at=AT,
            host="h" + text(),
            job="j",
            subject="s" + text(),
            verdict="failure",
            state="concluded",
            size=1,
        )
        for _ in range(_ROWS)
    ]
    return "messages.html", {"found": found, "next": "", "before": None}


def one_line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())


def message(text: Text) -> tuple[str, dict[str, Any]]:
    body = "\r\n".join("x" + one_line(text()) for _ in range(_ROWS))
    raw = f"Subject: s{one_line(text())}\r\nX-Field: f{one_line(text())}\r\n\r\n{body}".encode()
    evidence = [{"line": 2, "text": "t" + text(), "rule": "rsync.code-23"}]
    told = {
        "evidence": evidence,
        "what": "w" + text(),
        "original_subject": "o" + text(),
        "claim": "success",
        "claim_truthful": False,
        "reasons": [["r" + text(), "t" + text()] for _ in range(5)],
    }
    row = {
        "id": "A" * 16,
        "subject": "s" + text(),
        "verdict": "failure",
        "job": "j" + text(),
        "report_host": "h" + text(),
        "host": "h",
        "accepted_at": AT,
        "size": 9,
        "state": "held",
        "reason": "r" + text(),
    }
    mails = [
        {
            "id": "A" * 16 + "-1",
            "recipient": "r" + text(),
            "state": "queued",
            "due_at": AT,
            "upstream": "smarthost",
            "reason": "r" + text(),
        }
    ]
    tries = [
        {
            "outgoing_id": "A" * 16 + "-1",
            "number": n,
            "started_at": AT,
            "outcome": "deferred",
            "uncertain": False,
            "upstream": "smarthost",
            "remote": "m" + text(),
            "phase": "rcpt",
            "reply": "450 " + text(),
        }
        for n in range(5)
    ]
    shape = sides(raw, raw + b"\r\nmore", evidence, "failure", AT)
    found = SimpleNamespace(message=row, mails=mails, attempts=tries)
    return "message.html", {
        "found": found,
        "told": told,
        "story": ["s" + text() for _ in range(9)],
        "sides": shape,
        "gone": False,
        "actions": [("A" * 16, ("release", "drop"))],
    }


def queue(text: Text) -> tuple[str, dict[str, Any]]:
    found = [
        Unsent(
            id="A" * 16 + "-1",
            message_id="A" * 16,
            upstream="smarthost",
            state="queued",
            since=AT,
            recipient="r" + text(),
            host="h" + text(),
            subject="s" + text(),
            verdict="failure",
            due_at=AT,
            tries=2,
            reason="r" + text(),
        )
        for _ in range(_ROWS)
    ]
    refused = SimpleNamespace(name="smarthost", since=AT, until=AT, reason="r" + text())
    shown = {"found": found, "depths": [], "refusing": {"smarthost": refused}, "upstream": None}
    return "queue.html", {**shown, "stage": "send", "next": ""}


def unread(text: Text) -> tuple[str, dict[str, Any]]:
    found = [
        Unread(
            id="A" * 16,
            state="held",
            accepted_at=AT,
            host="h" + text(),
            subject="s" + text(),
            verdict="failure",
            crashes=1,
            reason="r" + text(),
        )
        for _ in range(_ROWS)
    ]
    shown = {"found": found, "depths": [], "refusing": {}, "upstream": None, "stage": "read"}
    return "queue.html", {**shown, "next": ""}


def digests(text: Text) -> tuple[str, dict[str, Any]]:
    return "digests.html", {"found": [batch(text) for _ in range(_ROWS)], "many": 99}


def preview(text: Text) -> tuple[str, dict[str, Any]]:
    made = SimpleNamespace(subject="s" + text(), html="<p>", text="t" + text())
    return "preview.html", {"made": made, "of": {"recipient": "r" + text(), "name": "n" + text()}}


def choice(text: Text) -> Choice:
    scope = Scope(host="h" + text(), job="j" + text())
    return Choice(
        recipient="r" + text(),
        scope=scope,
        level=Level.NOTHING,
        source=Source.OPERATOR,
        at=AT,
        until=AT,
        note="n" + text(),
    )


def recipients(text: Text) -> tuple[str, dict[str, Any]]:
    return "recipients.html", {"found": [choice(text) for _ in range(_ROWS)], "next": ""}


def recipient(text: Text) -> tuple[str, dict[str, Any]]:
    returned = [{"at": AT, "kind": "bounced", "status": "5.1.1", "note": "n" + text()}] * 3
    found = SimpleNamespace(
        recipient="r" + text(),
        choices=[choice(text) for _ in range(5)],
        returned=returned,
        jobs=[state(text) for _ in range(_ROWS)],
    )
    return "recipient.html", {"found": found}


def policy(text: Text) -> tuple[str, dict[str, Any]]:
    change = SimpleNamespace(
        accepted_at=AT,
        verdict="failure",
        host="h" + text(),
        job="j" + text(),
        later=SPAN,
        sooner=SPAN,
        loses=["l" + text()],
        gains=["g" + text()],
        ways=("now", "digest"),
        retitled=("a", "s" + text()),
        message_id="A" * 16,
    )
    tested = {
        "verdict": "failure",
        "what": "w" + text(),
        "kind": "rsync",
        "host": text(),
        "job": text(),
        "subject": {"original": text(), "final": text()},
        "route": "now",
        "recipients": [text()],
        "evidence": [{"line": 1, "text": text(), "rule": "x"}],
        "reasons": [{"rule": text(), "text": text()}],
    }
    compared = SimpleNamespace(
        worse=[change] * 3, changes=[change] * 9, messages=9, mails={"r" + text(): (1, 2)}
    )
    dump = SimpleNamespace(model_dump=lambda **_: {"route": 1})
    rules = [SimpleNamespace(label="l" + text(), place=text(), then=dump) for _ in range(9)]
    name = "n" + text()
    return "policy.html", {
        "rules": rules,
        "hits": Hits(messages=3, of=Counter()),
        "files": {name: text()},
        "name": name,
        "text": "t" + text(),
        "tested": tested,
        "prepared": None,
        "compared": compared,
        "span": "the last week",
        "days": {"7": "the last week"},
        "most": 99,
    }


def domains(text: Text) -> tuple[str, dict[str, Any]]:
    found = [
        {
            "severity": "error",
            "alarm": True,
            "id": "RD101",
            "subject": text(),
            "what": "w",
            "evidence": text(),
            "remedy": text(),
        }
        for _ in range(_ROWS)
    ]
    visited = SimpleNamespace(node="n" + text(), at=AT, findings=found)
    return "domains.html", {"found": [visited], "ranks": ("error", "ok")}


def ledger(text: Text) -> tuple[str, dict[str, Any]]:
    found = [
        Entry(
            chain="c",
            seq=n,
            at=AT,
            kind="accepted",
            message_id="m" + text()[:30].ljust(20),
            data=text(),
            hash="0" * 64,
        )
        for n in range(_ROWS)
    ]
    chain = "c" + text()
    checked = (SimpleNamespace(accepted=1, holds=True, fates={"held": 1}), ["b" + text()] * 3)
    shown = {"chains": {chain: 9}, "chain": chain, "found": found, "about": "", "next": 3}
    return "ledger.html", {**shown, "checked": checked, "most": 9}


PAGES = (
    *(overview, fleet, job, messages, message, queue, unread, digests, preview, recipients),
    *(recipient, policy, domains, ledger),
)
