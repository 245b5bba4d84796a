"""Mails, reports and rules in one line each."""

from datetime import UTC, datetime
from typing import Any

from relay.mail.message import Message
from relay.mail.parse import parse
from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.policy.rules import Match, Rule, Rules, Then
from relay.policy.settings import HostSettings, IdentitySettings
from relay.reports.report import Claim, Evidence, Kind, Report, Verdict

OWNER = "ops@example.org"
POSTMASTER = "postmaster@example.org"


def mail(
    header: str = "From: root@web01\r\nTo: root\r\nSubject: Backup OK\r\n",
    body: str = "text\r\n",
    to: tuple[str, ...] = ("root",),
    sender: str = "root@web01",
    host: str = "web01",
) -> Message:
    """Return a message as a host sends it."""
    return parse(
        Received(
            id="20260105T060000-0000",
            raw=f"{header}\r\n{body}".encode(),
            envelope=Envelope(
                reverse_path=sender, recipients=tuple(Recipient(address=each) for each in to)
            ),
            origin=Origin(host=host, address="192.0.2.1", helo=host),
            at=datetime(2026, 1, 5, 6, 0, tzinfo=UTC),
        )
    )


def failure(**changes: Any) -> Report:
    """Return the report of the mail that lies: Backup OK over rsync's code 23."""
    parts: dict[str, Any] = {
        "kind": Kind.RSYNC,
        "verdict": Verdict.FAILURE,
        "host": "web01.internal",
        "job": "rsync /srv/www",
        "what": "partial transfer, 3 files unreadable (code 23)",
        "exit_code": 23,
        "evidence": (proof("rsync error: some files could not be transferred (code 23)"),),
        "claim": Claim.SUCCESS,
        "claim_truthful": False,
    }
    return Report(**(parts | changes))


def vanished(**changes: Any) -> Report:
    """Return the report of an rsync whose files vanished."""
    parts: dict[str, Any] = {
        "verdict": Verdict.WARNING,
        "what": "2 files vanished during the transfer (code 24)",
        "exit_code": 24,
        "evidence": (proof("rsync warning: ...", "rsync.code-24", Verdict.WARNING),),
        "claim": Claim.NONE,
        "claim_truthful": None,
    }
    return failure(**(parts | changes))


def success(**changes: Any) -> Report:
    """Return the report of an rsync that went well."""
    parts: dict[str, Any] = {
        "verdict": Verdict.SUCCESS,
        "what": "succeeded, 12 files copied",
        "exit_code": 0,
        "evidence": (proof("total size is 12", "rsync.total", Verdict.SUCCESS),),
        "claim_truthful": True,
    }
    return failure(**(parts | changes))


def person(**changes: Any) -> Report:
    """Return the report on a person's mail."""
    return Report(**({"kind": Kind.HUMAN, "verdict": Verdict.NONE, "automated": False} | changes))


def proof(
    text: str, rule: str = "rsync.code-23", proves: Verdict = Verdict.FAILURE, line: int = 41
) -> Evidence:
    return Evidence(line=line, text=text, rule=rule, proves=proves)


def rules(*each: Rule, **identity: Any) -> Rules:
    """Return these rules for the host web01 with its owner, under example.org."""
    settings = {"domain": "example.org", "postmaster": POSTMASTER} | identity
    return Rules(
        rules=each,
        hosts={
            "web01": HostSettings(name="web01", owner=OWNER),
            "lost": HostSettings(name="lost"),
            "nas": HostSettings(name="nas", owner=OWNER, identity="NAS <nas+{job}@{domain}>"),
        },
        identity=IdentitySettings.model_validate(settings),
        relay="relay.example.org",
    )


def rule(then: dict[str, Any], name: str = "mine", **match: Any) -> Rule:
    """Return a rule, as if it stood in mine.yaml."""
    return Rule(
        label=f"mine.yaml: {name}",
        place="policies/mine.yaml:2",
        match=Match.model_validate(match),
        then=Then.model_validate(then),
    )
