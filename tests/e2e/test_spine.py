"""One mail from a host to the upstream, told against the real process."""

import json
import os
import signal
import smtplib
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from relay.store.balance import balance
from tests.e2e.mails import DONE, LOG, mail, parsed
from tests.e2e.running import ROOT, RunningRelay
from tests.smtpd import Sink


def test_p2_a_lying_subject_is_corrected_and_stays_visible(tmp_path: Path) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        message_id = relay.send(mail("Backup OK", LOG), recipients=["root"])
        (arrived,) = sink.wait_for(1)
        why = relay.relay("why", message_id)
    left = parsed(arrived.content)
    assert left["Subject"].startswith("[FAILED] web01 ")
    assert left["X-Original-Subject"] == "Backup OK"
    assert "code 23" in left.get_body().get_content()  # type: ignore[union-attr]
    assert arrived.recipients == ("ops@example.org",)  # root's mail is the owner's
    assert left["From"].addresses[0].domain == "example.org"
    assert "claims success; that is false" in why


def test_p1_the_account_balances_when_all_has_left(tmp_path: Path, store_url: str) -> None:
    with (
        Sink() as sink,
        RunningRelay(tmp_path, sink.port, store_url=store_url) as relay,
    ):
        for number in range(5):
            relay.send(mail(f"run {number}", LOG), recipients=["a@example.org", "b@example.org"])
        sink.wait_for(10)
        relay.wait_for_event("delivered", count=10)
        account = json.loads(relay.relay("ledger", "check", "--json"))
    assert account["holds"]
    assert (account["accepted"], account["delivered"]) == (10, 10)


def test_p5_the_original_and_the_final_bytes_can_be_had_back(tmp_path: Path) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        raw = mail("Backup OK", LOG)
        message_id = relay.send(raw)
        (arrived,) = sink.wait_for(1)
        relay.wait_for_event("delivered")
        command = [sys.executable, "-m", "relay", "show", message_id, "-c", relay.path]
        original = subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout
        final = subprocess.run(
            [*command, "--final"], capture_output=True, check=True, cwd=ROOT
        ).stdout
    assert original == raw
    assert final == arrived.content


def test_a_refused_recipient_is_told_to_the_owner(tmp_path: Path) -> None:
    with (
        Sink(script={"rcpt": ["550 5.1.1 no such user"]}) as sink,
        RunningRelay(tmp_path, sink.port) as relay,
    ):
        relay.send(mail("nightly", LOG), recipients=["gone@example.org"])
        (notice,) = sink.wait_for(1)
        relay.wait_for_event("delivered")
        found = relay.ask(balance)
    assert notice.recipients == ("ops@example.org",)
    assert notice.reverse_path == ""
    assert b"550 5.1.1 no such user" in notice.content
    assert (found.fates["bounced"], found.holds) == (1, True)


def test_an_upstream_that_is_away_holds_the_queue_and_nothing_bounces(tmp_path: Path) -> None:
    with Sink() as sink:
        port = sink.port
    with RunningRelay(tmp_path, port) as relay:
        for number in range(5):
            relay.send(mail(f"run {number}", LOG))
        relay.wait_for_event("upstream-held")
        with Sink(port=port) as back:
            back.wait_for(5, seconds=20)
            relay.wait_for_event("delivered", count=5)
        assert relay.ask(balance).fates["delivered"] == 5


def test_a_held_message_waits_for_the_operator_beside_a_running_relay(tmp_path: Path) -> None:
    with (
        Sink(script={"rcpt": ["450 4.2.1 busy"]}) as sink,
        RunningRelay(tmp_path, sink.port, retry={"first": "1h", "longest": "1h"}) as relay,
    ):
        key = relay.send(mail("nightly", LOG)) + "-1"
        relay.wait_for_event("deferred")
        assert "450 4.2.1 busy" in relay.relay("queue", "list")
        relay.relay("queue", "hold", key, "--reason", "looking into it")
        assert relay.ask(balance).fates["held"] == 1
        relay.relay("queue", "release", key, "--reason", "looked into it")
        sink.wait_for(1)
        assert "looking into it" in relay.relay("why", key)
        relay.relay("queue", "show", "NOSUCHID", status=3)


def test_sigterm_ends_in_order_and_the_next_start_goes_on(tmp_path: Path) -> None:
    with (
        Sink(script={"rcpt": ["450 4.2.1 busy"]}) as sink,
        RunningRelay(tmp_path, sink.port) as relay,
    ):
        relay.send(mail("nightly", LOG))
        relay.wait_for_event("deferred")
        assert relay.stop() == 0
        assert relay.ask(balance).fates["in_flight"] == 1
        relay.start()
        sink.wait_for(1)


def test_a_second_process_on_the_same_store_refuses_to_start(tmp_path: Path) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        done = subprocess.run(
            [sys.executable, "-m", "relay", "serve", "-c", relay.path],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
            timeout=30,
        )
    assert done.returncode == 2
    assert "in use by another relay process" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reload_takes_force_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        good = relay.config["hosts"]
        relay.config["hosts"] = [{"name": "web01", "netwroks": ["127.0.0.0/8"]}]
        relay.reload()
        refused = relay.wait_for_event("reload-refused")
        assert 'did you mean "networks"' in " ".join(refused["problems"])
        relay.send(mail("still taken", LOG))
        relay.config["hosts"] = [{**good[0], "name": "db07"}]
        relay.reload()
        relay.wait_for_event("reloaded")
        relay.send(mail("from the same address", "but another host\n"))
        sink.wait_for(2)
        assert relay.wait_for_event("accepted", count=2)["host"] == "db07"


def _workers(pid: int) -> list[int]:
    """Return the processes below this one in which mail is read."""
    found = [
        int(each)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for each in (task / "children").read_text().split()
    ]
    return [each for child in found for each in (child, *_workers(child))]


def test_a_reload_of_wrong_policies_keeps_the_old_ones_even_in_new_processes(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    mine = folder / "mine.yaml"
    mine.write_text("rules:\n  - {name: mine, then: {route: now, subject: 'old {job}'}}\n")
    policy = {"folder": str(folder)}
    with Sink() as sink, RunningRelay(tmp_path, sink.port, policy=policy) as relay:
        mine.write_text("rules:\n  - {name: mine, then: {route: now, subjct: 'new {job}'}}\n")
        relay.reload()
        refused = relay.wait_for_event("reload-refused")
        assert 'policies/mine.yaml:2 unknown key "subjct"' in " ".join(refused["problems"])
        relay.send(mail("first", LOG))
        sink.wait_for(1)
        # A process that dies is replaced by one that has to get its rules from somewhere.
        for worker in _workers(relay.process.pid)[-1:]:
            os.kill(worker, signal.SIGKILL)
        relay.send(mail("second", LOG))
        subjects = [parsed(each.content)["Subject"] for each in sink.wait_for(2)]
        assert subjects == ["[FAILED] old first", "[FAILED] old second"]
        mine.write_text("rules:\n  - {name: mine, then: {route: now, subject: 'new {job}'}}\n")
        relay.reload()
        relay.wait_for_event("reloaded")
        relay.send(mail("third", LOG))
        assert parsed(sink.wait_for(3)[-1].content)["Subject"] == "[FAILED] new third"


def test_p8_a_stranger_may_not_relay(tmp_path: Path) -> None:
    hosts = [{"name": "web01", "networks": ["192.0.2.0/24"]}]
    with Sink() as sink, RunningRelay(tmp_path, sink.port, hosts=hosts) as relay:
        with pytest.raises(smtplib.SMTPResponseException) as refusal:
            relay.send(mail("let me in", "hello\n"))
        assert refusal.value.smtp_code == 550
        assert sink.mails == []


def test_health_and_metrics_tell_the_truth(tmp_path: Path) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        relay.send(mail("nightly", LOG))
        relay.wait_for_event("delivered")
        port = relay.wait_for_event("started")["web"]
        health = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"))
        metrics = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
    assert health["status"] == "ok"
    assert "relay_accepted_recipients_total 1.0" in metrics
    assert 'relay_verdicts_total{verdict="failure"} 1.0' in metrics


def test_too_full_a_disk_closes_the_door_and_says_so(tmp_path: Path) -> None:
    limits = {"limits": {"free_disk": 1 << 60}}
    with (
        Sink() as sink,
        RunningRelay(
            tmp_path,
            sink.port,
            ingest={
                "hostname": "relay.example.org",
                "listeners": [{"address": "127.0.0.1", "port": 0}],
                **limits,
            },
        ) as relay,
    ):
        with pytest.raises(smtplib.SMTPResponseException) as refusal:
            relay.send(mail("nightly", LOG))
        assert refusal.value.smtp_code == 452
        port = relay.wait_for_event("started")["web"]
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz")


def test_a_reload_that_cannot_work_leaves_the_old_one_at_work(tmp_path: Path) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        relay.config["pool"] = {"processes": 1, "memory": "20MB"}  # no process can start in that
        relay.reload()
        relay.wait_for_event("reload-refused", seconds=30)
        relay.send(mail("nightly", LOG))
        assert len(sink.wait_for(1)) == 1


def test_p3_under_a_quota_what_may_wait_is_one_mail_and_a_failure_passes(tmp_path: Path) -> None:
    upstream = {"name": "smarthost", "host": "127.0.0.1", "tls": "none", "per_day": 10}
    window = {"folder": str(ROOT / "tests/policies"), "storm_window": "2s"}
    with (
        Sink() as sink,
        RunningRelay(
            tmp_path, 0, upstreams=[{**upstream, "port": sink.port}], policy=window
        ) as relay,
    ):
        for number in range(30):
            waits = relay.send(mail(f"copy of {number:x}x", DONE))
        relay.wait_for_event("delivered", count=8)
        relay.wait_for_event("batch-closed")
        assert len(sink.mails) == 8  # a fifth of the quota is kept
        relay.send(mail("Backup OK", LOG))
        failed = parsed(sink.wait_for(9)[-1].content)
        why = relay.relay("why", waits)
        account = json.loads(relay.relay("ledger", "check", "--json"))
    assert failed["Subject"].startswith("[FAILED] web01 ")
    assert "it goes along with the digest of what could wait" in why
    assert account["holds"]
    assert account["delivered"] == 9
