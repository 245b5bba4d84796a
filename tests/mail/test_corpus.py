"""Each mail in tests/messages is read as the file beside it says."""

from pathlib import Path

import pytest
import yaml

from relay.mail.headers import decoded
from relay.mail.parse import parse, render
from relay.mail.protection import protection
from relay.mail.secrets import redact
from relay.mail.text import read_lines
from tests.conftest import SAMPLES
from tests.mail.receiving import received

CORPUS = sorted((Path(__file__).parent.parent / "messages").glob("*.eml"))


def by_name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", CORPUS, ids=by_name)
def test_a_mail_reads_as_the_file_beside_it_says(path: Path) -> None:
    parsed = parse(received(path.read_bytes()))
    expected = yaml.safe_load(path.with_suffix(".yaml").read_text("utf-8"))
    assert render(parsed) == path.read_bytes()
    assert decoded(parsed, "Subject") == expected["subject"]
    assert list(read_lines(parsed)) == expected["lines"]
    assert list(parsed.defects) == expected["defects"]
    if "parts" in expected:
        assert [part.content_type for part in parsed.parts] == expected["parts"]
    assert protection(parsed) == expected.get("protection", "none")


@pytest.mark.samples
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.eml")), ids=by_name)
def test_p5_a_sample_is_returned_byte_for_byte(path: Path) -> None:
    raw = path.read_bytes()
    assert render(parse(received(raw))) == raw


@pytest.mark.samples
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.eml")), ids=by_name)
def test_a_sample_has_no_defects_and_keeps_its_lines_when_redacted(path: Path) -> None:
    parsed = parse(received(path.read_bytes()))
    text = "\n".join(read_lines(parsed))
    assert parsed.defects == ()
    assert redact(text).count("\n") == text.count("\n")
