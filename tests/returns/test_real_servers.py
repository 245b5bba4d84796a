"""Bounces that a real Postfix writes, read as what happened to the mail."""

import os
from collections.abc import Mapping

import pytest

from relay.returns.read import read
from relay.returns.returned import Action, Bounce, Returned
from tests.mta import MUST_BE_ROOT, Postfix
from tests.returns.given import OURS, came_back
from tests.smtpd import Sink

MAIL = b"From: backups@relay.example.com\nMessage-ID: <one@relay.example.com>\n\nbody\n"
REFUSAL = "550 5.1.1 <anna@example.org>: User unknown"
BUSY = "451 4.7.1 Greylisted, come back later"


pytestmark = [
    pytest.mark.needs("postfix"),
    pytest.mark.skipif(os.geteuid() != 0, reason=MUST_BE_ROOT),
]


def told(reply: str, settings: Mapping[str, str]) -> Returned:
    """Return what comes back when the next server answers RCPT so."""
    with Sink(script={"rcpt": [reply]}) as sink, Postfix(sink.port, settings) as postfix:
        postfix.sendmail(MAIL, "-N", "success,failure,delay", "-f", OURS, "anna@example.org")
        mail = sink.wait_for(1)[0]
    assert mail.recipients == (OURS,)
    return read(came_back(mail.content, mail.reverse_path))


def test_a_refused_recipient() -> None:
    found = told(REFUSAL, {})
    assert isinstance(found, Bounce)
    (status,) = found.recipients
    assert (status.recipient, status.status, status.code) == ("anna@example.org", "5.1.1", 550)
    assert (status.permanent, status.text) == (True, REFUSAL)
    assert status.remote == "127.0.0.1"
    assert found.original.message_id == "<one@relay.example.com>"


def test_a_mail_that_waited_too_long_has_failed_and_not_for_good() -> None:
    found = told(BUSY, {"maximal_queue_lifetime": "0"})
    assert isinstance(found, Bounce)
    (status,) = found.recipients
    assert (status.action, status.status, status.code) == (Action.FAILED, "4.7.1", 451)
    assert not status.permanent


def test_a_mail_that_is_late_has_not_failed() -> None:
    often = {"queue_run_delay": "1s", "minimal_backoff_time": "1s"}
    found = told(BUSY, {"delay_warning_time": "1s", **often})
    assert isinstance(found, Bounce)
    assert [each.action for each in found.recipients] == [Action.DELAYED]
    assert not found.failed
