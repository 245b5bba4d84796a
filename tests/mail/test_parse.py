"""Bytes to facts and back: nothing is lost, nothing raises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.mail.headers import decode, decoded, flat
from relay.mail.mime import MAX_DEPTH, MAX_PARTS
from relay.mail.parse import parse, render
from relay.mail.text import read_text
from tests.mail.hostile import mails
from tests.mail.receiving import message, received


@settings(max_examples=500, deadline=None)
@given(st.one_of(mails, st.binary(max_size=300)))
def test_p5_rendering_a_parsed_message_returns_every_byte(raw: bytes) -> None:
    assert render(parse(received(raw))) == raw


@settings(max_examples=500, deadline=None)
@given(mails)
def test_the_parts_lie_in_the_body_in_order_and_do_not_overlap(raw: bytes) -> None:
    parsed = parse(received(raw))
    last = 0
    for part in parsed.parts:
        assert last <= part.head_start <= part.start <= part.end <= len(parsed.body)
        last = part.end


@settings(max_examples=300, deadline=None)
@given(mails)
def test_everything_that_reads_a_message_reads_any_message(raw: bytes) -> None:
    parsed = parse(received(raw))
    read_text(parsed)
    for field in parsed.fields:
        assert "\n" not in decode(field) + flat(field)


def test_a_folded_field_is_one_field_with_all_its_lines() -> None:
    parsed = message("Subject: one\n two\n\tthree\nTo: x@y.example\n\nbody")
    assert [field.name for field in parsed.fields] == ["Subject", "To"]
    assert parsed.fields[0].raw == b"Subject: one\r\n two\r\n\tthree\r\n"
    assert decoded(parsed, "subject") == "one two three"


def test_the_empty_line_is_kept_apart_from_the_body() -> None:
    parsed = message("Subject: x\n\n\nbody")
    assert (parsed.separator, parsed.body) == (b"\r\n", b"\r\nbody")


def test_bare_line_feeds_are_kept_as_they_came() -> None:
    parsed = message(b"Subject: x\n\nbody\n")
    assert (parsed.separator, parsed.body, parsed.defects) == (b"\n", b"body\n", ())


def test_a_header_without_end_is_a_defect_and_has_no_body() -> None:
    parsed = message("Subject: x\n")
    assert (parsed.separator, parsed.body, parsed.defects) == (b"", b"", ("no-separator",))


def test_a_message_without_a_header_is_all_body() -> None:
    parsed = message("\njust text")
    assert (parsed.fields, parsed.body) == ((), b"just text")


def test_output_of_a_program_that_looks_like_fields_is_given_back_to_the_body() -> None:
    parsed = message("From: a@b.example\nrsync: failed\ntar: failed, too\n\nmore\n")
    assert [field.name for field in parsed.fields] == ["From"]
    assert parsed.body == b"rsync: failed\r\ntar: failed, too\r\n\r\nmore\r\n"
    assert parsed.defects == ("body-runs-into-header",)


def test_an_unknown_field_with_a_hyphen_stays_a_field() -> None:
    parsed = message("From: a@b.example\nThread-Topic: x\n\nbody")
    assert [field.name for field in parsed.fields] == ["From", "Thread-Topic"]


def test_an_unknown_field_between_known_ones_stays_a_field() -> None:
    parsed = message("Hobby: chess\nFrom: a@b.example\n\nbody")
    assert [field.name for field in parsed.fields] == ["Hobby", "From"]


def test_a_space_before_the_colon_is_obsolete_but_a_field() -> None:
    assert decoded(message("Subject : x\n\nbody"), "Subject") == "x"


@pytest.mark.parametrize("size", [600_000, 2_000_000])
def test_a_header_beyond_its_limit_counts_as_body(size: int) -> None:
    parsed = message(b"Subject: x\r\nX-Big: " + b"y" * size + b"\r\n\r\nbody")
    assert [field.name for field in parsed.fields] == ["Subject"]
    assert parsed.defects == ("header-too-long",)
    assert parsed.body.startswith(b"X-Big: ")


def test_too_many_header_lines_count_as_body() -> None:
    parsed = message(b"X-A: b\r\n" * 5000)
    assert len(parsed.fields) == 4000
    assert "header-too-long" in parsed.defects


def test_the_line_end_before_a_delimiter_belongs_to_the_delimiter() -> None:
    parsed = message(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n\n--b--\n"
    )
    payloads = [parsed.body[part.start : part.end] for part in parsed.parts]
    assert payloads == [b"one", b"two\r\n"]


def test_a_boundary_in_the_text_of_a_part_counts_only_at_the_beginning_of_a_line() -> None:
    parsed = message("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx --b\n--bc\n--b--\n")
    assert [parsed.body[part.start : part.end] for part in parsed.parts] == [b"x --b\r\n--bc"]


def test_a_boundary_with_a_colon_is_no_field_of_the_part_before() -> None:
    parsed = message(
        'Content-Type: multipart/mixed; boundary="x:y"\n\n--x:y\n--x:y\n\nz\n--x:y--\n'
    )
    assert [parsed.body[part.start : part.end] for part in parsed.parts] == [b"", b"z"]


def test_a_multipart_with_an_outer_delimiter_inside_is_closed_by_it() -> None:
    parsed = message(
        "Content-Type: multipart/mixed; boundary=o\n\n--o\n"
        "Content-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--o\n\ntwo\n--o--\n"
    )
    assert [parsed.body[part.start : part.end] for part in parsed.parts] == [b"one", b"two"]
    assert "unclosed-multipart" in parsed.defects


def test_nesting_beyond_the_limit_is_read_as_text() -> None:
    levels = MAX_DEPTH + 5
    raw = b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (level, level + 1)
        for level in range(levels)
    )
    parsed = message(raw)
    assert "too-deep" in parsed.defects
    assert [part.content_type for part in parsed.parts] == ["text/plain"]


def test_parts_beyond_the_limit_are_left_unread() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * (
        MAX_PARTS * 3
    )
    parsed = message(raw)
    assert "too-many-parts" in parsed.defects
    assert len(parsed.parts) <= MAX_PARTS + 1


def test_the_parts_of_a_digest_are_messages() -> None:
    parsed = message(
        "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ny\n--b--\n"
    )
    assert [part.content_type for part in parsed.parts] == ["message/rfc822"]


def test_a_part_knows_its_charset_encoding_disposition_and_name() -> None:
    part = message(
        'Content-Type: Text/Plain; charset="UTF-8"\nContent-Transfer-Encoding: BASE64\n'
        'Content-Disposition: Attachment; filename="a b.log"\n\neA==\n'
    ).parts[0]
    assert (part.content_type, part.charset, part.encoding) == ("text/plain", "utf-8", "base64")
    assert (part.disposition, part.filename) == ("attachment", "a b.log")


@pytest.mark.parametrize("kind", ["text", "/", "text/", "plain", "te xt/plain", "", ";;"])
def test_a_malformed_content_type_is_text(kind: str) -> None:
    assert message(f"Content-Type: {kind}\n\nx").parts[0].content_type == "text/plain"
