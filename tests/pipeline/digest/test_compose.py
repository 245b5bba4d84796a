"""A digest is a valid mail, whatever the reports hold, and gives the originals back."""

import email
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.mail.headers import decoded
from relay.pipeline.batch import Item
from relay.pipeline.digest.columns import shown, width
from relay.pipeline.digest.compose import compose
from relay.reports.report import Verdict
from tests.mail.receiving import message
from tests.pipeline.digest.building import FAILURE, HEAD, about, batch, item, parts_of, read
from tests.pipeline.digest.test_texts import EVERYTHING, seen
from tests.rewrite.validity import assert_valid

PLAIN = (
    b"From: root@web01\r\nSubject: backup\r\n\r\nIt failed.\r\n--=_06H0Q331K5GSRXYTD1A2B3C4DM\r\n"
)
EIGHT_BIT = "Subject: Größe\r\n\r\n".encode() + b"x" * 2000 + b"\0\xff\n\r.\r\n"


def test_a_digest_is_addressed_dated_and_marked_as_the_relay_s_own() -> None:
    raw = compose(batch(item()), about(), HEAD)
    assert_valid(raw)
    parsed = message(raw)
    assert decoded(parsed, "Subject") == "[1 OK] daily, 23 Nov"
    assert decoded(parsed, "From") == "Backup reports <reports@example.com>"
    assert decoded(parsed, "To") == "anna@example.com"
    assert decoded(parsed, "Date") == "Mon, 23 Nov 2026 06:00:00 +0000"
    assert decoded(parsed, "Message-ID") == f"<{HEAD.id}@example.com>"
    assert decoded(parsed, "Auto-Submitted") == "auto-generated"


def test_the_same_values_make_the_same_mail() -> None:
    made = [compose(batch(item(FAILURE)), about(**EVERYTHING), HEAD) for _ in range(2)]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("original", "kind"),
    [(PLAIN, "message/rfc822"), (EIGHT_BIT, "application/octet-stream"), (b"", "message/rfc822")],
    ids=["plain", "8-bit", "empty"],
)
def test_p5_an_original_comes_back_byte_for_byte(original: bytes, kind: str) -> None:
    raw = compose(batch(item(FAILURE, message_id="X1")), about(originals={"X1": original}), HEAD)
    assert_valid(raw)
    _, _, (attached,) = read(raw)
    assert attached.get_content_type() == kind
    assert attached.get_filename() == "web01-rsync-srv-www-X1.eml"
    assert attached["Content-Description"] == "web01 rsync /srv/www X1"
    assert _bytes_of(raw, attached) == original


def _bytes_of(raw: bytes, attached: Any) -> bytes:
    if attached.get_content_type() != "message/rfc822":
        found: bytes = attached.get_payload(decode=True)
        return found
    boundary = email.message_from_bytes(raw).get_boundary()
    assert boundary
    part = raw.split(b"\r\n--" + boundary.encode() + b"\r\n")[-1]
    part = part.removesuffix(b"\r\n--" + boundary.encode() + b"--\r\n")
    return part.partition(b"\r\n\r\n")[2]


def test_an_original_of_no_listed_report_goes_along_by_its_id() -> None:
    raw = compose(batch(item()), about(originals={"Z9": PLAIN}), HEAD)
    assert read(raw)[2][0].get_filename() == "Z9.eml"


def test_the_name_of_a_file_holds_nothing_that_leads_elsewhere() -> None:
    hostile = item(FAILURE, '../../etc/passwd"; x="', host="-rf\r\nX: y", message_id="X1")
    raw = compose(batch(hostile), about(originals={"X1": PLAIN}), HEAD)
    assert_valid(raw)
    assert re.fullmatch(r"[A-Za-z0-9.-]+\.eml", str(read(raw)[2][0].get_filename()))


_TEXT = st.text(max_size=60) | st.sampled_from(
    ["<b>x</b>", "\r\n.\r\n", "\x1b[2J", "=?utf-8?q?=0D?="]
)
_NAME = st.text("abcdefäöü漢/-_.<&>\"'\x07\u202e", min_size=1, max_size=12)
_VERDICTS = st.sampled_from(list(Verdict))
_EVIDENCE = st.lists(st.tuples(st.integers(0, 10**6), _TEXT), max_size=3)
_PARTS = st.lists(st.tuples(_TEXT, _VERDICTS.map(str), _TEXT), max_size=9)


@st.composite
def _items(draw: st.DrawFn) -> Item:
    return item(
        draw(_VERDICTS),
        draw(_NAME),
        host=draw(_NAME),
        minute=draw(st.integers(-3000, 170)),
        subject=draw(_TEXT),
        listed=draw(st.sampled_from([True, True, True, False])),
        what=draw(_TEXT),
        exit_code=draw(st.none() | st.integers(0, 255)),
        evidence=draw(_EVIDENCE),
        parts=draw(_PARTS),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(_items(), max_size=12), st.binary(max_size=80), _TEXT)
def test_p7_whatever_the_reports_hold_the_mail_is_valid_and_names_every_failing_job(
    items: list[Item], original: bytes, why: str
) -> None:
    originals = {each.message_id: original for each in items[:2]}
    given_about = about(why_now=why, originals=originals, **EVERYTHING)
    raw = compose(batch(*items), given_about, HEAD)
    assert_valid(raw)
    plain, html, attached = read(raw)
    assert len(attached) == len(originals)
    assert len(decoded(message(raw), "Subject")) <= 100
    for text in (plain, html):
        assert not re.search(
            "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", text
        )
    assert max(map(width, plain.split("\n"))) <= 78
    page = seen(html)
    for each in items:
        if each.listed and each.verdict is FAILURE:
            name = f"{shown(each.host, 60)} {shown(each.job, 60)}".strip()
            assert f"FAILED   {name}" in plain
            assert name in page


def test_the_two_texts_are_alternatives_the_page_last() -> None:
    alternative = parts_of(email.message_from_bytes(compose(batch(item()), about(), HEAD)))[0]
    assert alternative.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in parts_of(alternative)] == [
        "text/plain",
        "text/html",
    ]
