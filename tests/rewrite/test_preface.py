"""Our words above and below the sender's."""

import email

import pytest

from relay.mail.text import read_lines
from tests.rewrite.wishes import ALL, edited, sent

ABOVE, BELOW = ALL.preface, ALL.footer


def test_the_preface_stands_above_the_text_and_the_footer_below() -> None:
    lines = read_lines(edited("Subject: x\n\none\ntwo\n"))
    assert lines == (*ABOVE, "", "one", "two", "", *BELOW)


def test_a_text_without_a_last_line_end_gets_one_first() -> None:
    assert "last" in read_lines(edited("Subject: x\n\nfirst\nlast"))


def test_an_empty_mail_has_a_place_for_them_too() -> None:
    lines = read_lines(edited("Subject: x\n\n"))
    assert lines == (*ABOVE, "", "", *BELOW)


def test_a_base64_text_is_edited_as_text() -> None:
    head = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64"
    raw = f"{head}\n\nR3LDtsOfZQo=\n"
    assert read_lines(edited(raw)) == (*ABOVE, "", "Größe", "", *BELOW)


def test_of_several_texts_only_the_first_is_framed() -> None:
    raw = (
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\n"
        "Content-Type: text/plain\n\nsecond\n--b--\n"
    )
    lines = read_lines(edited(raw))
    assert lines == (*ABOVE, "", "first", "", *BELOW, "second")


def test_an_attached_text_is_not_framed() -> None:
    raw = "Content-Type: text/plain\nContent-Disposition: attachment; filename=a.log\n\nrow\n"
    assert read_lines(edited(raw)) == ("row",)


def test_html_gets_them_inside_its_body_escaped() -> None:
    raw = "Content-Type: text/html; charset=utf-8\n\n<html><body class='x'><p>hi</p></body></html>"
    out = sent(raw, preface=("a < b",), footer=("</body>",))
    html = email.message_from_bytes(out).get_payload(decode=True)
    assert html == (
        b"<html><body class='x'><pre>a &lt; b</pre><p>hi</p><pre>&lt;/body&gt;</pre></body></html>"
    )


def test_html_without_a_body_element_gets_them_around_it() -> None:
    out = sent("Content-Type: text/html\n\n<p>hi</p>", preface=("a",), footer=("b",))
    payload = email.message_from_bytes(out).get_payload(decode=True)
    assert payload == b"<pre>a</pre><p>hi</p><pre>b</pre>"


def test_beside_plain_text_html_is_left_alone() -> None:
    raw = (
        "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\n"
        "Content-Type: text/html\n\n<p>html</p>\n--b--\n"
    )
    html = email.message_from_bytes(sent(raw)).get_payload(1)
    assert html.get_payload() == "<p>html</p>"


def test_a_mail_of_files_alone_goes_without_them() -> None:
    raw = "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n"
    assert edited(raw).body == b"iVBORw0KGgo=\r\n"


def test_a_line_of_ours_is_one_line_whatever_it_holds() -> None:
    lines = read_lines(edited("Subject: x\n\ny\n", preface=("a\r\nb\x1b[1m",), footer=()))
    assert lines == ("a  b [1m", "", "y")


@pytest.mark.parametrize("line", ["--b--", "--b"])
def test_a_line_of_ours_that_looks_like_a_delimiter_hides_nothing(line: str) -> None:
    raw = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b--\n"
    message = edited(raw, preface=(line,), footer=())
    assert read_lines(message) == (line, "", "first")
    assert len(message.parts) == 1
