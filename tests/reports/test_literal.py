"""What a rule is searched by is surely in every line that it matches."""

import pytest

from relay.reports.lines.literal import literal


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (
            r"terminating with error status, rc (?P<exit_code>\d+)",
            "terminating with error status, rc ",
        ),
        (r"(?P<reason>Repository .+ does not exist\.?.*)", " does not exist"),
        (r"tar: (?:Exiting|Ending) right now", " right now"),
        (r"(?:one|two)? three", " three"),
        (r"abcdef?", "abcde"),
        (r"abcde{2}fgh", "abcd"),
        (r"\[Errno \d+\] x", "[Errno "),
        (r"a.b.cd\.ef", "cd.ef"),
        (r"[a-z]]?abcd", "abcd"),
        (r"(?:(?:inner text)+)x", "inner text"),
    ],
)
def test_the_longest_literal_is_found(pattern: str, expected: str) -> None:
    assert literal(pattern) == expected


@pytest.mark.parametrize("pattern", [r"one thing|another thing", r"\d+ \w+", r"(?i)failed", "abc"])
def test_a_pattern_without_a_sure_literal_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="needs a mark"):
        literal(pattern)
