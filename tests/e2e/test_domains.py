"""The commands about domains, and a rotation of keys while the relay is at work."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dkim
import pytest

from relay.signing.keys import Algorithm, dns_record, load_key, make_key, record_text
from relay.signing.settings import KeySettings
from tests.dns_authority import KEY, NameServer
from tests.e2e.running import ROOT, RunningRelay
from tests.smtpd import Sink

pytestmark = pytest.mark.needs("knotd")

ZONE = """\
ns1 A 127.0.0.1
@ MX 10 mx
@ TXT "v=spf1 ip4:192.0.2.25 -all"
mx A 192.0.2.25
relay A 192.0.2.25
relay TXT "v=spf1 a -all"
_dmarc TXT "v=DMARC1; p=none; rua=mailto:postmaster@example.org"
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:postmaster@example.org"
"""
MAIL = b"From: root\nTo: ops\nSubject: Cron <root@web01> /bin/job%d\n\nrun %d\n"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[NameServer, NameServer]]:
    (tmp_path / "keys").mkdir()
    make_key(Algorithm.RSA, tmp_path / "keys/old-rsa.pem")
    settings = KeySettings(selector="old-rsa", file=tmp_path / "keys/old-rsa.pem")
    key = load_key(settings, "example.org")
    zones = {
        "example.org": f"{ZONE}{dns_record(key)[0]}. TXT ( {dns_record(key)[1]} )\n",
        "2.0.192.in-addr.arpa": "25 PTR relay.example.org.\n",
        "zen.spamhaus.org": "",
        "org": "",
    }
    primary = NameServer(tmp_path / "ns1", zones)
    secondary = NameServer(tmp_path / "ns2", {}, primary)
    with primary, secondary:
        yield primary, secondary


def changes(primary: NameServer, secondary: NameServer) -> dict[str, Any]:
    return {
        "signing": {
            "keys": [{"selector": "old-rsa", "file": "keys/old-rsa.pem"}],
            "keep_old": "0s",
        },
        "domains": {
            "egress_addresses": ["192.0.2.25"],
            "mx": "mx.example.org",
            "resolver": [primary.place],
            "authorities": [primary.place, secondary.place],
            "update": {
                "server": primary.place,
                "zone": "example.org",
                "key_name": KEY,
                "key_file": str(primary.key_file),
            },
        },
    }


def command(
    relay: RunningRelay, *words: str, status: int = 0
) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "-m", "relay", *words, "--config", relay.path],
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_the_commands_tell_what_stands_and_what_is_wrong(
    tmp_path: Path, sink: Sink, servers: tuple[NameServer, NameServer]
) -> None:
    relay = RunningRelay(tmp_path, sink.port, **changes(*servers))
    relay.write_config()
    rows = [json.loads(line) for line in command(relay, "dns", "--json").stdout.splitlines()]
    states = {(row["record"]["name"], row["record"]["type"]): row["state"] for row in rows}
    assert set(states.values()) == {"right"}, rows
    assert ("old-rsa._domainkey.example.org", "TXT") in states
    assert "right\texample.org\tMX\t10 mx.example.org." in command(relay, "dns").stdout
    assert "example.org. IN MX 10 mx.example.org." in command(relay, "dns", "--zone").stdout

    found = [json.loads(line) for line in command(relay, "doctor", "--json").stdout.splitlines()]
    assert {each["id"] for each in found if each["severity"] in ("warning", "error")} == set()
    assert {"RD100", "RD200", "RD300", "RD400", "RD700", "RD750", "RD900"} <= {
        each["id"] for each in found
    }
    assert sink.mails == []
    assert set(found[0]) == {
        "id", "severity", "subject", "what", "evidence", "remedy", "alarm",
    }  # fmt: skip

    relay.config["domains"]["egress_addresses"] = ["198.51.100.7"]
    relay.write_config()
    told = command(relay, "doctor", status=1).stdout
    assert "error\tRD106\t198.51.100.7 for example.org" in told
    assert "\ndifferent\texample.org\tTXT\t" in command(relay, "dns", status=1).stdout
    relay.config["domains"]["egress_addresses"] = ["nonsense"]
    relay.write_config()
    assert "is no address" in command(relay, "doctor", status=2).stderr


def test_keys_are_rotated_under_load_and_every_mail_verifies(
    tmp_path: Path, sink: Sink, servers: tuple[NameServer, NameServer]
) -> None:
    primary, secondary = servers
    with RunningRelay(tmp_path, sink.port, **changes(primary, secondary)) as relay:
        stopping = threading.Event()
        sent = 0

        def send() -> None:
            nonlocal sent
            while not stopping.is_set():
                sent += 1
                relay.send(MAIL % (sent, sent))
                time.sleep(0.05)

        sender = threading.Thread(target=send)
        sender.start()
        try:
            sink.wait_for(5)
            told = command(relay, "keys", "rotate").stderr
            assert "the new keys sign" in told
            switched = sent
            sink.wait_for(switched + 20, 30)
        finally:
            stopping.set()
            sender.join()
        mails = sink.wait_for(sent, 30)
        command(relay, "keys", "rotate", "--finish")
        shown = command(relay, "keys", "rotate", "--status").stdout
    stages = {line.split("\t")[1]: line.split("\t")[2] for line in shown.splitlines()}
    assert stages.pop("old-rsa") in ("revoked", "retired")
    assert set(stages.values()) == {"signing"}
    by_selector = _verified([mail.content for mail in mails], primary, tmp_path)
    assert set(by_selector) == {"old-rsa", *(each for each in stages if each.endswith("-rsa"))}
    assert sum(by_selector.values()) == len(mails) >= sent


def _verified(mails: list[bytes], server: NameServer, folder: Path) -> dict[str, int]:
    """Verify the RSA signature of each mail; return how many each selector has made.

    The old record is emptied by now, so its text is that of the key: what a receiver saw before.
    """
    settings = KeySettings(selector="old-rsa", file=folder / "keys/old-rsa.pem")
    old = load_key(settings, "example.org")
    counts: dict[str, int] = {}

    def text(name: bytes, timeout: int = 5) -> bytes:
        asked = name.decode()
        kept = record_text(old) if asked.startswith("old-rsa.") else server.ask(asked)[0]
        return kept.encode()

    for mail in mails:
        assert dkim.DKIM(mail).verify(0, dnsfunc=text), mail
        selector = mail.decode().split(" s=")[1].partition(";")[0]
        counts[selector] = counts.get(selector, 0) + 1
    return counts


def test_without_a_hook_the_record_is_printed_and_the_wait_ends(
    tmp_path: Path, sink: Sink, servers: tuple[NameServer, NameServer]
) -> None:
    relay = RunningRelay(tmp_path, sink.port, **changes(*servers))
    del relay.config["domains"]["update"]
    relay.write_config()
    done = command(relay, "keys", "rotate", "--timeout", "0", status=1)
    assert done.stdout.count("IN TXT") == 2
    assert "run this again" in done.stderr
    again = command(relay, "keys", "rotate", "--timeout", "0", status=1)
    assert again.stdout == done.stdout  # it goes on with the same keys
    status = command(relay, "keys", "rotate", "--status", "--json").stdout.splitlines()
    assert {json.loads(line)["stage"] for line in status} == {"published"}
    assert "old-rsa" in command(relay, "keys", "show").stdout


def test_a_key_that_the_dns_denies_raises_an_alarm_at_the_start_and_the_other_signs(
    tmp_path: Path, sink: Sink, servers: tuple[NameServer, NameServer]
) -> None:
    make_key(Algorithm.RSA, tmp_path / "keys/lost-rsa.pem")
    given = changes(*servers)
    given["signing"]["keys"].insert(0, {"selector": "lost-rsa", "file": "keys/lost-rsa.pem"})
    with RunningRelay(tmp_path, sink.port, **given) as relay:
        alarm = relay.wait_for_event("alarm")
        assert (alarm["id"], alarm["at"]) == ("RD201", "lost-rsa._domainkey.example.org")
        until = time.monotonic() + 5
        while not (tmp_path / "keys/rotation.json").exists() and time.monotonic() < until:
            time.sleep(0.05)
        relay.send(MAIL % (1, 1))
        [mail] = sink.wait_for(1)
    assert mail.content.count(b"DKIM-Signature:") == 1
    assert b"s=old-rsa" in mail.content
