"""Both texts show the same things in the same order, and nothing foreign acts in them."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from relay.pipeline.batch import Item
from relay.pipeline.digest.about import Expected, Missing, OpenIncident
from relay.pipeline.digest.columns import width
from tests.pipeline.digest.building import (
    AT,
    FAILURE,
    NONE,
    SUCCESS,
    UNKNOWN,
    WARNING,
    about,
    both,
    item,
)

HOUR = timedelta(hours=1)
INCIDENT = OpenIncident(
    host="off", job="rclone", verdict=FAILURE, what="quota", since=AT - 49 * HOUR, count=12
)
MISSING = Missing(host="nas", job="photos", expected_at=AT - HOUR / 2, last_seen=AT - 25 * HOUR)
NEXT = Expected(host="pve1", job="vzdump", at=AT + 18 * HOUR)
EVERYTHING = {"incidents": (INCIDENT,), "missing": (MISSING,), "expected": (NEXT,)}
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=http://evil.example/x.png>",
    '"><b onmouseover=x>',
    "a\r\nBcc: x@example.com\r\n\r\nb",
    "\x1b[31mred\x1b[0m\x00\x07",
    "abc\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe\N{RIGHT-TO-LEFT MARK}",
    "{{ 7 * 7 }}{% raw %}",
    "\ud800",
)


class Reader(HTMLParser):
    """Notes each element and attribute, and the text that is seen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(html: str) -> str:
    return " ".join(Reader(html).text.split())


def assert_in_order(text: str, *pieces: str) -> None:
    at = 0
    for piece in pieces:
        at = text.find(piece, at)
        assert at >= 0, piece


def test_both_texts_go_from_what_is_open_to_what_comes_next() -> None:
    items = [item(SUCCESS, "good"), item(WARNING, "odd"), item(FAILURE, "broken")]
    plain, html = both(items, **EVERYTHING)
    for text in (plain, seen(html)):
        assert_in_order(
            text.lower(),
            "of 3 reports, 1 failed, 1 has a warning and 1 is good",
            *("open incidents", "off rclone", "missing reports", "nas photos", "needs a look"),
            *("web01 broken", "web01 odd", "went well", "good", "expected next", "pve1", "why now"),
        )


def test_both_texts_say_since_when_how_often_and_when_it_was_due() -> None:
    for text in map(seen, both([item()], **EVERYTHING)):
        assert "12 times since 21 Nov 06:00, open for 2 d" in text
        assert "expected by 06:30" in text
        assert "last seen 22 Nov 06:00" in text
        assert "24 Nov 01:00" in text


def test_a_bad_row_shows_its_proof_its_parts_its_times_and_how_to_see_the_original() -> None:
    parts = [["101", "success", ""], ["102", "failure", "no space"]]
    shown = {"what": "1 guest failed", "evidence": [[31, "ERROR: no space"]], "parts": parts}
    items = [item(FAILURE, minute=10 * number, **shown) for number in range(3)]
    plain, html = both(items)
    for text in (" ".join(plain.split()), seen(html)):
        assert "1 guest failed" in text
        assert "line 31" in text
        assert "ERROR: no space" in text
        assert "102: no space" in text
        assert "3 times, 04:00 to 04:20" in text
        assert f"relay show {items[-1].message_id}" in text


def test_a_job_that_failed_once_in_several_reports_says_so() -> None:
    for text in map(seen, both([item(minute=0), item(FAILURE, minute=1), item(minute=2)])):
        assert "1 of 3 reports, 04:00 to 04:02" in text


def test_a_good_job_takes_one_line_of_the_plain_text() -> None:
    plain, html = both(
        [
            item(minute=5, message_id="A" * 16, what="8 files"),
            item(minute=7, message_id="B" * 16, what="9 files"),
        ]
    )
    assert "04:07  BBBBBBBBBBBBBBBB  web01 rsync /srv/www (2 times): 9 files" in plain
    assert "B" * 16 in seen(html)


def test_both_texts_say_why_now_when_next_and_whose_times_they_are() -> None:
    for text in map(seen, both([item()], why_now="30 reports waited.")):
        assert "Why now: 30 reports waited." in text
        assert "The next one comes: Tue 24 Nov, 07:00 (daily at 07:00)." in text
        assert "Europe/Berlin" in text
    for text in map(seen, both([item()], next_at=None)):
        assert "The next one comes: when there are new reports" in text


def test_what_is_only_counted_is_said_to_be() -> None:
    for text in map(seen, both([item(), item(job="hidden", listed=False)])):
        assert "1 of the reports is counted above and not listed" in text
        assert "hidden" not in text


def test_unrecognised_reports_are_not_given_a_meaning() -> None:
    for text in map(seen, both([item(UNKNOWN)])):
        assert "it says nothing that is recognised" in text


@pytest.mark.parametrize("foreign", HOSTILE, ids=ascii)
@pytest.mark.parametrize("field", ["host", "job", "what", "evidence", "part", "subject"])
def test_foreign_text_acts_nowhere(foreign: str, field: str) -> None:
    plain, html = both([_with(field, foreign), item()])
    calm = Reader(both([_with(field, "calm"), item()])[1])
    found = Reader(html)
    assert found.elements == calm.elements
    assert found.attributes == calm.attributes
    for text in (plain, html):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\ud800]", text)
    assert "\nBcc:" not in plain
    assert "49" not in found.text


def _with(field: str, foreign: str) -> Item:
    if field == "evidence":
        return item(FAILURE, "bad", what="x", evidence=[[1, foreign]])
    if field == "part":
        return item(FAILURE, "bad", what="x", parts=[[foreign, "failure", foreign]])
    if field == "what":
        return item(FAILURE, "bad", what=foreign)
    if field == "subject":
        return item(FAILURE, "", what="x", subject=foreign)
    return item(FAILURE, **{"job": "bad", "what": "x", field: foreign})


def test_a_long_name_keeps_both_its_ends_and_no_line_grows() -> None:
    long = "begin" + "x" * 10_000 + "end"
    wide = "漢字" * 500
    plain, html = both([item(FAILURE, long), item(FAILURE, wide, host=wide, what=wide)])
    assert max(map(width, plain.split("\n"))) <= 78
    for text in (plain, seen(html)):
        assert re.search(r"begin\S+end", text)
    assert len(html) < 20_000


def test_five_thousand_reports_make_a_bounded_mail_that_says_what_it_leaves_out() -> None:
    what, evidence = "w" * 500, [[number, "e" * 8000] for number in range(3)]
    items = [item(FAILURE, f"job {n}", what=what, evidence=evidence) for n in range(5000)]
    plain, html = both(items)
    assert "and 4700 more" in plain
    assert "and 4700 more" in seen(html)
    assert "Of 5000 reports, 5000 failed" in " ".join(plain.split())
    assert len(html) < 600_000
    assert len(plain) < 150_000


def test_good_reports_get_the_room_that_bad_ones_leave() -> None:
    bad = [item(FAILURE, f"bad {number}") for number in range(299)]
    good = [item(SUCCESS, f"good {number}") for number in range(5)]
    plain, _ = both([*good, *bad])
    assert len(re.findall("web01 bad", plain)) == 299
    assert len(re.findall("web01 good", plain)) == 1
    assert "and 4 more" in plain


def test_p1_good_reports_for_which_there_is_no_room_are_said_to_be_there() -> None:
    bad = [item(FAILURE, f"bad {number}") for number in range(300)]
    for text in map(seen, both([*bad, item(SUCCESS, "a good one"), item(NONE, "a letter")])):
        assert "a good one" not in text
        assert re.search("went well and 1 more other mail and 1 more", text.lower())


def test_incidents_come_worst_first_and_missing_reports_in_the_order_of_time() -> None:
    mild = replace(INCIDENT, job="mild", verdict=WARNING, since=AT - 90 * HOUR)
    late = replace(MISSING, job="later", expected_at=AT)
    for text in map(seen, both([], incidents=(mild, INCIDENT), missing=(late, MISSING))):
        assert_in_order(text, "off rclone", "off mild", "nas photos", "nas later")


def test_the_page_loads_nothing_runs_nothing_and_says_how_it_is_to_be_read() -> None:
    _, html = both([item(FAILURE, what="x"), item()], **EVERYTHING)
    found = Reader(html)
    assert not found.elements & {"script", "img", "link", "iframe", "object", "form", "a", "base"}
    assert not found.attributes & {"src", "href", "background", "onclick", "srcset"}
    assert not re.search(r"https?:|//|url\(|@import|@font-face", html)
    assert '<html lang="en">' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme: dark" in html


def test_the_tables_have_headers_that_say_what_they_head() -> None:
    _, html = both([item(FAILURE), item(SUCCESS, "good")], **EVERYTHING)
    data = re.findall(r"<table(?! role=\"presentation\").*?</table>", html, re.DOTALL)
    assert len(data) == 5
    assert all('<th scope="col"' in each for each in data)
    assert '<th scope="rowgroup"' in html


def test_each_verdict_is_said_in_words() -> None:
    html = seen(both([item(FAILURE, "a"), item(UNKNOWN, "b"), item(WARNING, "c")])[1])
    for word in ("FAILED", "UNKNOWN", "WARNING"):
        assert html.count(word) == 2  # counted above, and beside the job


def test_a_far_moment_shows_its_year_and_an_empty_digest_is_one_too() -> None:
    never = Missing(host="h", job="j", expected_at=AT, last_seen=AT - timedelta(days=400))
    assert "last seen 19 Oct 2025 08:00" in both([], missing=(never,))[0]
    assert "No report came" in both([])[0]
    assert about().incidents == ()
