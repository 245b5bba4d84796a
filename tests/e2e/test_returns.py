"""A real Postfix as upstream takes mail and bounces it later, and strangers write to our addresses.

The relay knows its host by 127.0.0.2. Postfix, swaks and everybody else come from 127.0.0.1, so
they are nobody.
"""

import json
import re
import smtplib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.mails import DONE, LOG, mail
from tests.e2e.running import RunningRelay
from tests.e2e.test_choice import header
from tests.mta import MUST_BE_ROOT, Postfix, free_port
from tests.smtpd import Sink

DEAD = "dba@gone.example"
OPS = "ops@example.org"

pytestmark = [
    pytest.mark.needs("postfix", "swaks"),
    pytest.mark.skipif("os.geteuid() != 0", reason=MUST_BE_ROOT),
]


@contextmanager
def internet(tmp_path: Path) -> Iterator[tuple[RunningRelay, Sink]]:
    """A relay behind which Postfix knows three places: nowhere, our bounce domain, the rest."""
    port = free_port()
    routes = (
        "{ gone.example = error:5.1.1 no such user here }, "
        f"{{ bounces.example.org = smtp:[127.0.0.1]:{port} }}"
    )
    settings = {
        "transport_maps": f"inline:{{ {routes} }}",
        "smtpd_reject_unlisted_recipient": "no",  # it takes the mail first
    }
    with (
        Sink() as sink,
        Postfix(sink.port, settings) as postfix,
        RunningRelay(
            tmp_path,
            postfix.port,
            identity={"bounce_domain": "bounces.example.org"},
            hosts=[{"name": "web01", "networks": ["127.0.0.2/32"], "owner": OPS}],
            ingest={"listeners": [{"address": "127.0.0.1", "port": port}]},
        ) as relay,
    ):
        yield relay, sink


def send(relay: RunningRelay, raw: bytes, to: str) -> str:
    """The host sends a mail; return its ID."""
    with smtplib.SMTP("127.0.0.1", relay.port, source_address=("127.0.0.2", 0)) as host:
        host.ehlo("web01")
        host.mail("root@web01")
        assert host.rcpt(to)[0] == 250
        return host.data(raw)[1].decode().rpartition(" ")[2]


def swaks(relay: RunningRelay, to: str) -> int:
    command = ["swaks", "--server", f"127.0.0.1:{relay.port}", "--from", "olga@partner.example"]
    return subprocess.run([*command, "--to", to], capture_output=True, check=False).returncode


def told_to(sink: Sink, recipient: str) -> list[str]:
    return [header(each, "Subject") for each in sink.mails if each.recipients == (recipient,)]


def test_three_bounces_of_a_real_postfix_suppress_an_address_until_it_is_allowed(
    tmp_path: Path,
) -> None:
    with internet(tmp_path) as (relay, sink):
        first = send(relay, mail("copy of /srv/0", DONE), DEAD)
        relay.wait_for_event("came-back", seconds=30)
        for number in (1, 2):
            send(relay, mail(f"copy of /srv/{number}", DONE), DEAD)
        relay.wait_for_event("suppressed", seconds=30)
        sink.wait_for(4, seconds=30)  # three notices and a memo
        failed = send(relay, mail("copy of /srv/0", LOG), DEAD)
        sink.wait_for(5, seconds=30)
        why, why_not = relay.relay("why", first), relay.relay("why", failed)
        shown = relay.relay("recipients", "show", DEAD)
        account = json.loads(relay.relay("ledger", "check", "--json"))
        relay.relay("recipients", "allow", DEAD, "--reason", "the mailbox is back")
        again = send(relay, mail("copy of /srv/3", DONE), DEAD)
        relay.wait_for_event("came-back", count=4, seconds=30)
        later = relay.relay("recipients", "list")
        assert "there came back a bounce" in relay.relay("why", again)
    notices = [each for each in told_to(sink, OPS) if each.startswith(f"Not delivered to {DEAD}")]
    assert len(notices) >= 3
    assert told_to(sink, "postmaster@example.org") == [f"Nothing more goes to {DEAD}"]
    assert any(each.startswith("[FAILED]") for each in told_to(sink, OPS))
    assert "there came back a bounce: it did not arrive: failed 5.1.1" in why.replace("\n", " ")
    assert f"{DEAD} does without" in why_not
    assert shown.count("5.1.1") >= 3
    assert account["holds"]
    assert (account["bounced"], account["read"], account["declined"]) == (3, 3, 1)
    assert DEAD not in later  # one bounce after that is the first


def test_a_stranger_opts_out_by_mail_and_can_do_nothing_else(tmp_path: Path) -> None:
    with internet(tmp_path) as (relay, sink):
        send(relay, mail("copy of /srv/0", DONE), "reader@example.org")
        (report,) = sink.wait_for(1, seconds=30)
        (address,) = re.findall(r"mailto:([^?>]+)", header(report, "List-Unsubscribe"))
        assert swaks(relay, "victim@example.com") != 0
        assert swaks(relay, address.replace("u+", "r+")) != 0
        assert swaks(relay, address.upper()) == 0
        relay.wait_for_event("chose")
        forged = address.partition("@")[0][:-3] + "aaa@bounces.example.org"
        assert swaks(relay, forged) == 0  # who is told which token is good could guess
        relay.wait_for_event("came-back", count=2)
        gone = send(relay, mail("copy of /srv/0", DONE), "reader@example.org")
        relay.wait_for_event("prepared", count=2)
        why = relay.relay("why", gone)
        account = json.loads(relay.relay("ledger", "check", "--json"))
    assert "reader@example.org does without" in why
    assert (account["holds"], account["declined"], account["read"]) == (True, 1, 2)
