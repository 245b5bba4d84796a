"""P7: whatever comes in, what goes out is valid, and going through twice changes nothing more."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.mail.parse import parse, read, render
from relay.mail.protection import Protection, protection
from relay.mail.text import read_lines
from relay.mail.transfer import crlf_only
from relay.rewrite.apply import apply
from relay.rewrite.edits import Edits, Touch
from tests.conftest import SAMPLES
from tests.mail.hostile import mails
from tests.mail.receiving import received
from tests.mail.test_corpus import CORPUS, by_name
from tests.rewrite.validity import assert_transportable_header, assert_valid
from tests.rewrite.wishes import ALL, PERSON, REPAIR, again, sent

WISHES = [
    ALL,
    REPAIR,
    replace(ALL, identity=None),
    replace(ALL, automated=False, redact=False, to=(), preface=("--a", "x\r\nBcc: y", "\ud800")),
]


@settings(max_examples=400, deadline=None)
@given(mails, st.sampled_from(WISHES))
def test_p7_whatever_comes_in_what_goes_out_is_valid(raw: bytes, edits: Edits) -> None:
    assert_valid(sent(raw, edits))


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(WISHES))
def test_p7_even_random_bytes_leave_as_a_valid_mail(raw: bytes, edits: Edits) -> None:
    assert_valid(sent(raw, edits))


@settings(max_examples=400, deadline=None)
@given(mails, st.sampled_from(WISHES))
def test_p7_edits_applied_twice_add_nothing_but_a_trace(raw: bytes, edits: Edits) -> None:
    once = sent(raw, edits)
    assert again(once, edits) == once


@settings(max_examples=300, deadline=None)
@given(mails)
def test_p7_what_goes_out_reads_back_equal(raw: bytes) -> None:
    message = apply(parse(received(raw)), ALL)
    reread = read(message.received, render(message))
    assert reread.fields == message.fields
    assert reread.body == message.body
    assert reread.parts == message.parts


@settings(max_examples=300, deadline=None)
@given(mails)
def test_p7_a_mail_whose_body_is_not_edited_leaves_with_a_valid_header(raw: bytes) -> None:
    message = parse(received(raw))
    if protection(message) is not Protection.DKIM:
        assert_transportable_header(render(apply(message, PERSON)))


@settings(max_examples=200, deadline=None)
@given(mails)
def test_p5_with_nothing_to_touch_every_byte_follows_the_trace(raw: bytes) -> None:
    message = parse(received(raw))
    out = render(apply(message, replace(ALL, touch=Touch.NONE)))
    trace_end = out.index(b"+0000\r\n") + len(b"+0000\r\n")
    fields = b"".join(field.raw for field in message.fields)
    assert out[trace_end:] == fields + b"\r\n" + message.body


@pytest.mark.parametrize("edits", [ALL, REPAIR], ids=["all", "repair"])
@pytest.mark.parametrize("path", CORPUS, ids=by_name)
def test_p7_each_mail_of_the_corpus_leaves_valid_once_and_twice(path: Path, edits: Edits) -> None:
    out = sent(path.read_bytes(), edits)
    assert_valid(out)
    assert again(out, edits) == out


# A bare carriage return becomes a line end of its own on the way, so those texts differ in form.
SMTP_CORPUS = [path for path in CORPUS if crlf_only(path.read_bytes()) == path.read_bytes()]


@pytest.mark.parametrize("path", SMTP_CORPUS, ids=by_name)
def test_the_text_of_each_mail_of_the_corpus_survives_its_repair(path: Path) -> None:
    expected = yaml.safe_load(path.with_suffix(".yaml").read_text("utf-8"))
    message = parse(received(path.read_bytes()))
    out = render(apply(message, replace(REPAIR, redact=False)))
    assert list(read_lines(parse(received(out)))) == expected["lines"]


@pytest.mark.parametrize("path", CORPUS, ids=by_name)
def test_no_secret_of_the_corpus_leaves(path: Path) -> None:
    expected = yaml.safe_load(path.with_suffix(".yaml").read_text("utf-8"))
    for secret in expected.get("secrets", []):
        assert secret.encode() in path.read_bytes()
        assert secret.encode() not in sent(path.read_bytes())


@pytest.mark.samples
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.eml")), ids=by_name)
def test_p7_each_sample_leaves_valid_once_and_twice(path: Path) -> None:
    out = sent(path.read_bytes())
    assert_valid(out)
    assert again(out) == out


@pytest.mark.samples
def test_no_secret_of_the_samples_leaves() -> None:
    labels = yaml.safe_load((SAMPLES / "labels.yaml").read_text("utf-8"))
    for label in labels["messages"]:
        out = sent((SAMPLES / label["file"]).read_bytes())
        for secret in label.get("secrets") or []:
            assert secret.encode() not in out
