"""What is written reads back equal, is 7-bit, folded, and stays one field."""

import email
import email.header

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.mail.address import Mailbox, mailboxes
from relay.mail.encode import write, write_mailboxes, write_tokens
from relay.mail.headers import clean, decode, flat
from relay.mail.message import Field
from tests.mail.receiving import message

texts = st.text(max_size=200) | st.text(alphabet=' ab=?é"\\().,<>@\r\n\t', max_size=300)


def assert_one_sound_field(field: Field) -> None:
    assert field.raw.isascii()
    assert field.raw.endswith(b"\r\n")
    lines = field.raw[:-2].split(b"\r\n")
    assert all(len(line) <= 998 for line in lines)
    assert all(line.startswith(b" ") and line.strip() for line in lines[1:])
    parsed = message(field.raw + b"\r\n")
    assert parsed.fields == (field,)


@settings(max_examples=500, deadline=None)
@given(texts, st.sampled_from(["Subject", "X-Original-Subject", "X-Duplicate-" + "y" * 80]))
def test_p7_a_text_written_reads_back_equal(text: str, name: str) -> None:
    field = write(name, text)
    assert decode(field) == clean(text)
    assert_one_sound_field(field)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_p7_a_text_written_reads_the_same_to_python(text: str) -> None:
    field = write("Subject", text)
    value = email.message_from_bytes(field.raw + b"\r\n")["Subject"]
    unfolded = value.replace("\r\n", "").replace("\n", "")
    parts = email.header.decode_header(unfolded)
    spoken = "".join(
        part.decode(charset or "ascii") if isinstance(part, bytes) else part
        for part, charset in parts
    )
    assert spoken.strip(" ") == clean(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(texts, st.sampled_from(["a@b.example", "q=+r@d.example"])), min_size=1))
def test_p7_mailboxes_written_read_back_equal(pairs: list[tuple[str, str]]) -> None:
    given_boxes = [Mailbox(name=name, address=address) for name, address in pairs[:5]]
    field = write_mailboxes("To", given_boxes)
    expected = [Mailbox(name=clean(box.name), address=box.address) for box in given_boxes]
    assert list(mailboxes(flat(field))) == expected
    assert_one_sound_field(field)


@settings(max_examples=200, deadline=None)
@given(texts)
def test_p7_tokens_are_one_sound_field_whatever_they_are(text: str) -> None:
    assert_one_sound_field(write_tokens("X-Token", text or "a"))


def test_lines_are_folded_at_78_where_there_is_a_space() -> None:
    field = write("Subject", "word " * 60)
    assert max(map(len, field.raw.split(b"\r\n"))) <= 78


def test_encoded_words_are_at_most_75_long_and_split_no_character() -> None:
    field = write("Subject", "ö" * 200)
    words = field.raw.partition(b":")[2].split()
    assert max(map(len, words)) <= 75
    assert all(decode(Field(name="S", raw=b"S: " + word + b"\r\n")) for word in words)
    assert b"\xef\xbf\xbd" not in decode(field).encode()


def test_text_that_looks_encoded_is_encoded_so_that_it_stays_as_it_is() -> None:
    field = write("Subject", "=?utf-8?q?no?=")
    assert decode(field) == "=?utf-8?q?no?="


def test_a_word_that_no_line_could_hold_is_encoded() -> None:
    assert decode(write("Subject", "x" * 5000)) == "x" * 5000


def test_a_line_end_in_a_text_begins_no_new_field() -> None:
    assert write("Subject", "a\r\nBcc: b@c.example").raw == b"Subject: a  Bcc: b@c.example\r\n"


def test_other_scripts_are_written_in_base64_and_latin_ones_readably() -> None:
    assert b"=?utf-8?b?" in write("Subject", "резервная копия").raw
    assert b"=?utf-8?q?Sicherung_gr=C3=B6=C3=9Fer?=" in write("Subject", "Sicherung größer").raw


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("", b"a@b.example"),
        ("Anna Bell", b"Anna Bell <a@b.example>"),
        ("web01: rsync", b'"web01: rsync" <a@b.example>'),
        ('the "best"', b'"the \\"best\\"" <a@b.example>'),
        ("Jörg", b"=?utf-8?q?J=C3=B6rg?= <a@b.example>"),
        ("a@b.example", b'"a@b.example" <a@b.example>'),
    ],
)
def test_display_names_are_quoted_or_encoded_as_they_need(name: str, written: bytes) -> None:
    field = write_mailboxes("To", [Mailbox(name=name, address="a@b.example")])
    assert field.raw == b"To: " + written + b"\r\n"


@pytest.mark.parametrize("address", ["", "root", "a b@c.example", "a@b\r\nBcc: c", "ö@b.example"])
def test_an_address_that_ascii_cannot_write_is_left_out(address: str) -> None:
    field = write_mailboxes("To", [Mailbox(name="x", address=address)])
    assert field.raw == b"To: undisclosed-recipients:;\r\n"


@pytest.mark.parametrize("name", ["", "a b", "a:", "é", "a\r\n", "x" * 201])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        write(name, "x")
