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
    with (
        Webhook() as hook,
        Sink() as sink,
        RunningRelay(
            tmp_path,
            sink.port,
            alerts={**ALERTS, "urls": [hook.url]},
            retry={"first": "1s", "longest": "2s"},
        ) as relay,
    ):
        relay.send(mail("before", LOG))
        sink.wait_for(1)

        blocks(sink, "final", BLOCKED)
        began = time.monotonic()
        failures = [relay.send(mail(f"run {n}", LOG.replace("www", f"w{n}"))) for n in range(3)]
        good = [relay.send(mail(f"fine {n}", DONE.replace("123,456", f"{n}"))) for n in range(3)]

        assert wait_until(lambda: state(relay) is State.BLOCKED, 60)
        hook.wait_for(lambda it: all(each in it.told() for each in failures), 60)
        assert time.monotonic() - began < 60
        told = hook.told()
        assert "weather smarthost: blocked" in told
        assert "docs/runbooks/blocked.md" in told
        assert [told.count(each) for each in failures] == [1, 1, 1]
        assert not any(each in told for each in good)
        assert "FAILED" in told
        assert hook.url not in relay.log.read_text()
        assert "s3cr3t" not in relay.log.read_text()
        ill = relay.relay("status", status=1)
        assert ill.startswith("ill: Something is wrong:")

        assert "your IP has been blocked" in relay.relay("remedy", "smarthost", "--step", "cause")
        do(relay, "slow", "--to", "5000")
        do(relay, "hold")
        assert relay.ask(balance).fates["held"] == len(good)

        assert "tries now" in do(relay, "verify")  # still blocked
        del sink.script["final"]  # the receiver has lifted it
        do(relay, "ramp")
        sink.wait_for(1 + len(failures) + len(good), 30)
        assert wait_until(lambda: relay.ask(balance).fates["delivered"] == 7, 20)
        after = relay.send(mail("after", LOG.replace("www", "after")))
        sink.wait_for(8)
        assert relay.ask(balance).holds
        assert len({str(parsed(each.content)["Message-ID"]) for each in sink.mails}) == 8

        marked = [each for each in sink.mails if "Comments" in parsed(each.content)]
        assert len(marked) == len(failures), "the mail that follows says that it was told"
        assert "told by an alarm before" in str(parsed(marked[0].content)["Comments"])
        finals = [relay.ask(partial(final, key=each)) for each in failures]
        assert sorted(finals) == sorted(each.content for each in marked)
        for each in failures:
            why = relay.relay("why", each)
            assert "deferred in attempt 1 by smarthost" in why
            assert "the weather at smarthost went from clear to" in why
            assert "told by 1 channel(s) that are not mail" in why
            assert "step slow: smarthost gets 5000 mails a minute (blocked since noon)" in why
            assert "delivered in attempt" in why
        held = relay.relay("why", good[0])
        assert "held by the operator: remedy of smarthost: blocked since noon" in held
        assert "delivered in attempt" in held
        assert "weather" not in relay.relay("why", after)
        report = relay.relay("remedy", "smarthost", "--step", "report")
        assert (
            "step ramp: smarthost gets more and more mails a minute; 3 mails are released" in report
        )


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
