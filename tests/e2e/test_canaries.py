"""No secret comes out: canaries are looked for in everything that a relay shows.

A relay runs with a password of its upstream from the environment, and takes mail that quotes
passwords and tokens; recipients are refused, the upstream cannot be spoken to, a reload fails. Then
each log line, page, metric, answer of a command and argument of a process is searched for each.
"""

import smtplib
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.mails import LOG, mail
from tests.e2e.running import RunningRelay
from tests.smtpd import Sink

BODY, TOKEN, UPSTREAM, VARIABLE, WORD = (
    f"canary-{name}-7f3e9c51" for name in ("body", "token", "upstream", "variable", "subject")
)
QUOTED = f"mysql --password={BODY} -h db\nAuthorization: Bearer {TOKEN}\n"


def pages(relay: RunningRelay) -> str:
    """Return what its listeners answer, to good requests and to bad ones."""
    port = relay.wait_for_event("started")["web"]
    found = ""
    for path in ("/healthz", "/metrics", "/", "/acts", "/%00", "/../config.yaml"):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                found += answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            found += error.read().decode(errors="replace") + str(error.headers)
    return found


def processes(relay: RunningRelay) -> str:
    """Return the arguments of all its processes, as anybody on the machine may read them."""
    found, waiting = "", [relay.process.pid]
    while waiting:
        pid = waiting.pop()
        found += Path(f"/proc/{pid}/cmdline").read_text()
        children = Path(f"/proc/{pid}/task").glob("*/children")
        waiting += [int(each) for file in children for each in file.read_text().split()]
    return found


def test_no_canary_is_seen_in_what_a_relay_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELAY_UPSTREAMS__0__PASSWORD", UPSTREAM)
    monkeypatch.setenv("UNRELATED_SECRET", VARIABLE)
    upstream = {"name": "smarthost", "kind": "smtp", "host": "127.0.0.1", "tls": "required"}
    replies = ["550 5.1.1 no such user", None]
    with (
        Sink(script={"rcpt": replies}, users={"relay": "other"}, auth_without_tls=True) as sink,
        RunningRelay(
            tmp_path, 0, upstreams=[{**upstream, "port": sink.port, "user": "relay"}]
        ) as relay,
    ):
        held = relay.send(mail(f"{WORD} run", LOG + QUOTED))
        relay.wait_for_event("upstream-held")  # no TLS there, so no password is given
        with pytest.raises(smtplib.SMTPResponseException):
            relay.send(mail("x", QUOTED), recipients=[f"a%b@{BODY}.example", "bad address"])
        seen = pages(relay) + processes(relay)
        for command in (
            ("queue", "list"), ("queue", "list", "--json"), ("why", held), ("ledger", "check"),
            ("jobs", "list"), ("check",),
        ):  # fmt: skip
            seen += relay.relay(*command)
        relay.config["pool"] = {"memory": "20MB"}
        relay.reload()
        relay.wait_for_event("reload-refused", seconds=30)
        seen += relay.log.read_text()
    assert "smarthost" in seen  # it is the right text
    secrets = (TOKEN, UPSTREAM, VARIABLE)
    assert [each for each in secrets if each in seen] == []
    assert f"password={BODY}" not in seen
    assert WORD not in relay.log.read_text()  # a subject is no matter of the log
    stored = b"".join(each.read_bytes() for each in tmp_path.glob("relay.db*"))
    assert UPSTREAM.encode() not in stored
    assert VARIABLE.encode() not in stored
