"""HTML to the text that it shows."""

import pytest

from relay.mail.html import html_to_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo\n"),
        ("one<br>two<BR/>three", "one\ntwo\nthree"),
        ("<b>bold</b> and <i>not</i>", "bold and not"),
        ("<tr><td>a</td><td>b</td></tr>", "a  b\n"),
        ("<pre>keeps\n  spaces</pre>", "keeps\n  spaces\n"),
        ("runs   of\n\n space", "runs of space"),
        ("<script>if (a < b) {}</script>shown", "shown"),
        ("<style>p > b {}</style>shown", "shown"),
        ("a<!-- b -- > c -->d", "ad"),
        ("<!doctype html>x", "x"),
        ("5 &lt; 6 &amp; 7 &#62; 6 &euro;", "5 < 6 & 7 > 6 €"),
        ("a < b", "a < b"),
        ("a <b", "a"),
        ("<script>never closed", ""),
        ("<!-- never closed", ""),
        ("", ""),
    ],
)
def test_a_source_shows_its_text(source: str, text: str) -> None:
    assert html_to_text(source) == text
