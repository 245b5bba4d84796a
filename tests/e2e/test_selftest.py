"""`relay selftest`: the whole path is tried, and an operator sees what a receiver would."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from relay.signing.keys import dns_record, load_keys
from relay.signing.settings import SigningSettings
from tests.dns_server import DnsServer, Records
from tests.e2e.running import ROOT, RunningRelay, configuration
from tests.e2e.test_receiver import signing
from tests.smtpd import Sink

GOOD: Records = {
    "example.org": '"v=spf1 ip4:192.0.2.25 -all"',
    "relay.example.org": '"v=spf1 ip4:192.0.2.25 -all"',
    "_dmarc.example.org": '"v=DMARC1; p=reject"',
}


def command(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "relay", "selftest", *arguments, "-c", str(path)]
    return subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT, timeout=90)


def written(folder: Path, keys: SigningSettings, dns: DnsServer) -> Path:
    """A configuration of two identities, with an upstream that must never be reached."""
    config: dict[str, Any] = configuration(folder, 9)
    config["hosts"].append(
        {"name": "db1", "networks": ["198.51.100.0/24"], "identity": "Databases <db@{domain}>"}
    )
    config["signing"] = keys.model_dump(mode="json", exclude_unset=True)
    config["domains"] = {
        "egress_addresses": ["192.0.2.25"],
        "resolver": [f"{dns.host}:{dns.port}"],
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def test_on_loopback_a_receiver_passes_the_mail_of_each_identity(tmp_path: Path) -> None:
    keys = signing(tmp_path / "keys")
    shown = dict(dns_record(key) for key in load_keys(keys, "example.org"))
    with DnsServer({**GOOD, **shown}) as dns:
        done = command(written(tmp_path, keys, dns), "--loopback", "--json")
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["host"] for each in found] == ["web01", "db1"]
    for each in found:
        assert (each["spf"], each["dkim"], each["dmarc"]) == ("pass", "pass", "pass")
        assert each["line"].startswith("Authentication-Results: relay.example.org; spf=pass")
    assert not (tmp_path / "relay.db").exists()  # the running relay's store is its own


def test_a_key_that_the_dns_does_not_show_is_seen_before_a_receiver_sees_it(
    tmp_path: Path,
) -> None:
    keys = signing(tmp_path / "keys")
    spf_fails = {**GOOD, "example.org": '"v=spf1 -all"'}
    with DnsServer(spf_fails) as dns:
        done = command(written(tmp_path, keys, dns), "--loopback")
    assert done.returncode == 1
    assert "dmarc fail" in done.stdout
    assert "relay doctor" in done.stderr


def test_a_report_is_followed_to_its_reader_and_leaves_no_job_behind(tmp_path: Path) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        relay.config["ingest"]["listeners"][0]["port"] = relay.port
        path = tmp_path / "running.yaml"
        path.write_text(yaml.safe_dump(relay.config))
        done = command(path, "ops@example.org", "--failure")
        assert done.returncode == 0, done.stderr
        (mail,) = sink.wait_for(1)
        jobs = relay.relay("jobs", "list")
    assert "delivered" in done.stdout.splitlines()[-1]
    assert "evidence" in done.stdout or "line" in done.stdout
    assert b"FAILED" in mail.content
    assert jobs.strip() == ""


def test_what_does_not_get_through_is_told(tmp_path: Path) -> None:
    with (
        Sink(script={"rcpt": ["550 5.1.1 no such user"]}) as sink,
        RunningRelay(tmp_path, sink.port) as relay,
    ):
        relay.config["ingest"]["listeners"][0]["port"] = relay.port
        path = tmp_path / "running.yaml"
        path.write_text(yaml.safe_dump(relay.config))
        done = command(path, "nobody@example.org", "--failure")
    assert done.returncode == 1
    assert "no such user" in done.stdout


def test_without_a_relay_it_says_where_none_listens(tmp_path: Path) -> None:
    config = configuration(tmp_path, 11)
    config["ingest"]["listeners"] = [{"address": "127.0.0.1", "port": 9}]
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(config))
    done = command(path, "ops@example.org")
    assert done.returncode == 2
    assert "no relay takes mail at 127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    assert command(path).returncode == 2
