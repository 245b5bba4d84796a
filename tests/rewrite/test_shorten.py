"""A long text leaves without its middle, and says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.mail.parse import render
from relay.mail.text import read_lines
from relay.policy.decide import decide
from relay.reports.report import Verdict
from relay.rewrite.apply import apply
from relay.rewrite.edits import BodyLimit
from relay.rewrite.shorten import shortened
from tests.policy.builders import failure, mail, person, proof, rule, rules

WHOLE = "relay show X --original"


def limit(lines: int | None = 20, size: int | None = None, *evidence: str) -> BodyLimit:
    return BodyLimit(most_lines=lines, most_bytes=size, evidence=evidence, whole=WHOLE)


def cut(text: str, to: BodyLimit) -> str:
    return shortened(mail(body=text).parts[0], text, to)


def numbered(many: int) -> str:
    return "".join(f"line {number}\n" for number in range(1, many + 1))


def test_beginning_and_end_stay_and_the_hole_says_what_was_there() -> None:
    left = cut(numbered(1000), limit()).splitlines()
    assert left[:10] == [f"line {number}" for number in range(1, 11)]
    assert left[-10:] == [f"line {number}" for number in range(991, 1001)]
    assert left[10:-10] == [
        f"[... 980 lines (8,731 bytes) are left out here; the whole text: {WHOLE} ...]"
    ]


def test_what_fits_stays_byte_for_byte() -> None:
    assert cut(numbered(20), limit()) == numbered(20)
    assert cut("short\r\n\r\n", limit(20, 2000)) == "short\r\n\r\n"


def test_every_line_of_evidence_stays_wherever_it_is() -> None:
    left = cut(numbered(1000), limit(20, None, "line 500", "line 700"))
    assert "line 500\n[..." in left
    assert "line 700\n[..." in left
    assert left.count("are left out here") == 3
    assert left.count(WHOLE) == 1
    assert sum(not line.startswith("[...") for line in left.splitlines()) == 20


def test_evidence_is_found_behind_colours() -> None:
    text = numbered(300) + "\x1b[31merror:\x1b[0m  disk full\n" + numbered(300)
    assert "disk full" in cut(text, limit(20, None, "error: disk full"))


def test_evidence_that_is_there_a_thousand_times_does_not_fill_the_mail() -> None:
    left = cut("error: disk full\n" * 5000, limit(20, None, "error: disk full"))
    assert len(left.splitlines()) <= 25


@pytest.mark.parametrize("text", ["x" * 100_000 + "\n", numbered(30_000)])
def test_bytes_are_limited_too(text: str) -> None:
    left = cut(text, limit(None, 4000))
    assert len(left) < 4300
    assert WHOLE in left


def test_a_text_that_was_shortened_is_not_shortened_again() -> None:
    once = cut(numbered(1000), limit(20, None, "line 300"))
    assert cut(once, limit(20, None, "line 300")) == once


@given(st.text(max_size=3000), st.integers(20, 40), st.integers(2000, 2500))
def test_nothing_of_a_text_makes_it_fail_and_it_only_gets_shorter(
    text: str, lines: int, size: int
) -> None:
    left = cut(text, limit(lines, size, "a"))
    assert left == text or WHOLE in left


def test_html_and_attachments_stay() -> None:
    long = numbered(100)
    html = mail("Content-Type: text/html\r\n", long).parts[0]
    log = mail("Content-Type: text/plain\r\nContent-Disposition: attachment\r\n", long).parts[0]
    assert shortened(html, long, limit()) == long
    assert shortened(log, long, limit()) == long


BODY = (
    "".join(f"file {number}\r\n" for number in range(500)) + "rsync error: it broke (code 23)\r\n"
)
BODY += "".join(f"file {number}\r\n" for number in range(500))
ORDER = rule({"body": {"most_lines": 40}})


def test_a_rule_limits_the_text_and_is_named_for_it() -> None:
    report = failure(evidence=(proof("rsync error: it broke (code 23)", line=501),))
    decision = decide(mail(body=BODY), report, rules(ORDER))
    left = apply(mail(body=BODY), decision.edits)
    shown = "\n".join(read_lines(left))
    assert "\nrsync error: it broke (code 23)\n" in shown
    assert "file 0\n" in shown
    assert "relay show 20260105T060000-0000 --original" in shown
    assert len(shown.splitlines()) < 60
    assert ("mine.yaml: mine", "of a long text it leaves beginning, end and evidence") in [
        (each.rule, each.text) for each in decision.reasons
    ]


def test_it_is_the_same_after_a_second_time() -> None:
    edits = decide(mail(body=BODY), failure(), rules(ORDER)).edits
    once = apply(mail(body=BODY), edits)
    assert apply(once, edits).body == once.body


def test_a_persons_text_and_a_signed_one_stay_whole() -> None:
    signed = "From: root@web01\r\nContent-Type: multipart/signed\r\nSubject: OK\r\n"
    assert decide(mail(body=BODY), person(), rules(ORDER)).edits.body is None
    assert decide(mail(signed, BODY), failure(), rules(ORDER)).edits.body is None


def test_without_a_rule_a_long_text_stays_whole() -> None:
    edits = decide(mail(body=BODY), failure(verdict=Verdict.UNKNOWN), rules()).edits
    assert edits.body is None
    assert render(apply(mail(body=BODY), edits)).count(b"\r\nfile ") == 1000
