"""Each mail in tests/returns/mails is what the file beside it says."""

from pathlib import Path

import pytest

from relay.returns.read import read
from relay.returns.returned import Bounce
from tests.returns.given import MAILS, differences, expected, mail

_ALL = [pytest.param(path, id=path.stem) for path in sorted(MAILS.glob("*.eml"))]
_LOOKALIKES = [pytest.param(path, id=path.stem) for path in sorted(MAILS.glob("*-lookalike-*.eml"))]


@pytest.mark.parametrize("path", _ALL)
def test_a_mail_that_came_back_is_what_the_file_beside_it_says(path: Path) -> None:
    told = expected(path)
    found = read(mail(path))
    assert type(found).__name__ == told["kind"], found
    assert differences(found, told) == [], found


@pytest.mark.parametrize("path", _LOOKALIKES)
def test_what_only_looks_like_a_bounce_is_none(path: Path) -> None:
    assert not isinstance(read(mail(path)), Bounce)


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(_ALL) >= 100
    assert len(_LOOKALIKES) >= 15
