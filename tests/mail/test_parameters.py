"""Parameters of Content-Type and Content-Disposition."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.mail.parameters import Parameters, parse_parameters


@pytest.mark.parametrize(
    ("text", "value", "pairs"),
    [
        ("text/plain", "text/plain", {}),
        ("TEXT/Plain; CharSet=UTF-8", "text/plain", {"charset": "UTF-8"}),
        ('text/plain; charset="utf-8"; x=y', "text/plain", {"charset": "utf-8", "x": "y"}),
        ('a/b; n="a;b\\"c"', "a/b", {"n": 'a;b"c'}),
        ("a/b;;; n=1;", "a/b", {"n": "1"}),
        ("a/b; n = 1", "a/b", {"n": "1"}),
        ("a/b; n=1 (comment); m=2", "a/b", {"n": "1", "m": "2"}),
        ('a/b; n="never closed', "a/b", {"n": "never closed"}),
        ("a/b; n=1; n=2", "a/b", {"n": "1"}),
        ("a/b; rubbish; n=1", "a/b", {"n": "1"}),
        ("a/b; n*=utf-8''%c3%a9t%C3%A9", "a/b", {"n": "été"}),
        ("a/b; n*=iso-8859-1'fr'%e9t%e9", "a/b", {"n": "été"}),
        ("a/b; n*0=one; n*1=two", "a/b", {"n": "onetwo"}),
        ("a/b; n*0*=utf-8''%c3; n*1*=%a9; n*2=x", "a/b", {"n": "éx"}),
        ("", "", {}),
        (";", "", {}),
    ],
)
def test_parameters_are_read(text: str, value: str, pairs: dict[str, str]) -> None:
    read = parse_parameters(text)
    assert (read.value, dict(read.pairs)) == (value, pairs)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60).filter(lambda text: not any(map("\r\n".__contains__, text))))
def test_a_parameter_written_reads_back_equal(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    written = str(Parameters(value="a/b", pairs=(("name", text),)))
    assert written.isascii()
    assert parse_parameters(written).get("name") == text


def test_setting_a_parameter_keeps_the_others() -> None:
    kind = parse_parameters("text/plain; charset=x; format=flowed").with_pair("charset", "utf-8")
    assert str(kind) == "text/plain; charset=utf-8; format=flowed"
