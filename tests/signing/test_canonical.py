"""The relaxed body is dkimpy's, byte for byte, but in linear time."""

from dkim.canonicalization import Relaxed
from hypothesis import example, given
from hypothesis import strategies as st

from relay.signing.canonical import relaxed_body, split

pieces = st.sampled_from([b" ", b"\t", b"\r\n", b"\r", b"\n", b"a", b"\0", b".", b"\xff"])
bodies = st.lists(pieces).map(b"".join) | st.binary()


@given(bodies)
@example(b"\r\r\n")
@example(b" \t \r\n\r\n")
@example(b"a \r\n \r\n\r\n")
def test_a_body_of_whole_lines_becomes_what_dkimpy_makes_of_it(body: bytes) -> None:
    assert relaxed_body(body + b"\r\n") == Relaxed.canonicalize_body(body + b"\r\n")


@given(bodies)
def test_a_body_that_ends_in_mid_line_counts_as_if_the_line_ended(body: bytes) -> None:
    """That is how it arrives; RFC 6376 s3.4.4 says the same of a body without CRLF."""
    if body and not body.endswith(b"\r\n"):
        assert relaxed_body(body) == relaxed_body(body + b"\r\n")


def test_an_empty_body_stays_empty() -> None:
    assert relaxed_body(b"") == relaxed_body(b"\r\n") == relaxed_body(b" \r\n\t\r\n") == b""


@given(st.binary())
def test_splitting_never_raises_and_never_invents(content: bytes) -> None:
    fields, body = split(content)
    assert body in content
    for name, value in fields:
        assert name in content
        assert value.endswith(b"\r\n")


def test_a_header_is_split_into_names_and_values() -> None:
    content = b"A: 1\r\n\t2\r\nno field\r\nB :\r\n\r\nbody\r\n\r\nmore"
    assert split(content) == ([(b"A", b" 1\r\n\t2\r\n"), (b"B", b"\r\n")], b"body\r\n\r\nmore")


def test_a_mail_without_header_or_body_can_be_split() -> None:
    assert split(b"\r\nbody") == ([], b"body")
    assert split(b"A: 1\r\n") == ([(b"A", b" 1\r\n")], b"")
    assert split(b"") == ([], b"")
