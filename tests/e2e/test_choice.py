"""Thirty mails, one click: the next success does not come, the next failure does, to somebody."""

import email
import json
import re
import urllib.request
from email.policy import default
from pathlib import Path

from tests.e2e.running import RunningRelay
from tests.e2e.test_spine import DONE, LOG, mail
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
