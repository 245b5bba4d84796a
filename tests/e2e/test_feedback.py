"""A receiver's server reports on our mail, and the operator sees who fails."""

import gzip
import json
import smtplib
from pathlib import Path

from tests.e2e.running import RunningRelay
from tests.feedback.reporting import aggregate, mail, packed, record, tls_policy, tls_report
from tests.mta import free_port
from tests.smtpd import Sink

ADDRESS = "feedback@bounces.example.org"


def reports(port: int, raw: bytes, to: str = ADDRESS) -> str:
    """A stranger sends a report; return its ID."""
    with smtplib.SMTP("127.0.0.1", port) as receiver:
        receiver.ehlo("out.bigmail.example")
        receiver.mail("noreply-dmarc@bigmail.example")
        code, text = receiver.rcpt(to)
        assert code == 250, text
        return receiver.data(raw)[1].decode().rpartition(" ")[2]


def test_reports_of_receivers_become_figures(tmp_path: Path) -> None:
    port = free_port()
    bad = record("198.51.100.7", 34, dkim="fail", spf="fail", done="reject")
    with (
        Sink() as sink,
        RunningRelay(
            tmp_path,
            sink.port,
            identity={"bounce_domain": "bounces.example.org"},
            hosts=[{"name": "web01", "networks": ["127.0.0.2/32"], "owner": "ops@example.org"}],
            domains={"mx": "mx.example.org"},
            ingest={"listeners": [{"address": "127.0.0.1", "port": port}]},
        ) as relay,
    ):
        first = reports(port, packed(aggregate(record(), bad)))
        reports(port, packed(aggregate(record(), bad)), ADDRESS.upper())
        tls = tls_report(tls_policy(100, certificate_expired=3))
        reports(port, mail(gzip.compress(tls), "application/tlsrpt+gzip", "r.json.gz"))
        odd = reports(port, b"Subject: hello\r\n\r\nwhat is this address for?\r\n")
        relay.wait_for_event("came-back", count=4)
        printed = relay.relay("feedback", "--days", "400", "--json")
        rows = [json.loads(line) for line in printed.splitlines()]
        sessions = relay.relay("feedback", "--tls", "--days", "400")
        zone = relay.relay("dns", "--zone")
        why, why_odd = relay.relay("why", first), relay.relay("why", odd)
        account = json.loads(relay.relay("ledger", "check", "--json"))
        assert sink.mails == []
    worst, ours = rows
    assert (worst["address"], worst["failing"], worst["stopped"]) == ("198.51.100.7", 34, 34)
    assert worst["since"].startswith("2025-11-24")
    assert (ours["address"], ours["count"], ours["failing"]) == ("192.0.2.25", 12, 0)
    assert "certificate-expired\tmx.example.org\t3" in sessions
    assert f"rua=mailto:{ADDRESS}" in zone
    assert "Big Mail on example.org, 2025-11-24" in why.replace("\n", " ")
    assert "no report is attached" in why_odd.replace("\n", " ")
    assert (account["holds"], account["read"]) == (True, 4)
