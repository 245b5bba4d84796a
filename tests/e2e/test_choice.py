"""Thirty mails, one click: the next success does not come, the next failure does, to somebody."""

import email
import json
import re
import smtplib
import ssl
import urllib.error
import urllib.request
from email.policy import default
from pathlib import Path

import pytest

from tests.certificates import Authority
from tests.e2e.mails import DONE, LOG, mail
from tests.e2e.running import RunningRelay
from tests.smtpd import Mail, Sink

LINK = re.compile(r"<(http://127\.0\.0\.1:\d+/u/[\w.-]+)>")


def header(arrived: Mail, name: str) -> str:
    return str(email.message_from_bytes(arrived.content, policy=default)[name] or "")


def click(link: str) -> int:
    """What a mail program does for its button (RFC 8058 s3.2)."""
    request = urllib.request.Request(link, data=b"List-Unsubscribe=One-Click", method="POST")
    with urllib.request.urlopen(request, timeout=20) as answer:
        return int(answer.status)


def opened(relay: RunningRelay) -> int:
    """Return the port of the pages."""
    return int(relay.wait_for_event("started")["pages"])


def test_p4_after_one_click_successes_stay_away_and_a_failure_reaches_somebody(
    tmp_path: Path,
) -> None:
    with Sink() as sink:
        # The port is not known before it has started; the link names it all the same.
        relay = RunningRelay(tmp_path, sink.port, choice={"url": "http://127.0.0.1:1", "port": 0})
        with relay:
            relay.config["choice"] = {
                "url": f"http://127.0.0.1:{opened(relay)}",
                "port": opened(relay),
            }
            relay.stop()
            relay.start()
            for number in range(30):
                relay.send(mail(f"copy of {number:x}x", DONE), recipients=["dba@example.org"])
            mails = sink.wait_for(30, seconds=60)
            (link,) = LINK.findall(header(mails[7], "List-Unsubscribe"))
            with urllib.request.urlopen(link, timeout=20) as page:
                assert b"Do without these reports?" in page.read()
            assert click(link) == click(link) == 200
            answers = sink.wait_for(32)[30:]
            job = re.search(r"copy of \w+", header(mails[7], "Subject"))
            assert job
            declined = relay.send(mail(job[0], DONE), recipients=["dba@example.org"])
            failed = relay.send(mail(job[0], LOG), recipients=["dba@example.org"])
            (told,) = sink.wait_for(33)[32:]
            why = relay.relay("why", failed)
            gone = relay.relay("why", declined)
            account = json.loads(relay.relay("ledger", "check", "--json"))
    assert {each.recipients[0]: header(each, "Subject").partition(":")[0] for each in answers} == {
        "dba@example.org": "You changed what you get",
        "ops@example.org": "You are now told when these fail",
    }
    assert told.recipients == ("ops@example.org",)
    assert header(told, "Subject").startswith("[FAILED]")
    assert "dba@example.org does without" in why
    assert "ops@example.org is told instead" in why
    assert "dba@example.org does without" in gone
    assert account["holds"]
    assert account["declined"] == 2


def test_the_pages_have_tls_of_their_own(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pem = authority.pem("localhost")
    pem.chmod(0o600)
    pages = {"url": "https://localhost", "port": 0, "certificate": str(pem), "key": str(pem)}
    trusting = ssl.create_default_context(cafile=authority.file)
    with Sink() as sink, RunningRelay(tmp_path, sink.port, choice=pages) as relay:
        home = f"https://localhost:{opened(relay)}/"
        with urllib.request.urlopen(home, timeout=20, context=trusting) as page:
            assert b"what you get of them" in page.read()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{home}u/x", timeout=20, context=trusting)
        refused = relay.wait_for_event("link-refused")
    assert refused["address"] in ("127.0.0.1", "::1")
    assert "/u/" not in relay.log.read_text()


def test_a_bounce_that_comes_back_later_is_told_to_the_owner(tmp_path: Path) -> None:
    strangers = [{"name": "web01", "networks": ["127.0.0.2/32"], "owner": "ops@example.org"}]
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        message_id = relay.send(mail("Backup OK", LOG), recipients=["gone@example.org"])
        (sent,) = sink.wait_for(1)
        relay.wait_for_event("delivered")
        relay.config["hosts"] = strangers  # from now on 127.0.0.1 is nobody
        relay.reload()
        relay.wait_for_event("reloaded")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            stranger(relay, "victim@example.com", b"x")
        stranger(relay, sent.reverse_path, bounce_of(sent))
        (told,) = sink.wait_for(2)[1:]
        relay.wait_for_event("delivered", count=2)
        why = relay.relay("why", message_id)
        account = json.loads(relay.relay("ledger", "check", "--json"))
    assert told.recipients == ("ops@example.org",)
    assert told.reverse_path == ""
    assert header(told, "Subject").startswith("Not delivered to gone@example.org")
    assert "there came back a bounce: it did not arrive: failed 550 5.1.1 no such user" in why
    assert (account["holds"], account["bounced"], account["read"]) == (True, 1, 1)


def stranger(relay: RunningRelay, to: str, raw: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", relay.port, timeout=20) as client:
        client.sendmail("", [to], raw)


def bounce_of(sent: Mail) -> bytes:
    return (
        b"From: MAILER-DAEMON@mx.example.com (Mail Delivery System)\r\n"
        b"Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n"
        b' boundary="b"\r\n\r\n--b\r\n\r\nI am sorry.\r\n--b\r\n'
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        b"Final-Recipient: rfc822; gone@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--b\r\n"
        b"Content-Type: message/rfc822\r\n\r\n" + sent.content + b"\r\n--b--\r\n"
    )
