"""Malformed mail costs nothing but itself: it is read, judged and sent on, valid and in time.

Each mail of the generator takes the way that the pool gives it, in limits of CPU time that would
kill a process there. What leaves has to be valid by an independent reader, to break no rule of
weight, to be read by us as what we wrote, and, untouched, to be what came byte for byte.
"""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bench.spamcheck import shipped_rules
from relay.ingest.data import header_problem, normalised
from relay.ingest.settings import LimitSettings
from relay.lint.finding import Severity
from relay.lint.lint import lint
from relay.lint.mail import Site
from relay.mail.parse import parse, read, render
from relay.pipeline.prepare import prepare
from relay.policy.rules import Rules
from relay.returns.read import read as read_returned
from relay.rewrite.apply import apply
from relay.rewrite.edits import Touch
from tests.mail.receiving import received
from tests.rewrite.validity import assert_transportable_header, assert_valid
from tests.rewrite.wishes import ALL
from tests.torture.conftest import Figure, scaled
from tests.torture.malformed import FAULTS, malformed

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
US = Site(domain="example.org", postal_address="Example Ltd, 1 Example Road")
_LONGEST = 2.0  # seconds of CPU time
BATCHES = 20
# What a host wrote that is well formed as a field, and means nothing: it is left to it.
THEIRS = {
    "RL132": "a media type that nobody knows",
    "RL133": "more parts than we read",
    "RL405": "an Auto-Submitted of its own without a keyword",
    "RL504": "a List-Id of its own without a name",
}


@pytest.fixture(scope="module")
def rules() -> Rules:
    return shipped_rules()


def taken(seed: int) -> bytes | None:
    """Return a mail as the DATA reader would have handed it on; None if it would be refused."""
    raw = normalised(malformed(seed))
    raw = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    return None if header_problem(raw, LimitSettings()) else raw


def on_its_way(raw: bytes, rules: Rules) -> bytes:
    """Have a mail prepared and check what leaves; return it."""
    prepared = prepare(received(raw), rules)
    assert prepared.fallback is None, prepared.fallback
    content = prepared.content
    message = parse(received(raw))
    if prepared.decision.edits.touch is Touch.FULL:
        assert_valid(content)
        severe = (each for each in lint(content, "r+x=1@example.org", US, NOW)
                  if each.rule.severity is Severity.ERROR)  # fmt: skip
        assert {each.rule.id for each in severe} <= THEIRS.keys()
    elif prepared.decision.edits.touch is not Touch.NONE:
        assert_transportable_header(content)
    edited = apply(message, ALL)
    reread = read(edited.received, render(edited))
    assert (reread.fields, reread.body, reread.parts) == (edited.fields, edited.body, edited.parts)
    return content


@pytest.mark.timeout(900)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_p6_malformed_mail_is_sent_on_valid_and_in_time(
    batch: int, rules: Rules, figure: Figure
) -> None:
    slowest, seen, refused = 0.0, 0, 0
    each = scaled(22, 264)
    for seed in range(batch * each, (batch + 1) * each):
        raw = taken(seed)
        if raw is None:
            refused += 1
            continue
        began = time.thread_time()
        on_its_way(raw, rules)
        read_returned(parse(received(raw)))
        took = time.thread_time() - began
        assert took < _LONGEST, f"seed {seed} took {took:.1f} s of CPU time"
        slowest, seen = max(slowest, took), seen + 1
    kinds = len(FAULTS)
    figure("content: malformed", f"{seen} mails of {kinds} kinds sent on valid, {refused} refused, "
           f"slowest {slowest:.2f} s CPU")  # fmt: skip


def test_p5_malformed_mail_that_is_not_touched_leaves_as_it_came() -> None:
    for seed in range(scaled(110, 2_200)):
        raw = taken(seed)
        if raw is None:
            continue
        message = parse(received(raw))
        assert render(message) == raw
        out = render(apply(message, replace(ALL, touch=Touch.NONE)))
        end = out.index(b"+0000\r\n") + len(b"+0000\r\n")
        fields = b"".join(field.raw for field in message.fields)
        assert out[end:] == fields + b"\r\n" + message.body
