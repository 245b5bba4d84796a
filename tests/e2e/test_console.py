"""The operator's pages of a real relay: somebody is let in beside it, looks, tries rules, acts."""

import json
import subprocess
import sys
from pathlib import Path

from tests.e2e.mails import DONE, LOG, mail
from tests.e2e.running import ROOT, RunningRelay
from tests.smtpd import Sink
from tests.web.console import PASSWORD, Visitor, csrf
from tests.web.test_operator_pages import shown


def commanded(relay: RunningRelay, *words: str, feed: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "relay", *words, "--config", relay.path],
        cwd=ROOT,
        input=feed,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_operator_looks_tries_other_rules_and_acts_beside_the_mail(tmp_path: Path) -> None:
    operator = {"enabled": True, "port": 0}
    with Sink() as sink, RunningRelay(tmp_path, sink.port, operator=operator) as relay:
        add = ("operators", "add", "alice", "--role", "operator")
        commanded(relay, *add, feed=PASSWORD + "\n")
        assert json.loads(commanded(relay, "operators", "list", "--json")) == {
            "name": "alice",
            "role": "operator",
            "codes": False,
        }
        alice = Visitor(int(relay.wait_for_event("started")["operator"]))
        assert alice.log_in("alice")[0].status == 303
        relay.send(mail("copy of www", DONE))
        relay.send(mail("copy of mail", LOG))
        sink.wait_for(2)
        relay.wait_for_event("delivered", 2)
        assert "accepted 2 delivered 2" in shown(alice.get("/"))
        token = csrf(alice.get("/policy"))
        text = shown(
            alice.ask(
                "POST",
                "/policy/test",
                {"csrf": token, "mail": "From: a@b.example\nSubject: Backup OK\n\n" + LOG},
            )[1]
        )
        assert "becomes [FAILED]" in text
        name = min(path.name for path in Path(relay.config["policy"]["folder"]).glob("*.yaml"))
        form = {"csrf": token, "days": "1", "name": name, "text": "rules: []"}
        response, answer = alice.ask("POST", "/policy/backtest", form)
        assert response.status == 200, answer
        assert "2 messages: recipient" in shown(answer)
        wrong = form | {"text": "rules: [{name: x, then: {route: nowhere}}]"}
        response, answer = alice.ask("POST", "/policy/backtest", wrong)
        assert response.status == 409
        assert f"{name}:1" in shown(answer)
        assert "relay-trial" not in answer
        assert commanded(relay, "operators", "totp", "alice").startswith("otpauth://totp/")
        assert alice.ask("GET", "/")[0].status == 303  # its sessions have ended
        assert alice.log_in("alice")[0].status == 401
        commanded(relay, "operators", "totp", "alice", "--off")
        assert alice.log_in("alice")[0].status == 303
        commanded(relay, "operators", "remove", "alice")
        assert alice.ask("GET", "/")[0].status == 303
    assert PASSWORD not in relay.log.read_text()
