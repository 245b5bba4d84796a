"""An upstream begins to block us: seen within a minute, told without mail, put right, explained."""

import time
from collections import deque
from functools import partial
from pathlib import Path

import pytest

from relay.reputation.state import State
from relay.store import alarms, weather
from relay.store.balance import balance
from relay.store.views import final
from relay.store.weather import Egress
from tests.e2e.mails import DONE, LOG, mail, parsed
from tests.e2e.running import RunningRelay
from tests.e2e.test_failover import wait_until
from tests.smtpd import Sink
from tests.webhook import Webhook

BLOCKED = "550 5.7.1 Access denied: your IP has been blocked"
VAGUE = "550 5.7.1 [192.0.2.25] blocked"
SMARTHOST = Egress(upstream="smarthost")
ALERTS = {"failure_after": "2s", "balance_every": "1min"}


def blocks(sink: Sink, phase: str, reply: str) -> None:
    sink.script[phase] = deque([reply] * 10_000)


def state(relay: RunningRelay) -> State:
    found = relay.ask(weather.kept).get(SMARTHOST)
    return State.CLEAR if found is None else found.state


def do(relay: RunningRelay, step: str, *more: str) -> str:
    order = ("remedy", "smarthost", "--apply", "--step", step, "--reason", "blocked since noon")
    return relay.relay(*order, *more)


def test_p3_p9_a_block_is_seen_told_put_right_and_explained(tmp_path: Path) -> None:
    alerts, retry = {**ALERTS}, {"first": "1s", "longest": "2s"}
    with Webhook() as hook, Sink() as sink:
        alerts["urls"] = [hook.url]
        with RunningRelay(tmp_path, sink.port, alerts=alerts, retry=retry) as relay:
            relay.send(mail("before", LOG))
            sink.wait_for(1)
            blocks(sink, "final", BLOCKED)
            failures = [relay.send(mail(f"run {n}", LOG.replace("www", f"w{n}"))) for n in range(3)]
            good = [relay.send(mail(f"fine {n}", DONE.replace("123,456", f"{n}"))) for n in (1, 2)]
            seen_and_told(relay, hook, failures, good)
            put_right(relay, sink, held=len(good))
            sink.wait_for(6, 30)
            assert wait_until(lambda: relay.ask(balance).fates["delivered"] == 6, 20)
            after = relay.send(mail("after", LOG.replace("www", "after")))
            sink.wait_for(7)
            assert relay.ask(balance).holds
            assert len({str(parsed(each.content)["Message-ID"]) for each in sink.mails}) == 7
            marked(relay, sink, failures)
            explained(relay, failures, good[0])
            assert "weather" not in relay.relay("why", after)


def seen_and_told(relay: RunningRelay, hook: Webhook, failures: list[str], good: list[str]) -> None:
    """Within a minute the state is right, and the failures have reached people, once each."""
    began = time.monotonic()
    assert wait_until(lambda: state(relay) is State.BLOCKED, 60)
    hook.wait_for(lambda it: all(each in it.told() for each in failures), 60)
    assert time.monotonic() - began < 60
    told = hook.told()
    assert "weather smarthost: blocked" in told
    assert "docs/runbooks/blocked.md" in told
    assert [told.count(each) for each in failures] == [1, 1, 1]
    assert not any(each in told for each in good)
    assert "FAILED" in told
    assert "s3cr3t" not in relay.log.read_text()
    assert relay.relay("status", status=1).startswith("ill: Something is wrong:")


def put_right(relay: RunningRelay, sink: Sink, held: int) -> None:
    assert "your IP has been blocked" in relay.relay("remedy", "smarthost", "--step", "cause")
    do(relay, "slow", "--to", "5000")
    do(relay, "hold")
    assert relay.ask(balance).fates["held"] == held
    assert "tries now" in do(relay, "verify")  # still blocked
    del sink.script["final"]  # the receiver has lifted it
    do(relay, "ramp")


def marked(relay: RunningRelay, sink: Sink, failures: list[str]) -> None:
    """The mails that follow say that they were told, and are kept as they were sent."""
    found = [each for each in sink.mails if "Comments" in parsed(each.content)]
    assert len(found) == len(failures)
    assert "told by an alarm before" in str(parsed(found[0].content)["Comments"])
    finals = [relay.ask(partial(final, key=each)) for each in failures]
    assert sorted(finals) == sorted(each.content for each in found)


def explained(relay: RunningRelay, failures: list[str], held: str) -> None:
    for each in failures:
        why = relay.relay("why", each)
        assert "deferred in attempt 1 by smarthost" in why
        assert "the weather at smarthost went from clear to" in why
        assert "told by 1 channel(s) that are not mail" in why
        assert "step slow: smarthost gets 5000 mails a minute (blocked since noon)" in why
        assert "delivered in attempt" in why
    why = relay.relay("why", held)
    assert "held by the operator: remedy of smarthost: blocked since noon" in why
    assert "delivered in attempt" in why
    report = relay.relay("remedy", "smarthost", "--step", "report")
    assert "step ramp: smarthost gets more and more mails a minute; 2 mails are rele" in report


@pytest.mark.parametrize("phase", ["rcpt", "mail"])
def test_a_block_in_vague_words_still_reaches_people(tmp_path: Path, phase: str) -> None:
    """Such a reply bounces the mail, or holds the upstream, and the notices cannot leave either."""
    with (
        Webhook() as hook,
        Sink() as sink,
        RunningRelay(tmp_path, sink.port, alerts={**ALERTS, "urls": [hook.url]}) as relay,
    ):
        blocks(sink, phase, VAGUE)
        failures = [relay.send(mail(f"run {n}", LOG.replace("www", f"w{n}"))) for n in range(3)]
        assert wait_until(lambda: state(relay) is State.BLOCKED, 60)
        hook.wait_for(lambda it: all(each in it.told() for each in failures), 60)
        assert relay.ask(balance).holds
        kinds = {each.condition.kind.value for each in relay.ask(alarms.present)}
        assert "weather" in kinds
