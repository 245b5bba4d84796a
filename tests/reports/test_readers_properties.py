"""Lines of all readers' mails, mixed at random: nothing raises, and all of it stays linear."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.reports.letter import letter as letter_of
from relay.reports.understand import READERS
from tests.reports.given import letter, message, report
from tests.reports.test_corpus import MESSAGES


def _lines(path: Path) -> list[str]:
    body = letter_of(message(path.read_bytes())).body.whole.data
    return body.decode("utf-8", "replace").split("\n")[:200]


_MAILS = sorted(MESSAGES.glob("*.eml"))
_POOL = sorted({line for path in _MAILS for line in _lines(path)})
_SUBJECTS = sorted({letter_of(message(path.read_bytes())).subject for path in _MAILS})
_NOISE = st.one_of(
    st.text(max_size=40), st.sampled_from(("retrying", "Retry 2/3", "> x", "\t", ""))
)


@given(
    subject=st.sampled_from(_SUBJECTS),
    lines=st.lists(st.one_of(st.sampled_from(_POOL), _NOISE), max_size=40),
)
@settings(max_examples=300, deadline=None)
def test_p6_no_mixture_of_lines_makes_a_reader_raise(subject: str, lines: list[str]) -> None:
    mixed = letter("\n".join(lines), subject)
    for reader in READERS:
        reader.read(mixed)
    report("\n".join(lines), subject)


def _seconds(text: str) -> float:
    start = time.process_time()
    report(text)
    return time.process_time() - start


@pytest.mark.parametrize(
    "line",
    [
        lambda n: f"Fatal: unable to open repository a{n}\n/x{n} does not exist, skipping\n",
        lambda n: f"restic\nFatal: unable to open {n}\nretrying\n",
        lambda n: f"INFO: Finished Backup of VM {n} (00:00:10)\n",
        lambda n: f"pool: tank\nmirror-{n} DEGRADED 0 0 0\n",
        lambda _: " errors: Permanent errors have been detected in the following files:\n",
        lambda _: "rsync: x\n\n\n\n\n\n\n\n\n",
    ],
)
def test_p8_a_hostile_text_costs_time_in_proportion_to_its_size(
    line: Callable[[int], str],
) -> None:
    text = "".join(line(number) for number in range(4000))
    half = "".join(line(number) for number in range(2000))
    end = "snapshot abcdef01 saved\n" + "\n" * 4000
    ratios = [_seconds(f"{text}{end}") / _seconds(f"{half}{end}") for _ in range(3)]
    assert min(ratios) < 3
