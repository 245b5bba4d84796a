"""The text that a person would read, as lines, and never more than the limits allow."""

import base64
import gzip

import pytest

from relay.mail.terminal import LONGEST_LINE, visible_lines
from relay.mail.text import MAX_BYTES, MAX_LINES, read_lines, read_text
from tests.mail.receiving import message

HEAD = b"Subject: x\r\n\r\n"


def lines(body: str) -> list[str]:
    return list(visible_lines(body))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m text", ["red text"]),
        ("\x1b]0;title\x07prompt", ["prompt"]),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", ["link"]),
        ("\x1b(Bplain", ["plain"]),
        ("ends with \x1b[", ["ends with"]),
        ("a\x07b\x00c\x7fd", ["abcd"]),
        ("tab\there", ["tab\there"]),
        ("trailing   ", ["trailing"]),
        ("N\bNA\bAME\bE", ["NAME"]),
        ("_\bu_\bn_\bd", ["und"]),
        ("10%\b\b\b20%\b\b\b30%", ["30%"]),
        ("\b\b\bx", ["x"]),
        ("abc\b\b\b\b\bx", ["x"]),
        ("line\r", ["line"]),
        ("a\u2028b", ["a b"]),
    ],
)
def test_a_line_is_shown_as_on_a_terminal(raw: str, shown: list[str]) -> None:
    assert lines(raw) == shown


def test_of_a_progress_display_the_last_state_stays() -> None:
    assert lines("file 1%\rfile 50%\rfile 100%\ndone") == ["file 100%", "done"]


def test_a_different_text_between_progress_states_stays() -> None:
    raw = " 10%\r 20%\rrsync: write failed\r 30%\r 40%"
    assert lines(raw) == [" 20%", "rsync: write failed", " 40%"]


def test_rsync_progress_is_folded_where_a_server_made_lines_of_it() -> None:
    raw = "a.raw\n  32,768   3%    0.00kB/s    0:00:00\n  99,999 100%    1.00MB/s    0:00:01"
    assert lines(raw) == ["a.raw", "  99,999 100%    1.00MB/s    0:00:01"]


@pytest.mark.parametrize("between", ["\r", "\n", " "])
def test_an_error_right_behind_a_progress_display_is_a_line_of_its_own(between: str) -> None:
    states = ["  32,768   3%    0.00kB/s    0:00:00", "  99,999  40%    1.00MB/s    0:00:01"]
    display = f"{between.join(states)} (xfr#3, to-chk=8/20)"
    error = "rsync error: unexplained error (code 255) at io.c(228) [sender=3.2.7]"
    assert lines(f"{display}{error}\n  1 100%    1.00MB/s    0:00:02")[-2] == error


def test_rows_of_a_table_are_no_progress_display() -> None:
    rows = ["/dev/sda1  50G  20G  30G  40% /", "/dev/sda2  50G  49G   1G  98% /srv"]
    assert lines("\n".join(rows)) == rows


def test_a_line_too_long_keeps_its_beginning_and_its_end() -> None:
    [line] = lines("begin" + "x" * 100_000 + "end")
    assert line.startswith("begin")
    assert line.endswith("end")
    assert len(line) <= LONGEST_LINE + 5


def test_a_long_text_keeps_its_beginning_and_its_end_and_says_so() -> None:
    rows = [b"row %07d of the log\r\n" % number for number in range(1_600_000)]
    text = read_text(message(HEAD + b"".join(rows)))
    assert text.truncated
    assert text.lines[0] == "row 0000000 of the log"
    assert text.lines[-1] == "row 1599999 of the log"
    assert sum(map(len, text.lines)) <= MAX_BYTES


def test_no_more_than_the_most_lines_are_read() -> None:
    text = read_text(message(HEAD + b"x\r\n" * (MAX_LINES * 2) + b"last\r\n"))
    assert (len(text.lines), text.truncated) == (MAX_LINES, True)
    assert text.lines[-1] == "last"


def test_an_ordinary_text_is_not_truncated() -> None:
    assert not read_text(message("Subject: x\n\na\nb\n")).truncated


def test_the_last_line_end_begins_no_line_and_blank_lines_count() -> None:
    assert read_lines(message("Subject: x\n\n\na\n\nb\n")) == ("", "a", "", "b")


def test_blank_texts_have_no_lines() -> None:
    assert read_lines(message("Subject: x\n\n\n \n\n")) == ()


def attachment(data: bytes, kind: str) -> str:
    body = base64.encodebytes(data).decode()
    return f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{body}"


@pytest.mark.parametrize(
    ("data", "kind", "expected"),
    [
        (b"a log\n", "application/octet-stream", ("a log",)),
        (b"a log\n", "application/x-unknown", ("a log",)),
        (b"a\x00b" * 50, "application/octet-stream", ()),
        (bytes(range(256)), "application/octet-stream", ()),
        (b"a log\n", "image/png", ()),
        (gzip.compress(b"packed\n", mtime=0), "application/gzip", ("packed",)),
        (gzip.compress(b"packed\n", mtime=0), "application/octet-stream", ("packed",)),
        (gzip.compress(b"packed\n", mtime=0), "text/plain", ("packed",)),
        (gzip.compress(bytes(2000), mtime=0), "application/gzip", ()),
        (b"\x1f\x8bbroken", "application/gzip", ()),
        (b'{"a": 1}', "application/json", ('{"a": 1}',)),
    ],
)
def test_attached_texts_are_read_and_other_files_are_not(
    data: bytes, kind: str, expected: tuple[str, ...]
) -> None:
    assert read_lines(message(attachment(data, kind))) == expected


def test_a_gzip_bomb_is_unpacked_only_as_far_as_there_is_room() -> None:
    text = read_text(message(attachment(gzip.compress(b"bomb\n" * 20_000_000), "application/gzip")))
    assert text.truncated
    assert sum(map(len, text.lines)) <= MAX_BYTES


def test_a_gzip_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    data = gzip.compress(b"".join(b"line %d\n" % number for number in range(1000)))
    text = read_text(message(attachment(data[:-100], "application/gzip")))
    assert text.lines[0] == "line 0"
    assert text.truncated


def test_html_is_read_only_where_there_is_no_plain_text() -> None:
    html = message("Content-Type: text/html\n\n<p>only html</p>")
    assert read_lines(html) == ("only html",)
