"""Two upstreams: one dies under load and comes back, told against the real process."""

import contextlib
import smtplib
import threading
import time
from collections import Counter
from pathlib import Path

from relay.store.balance import balance
from tests.e2e.mails import LOG, mail, parsed
from tests.e2e.running import RunningRelay
from tests.smtpd import Sink

MAILS = 200
IN_FLIGHT = 16  # four connections, four mails claimed for each


def two_upstreams(first: int, second: int) -> list[dict[str, object]]:
    local = {"kind": "smtp", "host": "127.0.0.1", "tls": "none"}
    return [
        {**local, "name": "first", "port": first, "fallback": ["second"], "failover_after": "1s"},
        {**local, "name": "second", "port": second},
    ]


def test_p1_an_upstream_that_dies_under_load_loses_nothing_and_gets_new_mail_again(
    tmp_path: Path,
) -> None:
    with contextlib.ExitStack() as stack:
        second = stack.enter_context(Sink())
        first = Sink()
        first.__enter__()
        relay = stack.enter_context(
            RunningRelay(
                tmp_path,
                first.port,
                upstreams=two_upstreams(first.port, second.port),
                policy={"storm_mails": 10_000, "storm_mails_of_job": 30},
            )
        )
        feeding = threading.Thread(target=feed, args=(relay, range(MAILS)))
        feeding.start()
        first.wait_for(30, 30)
        first.__exit__(None, None, None)  # it dies with connections open
        feeding.join(60)
        assert wait_until(lambda: taken(first) + taken(second) >= MAILS, 60)
        moved = second.mails

        back = stack.enter_context(Sink(port=first.port))
        relay.wait_for_event("upstream-held")
        feed(relay, range(MAILS, MAILS + 30), pause=0.1)
        assert wait_until(lambda: taken(first) + taken(second) + taken(back) >= MAILS + 30, 60)
        assert wait_until(lambda: relay.ask(balance).fates["delivered"] >= MAILS + 30, 20)
        account = relay.ask(balance)
    assert account.holds
    assert account.fates["delivered"] == MAILS + 30
    assert back.mails, "new mail returns to the first"
    copies = Counter(
        str(parsed(each.content)["Message-ID"]) for each in everything(first, second, back)
    )
    assert len(copies) == MAILS + 30, "none is lost"
    assert sum(copies.values()) - len(copies) <= IN_FLIGHT
    assert_failures_first([parsed(each.content)["Subject"] for each in moved])


def feed(relay: RunningRelay, numbers: range, pause: float = 0) -> None:
    """Submit mails, one in ten of them a failure."""
    with smtplib.SMTP("127.0.0.1", relay.port, timeout=30) as client:
        for number in numbers:
            text = LOG if number % 10 == 9 else f"note {number}: nothing to see\n"
            subject = f"run {number}"
            to = f"p{number}@example.org"
            client.sendmail("root@web01", [to], mail(subject, text))
            time.sleep(pause)


def taken(sink: Sink) -> int:
    return len({str(parsed(each.content)["Message-ID"]) for each in list(sink.mails)})


def everything(*sinks: Sink) -> list[object]:
    return [each for sink in sinks for each in sink.mails]


def wait_until(true: object, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():  # type: ignore[operator]
            return True
        time.sleep(0.1)
    return False


def assert_failures_first(subjects: list[str]) -> None:
    """What piled up leaves with the failures in front."""
    pile = subjects[: len(subjects) // 2]
    failed = [position for position, subject in enumerate(pile) if subject.startswith("[FAILED]")]
    assert failed, subjects
