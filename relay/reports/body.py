"""A mail's text as numbered lines that are searched in C and read in Python only where they matter.

The text stays one piece of UTF-8; a line becomes a Python string when somebody asks for it, so
that 25 MB cost 25 MB. `narrowed` searches once for everything that any reader knows; each reader
then looks only at the lines of interest, and a text whose every line is one is cut in the middle.
What happens next: letter.py puts it beside the header.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

LONGEST = 2000
"""How much of a line is matched; no tool's grammar needs more, and a hostile line may be 10 MB."""

_TAIL = 500  # a progress display has its last state at the end
_LONGEST_IN_BYTES = 4 * LONGEST
_NEWLINE = re.compile(b"\n")

_FEW, _ALL = 500, -1

MOST_OF_INTEREST = 60_000
"""How many lines the readers are shown, from both ends; judging one costs up to 50 microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the text, its middle cut out if it is too long; `number` counts from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines in one piece: `starts` is where each begins, `numbers` which line of the text it is."""

    data: bytes = b""
    starts: "array[int]" = field(default_factory=lambda: array("Q"))
    numbers: Sequence[int] = ()

    def raw(self, index: int) -> bytes:
        """Return line `index` without its end."""
        end = self.starts[index + 1] - 1 if index + 1 < len(self.starts) else len(self.data)
        return self.data[self.starts[index] : end]

    def found(self, pattern: Any) -> Iterator[int]:
        """Yield the index of each line in which `pattern`, an re2 pattern over bytes, is found."""
        at = 0
        while (match := pattern.search(self.data, at)) is not None:
            index = bisect_right(self.starts, match.start()) - 1
            yield index
            if index + 1 == len(self.starts):
                return
            at = self.starts[index + 1]


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of a text. `cut` means that some lines of interest are not searched."""

    whole: _Lines = field(default_factory=_Lines)
    searched: _Lines = field(default_factory=_Lines)
    cut: bool = False
    # Several readers look at the same lines from both ends.
    _asked: dict[int, list[Line]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, text: str) -> "Body":
        """Return the body whose lines are those of `text`; an empty text has none."""
        data = text.encode("utf-8", "replace")
        starts = array("Q", [0] if data else [])
        starts.extend(found.end() for found in _NEWLINE.finditer(data))
        lines = _Lines(data, starts, range(1, len(starts) + 1))
        return cls(lines, lines)

    def __len__(self) -> int:
        return len(self.whole.starts)

    def line(self, number: int) -> Line:
        """Return line `number`, which must exist."""
        raw = self.whole.raw(number - 1)
        if len(raw) > _LONGEST_IN_BYTES:
            raw = raw[: _LONGEST_IN_BYTES // 2] + raw[-_LONGEST_IN_BYTES // 2 :]
        text = raw.decode("utf-8", "replace")
        if len(text) > LONGEST:
            text = f"{text[: LONGEST - _TAIL]} ... {text[-_TAIL:]}"
        return Line(number=number, text=text)

    def matching(self, pattern: Any) -> Iterator[Line]:
        """Yield the lines searched in which `pattern`, an re2 pattern over bytes, is found."""
        for index in self.searched.found(pattern):
            yield self.line(self.searched.numbers[index])

    @property
    def of_interest(self) -> frozenset[int]:
        """The numbers of the lines searched: who owns these owns all that anybody might judge."""
        return frozenset(self.searched.numbers)

    def between(self, first: int, end: int) -> Sequence[int]:
        """Return the numbers of the lines searched from `first` up to before `end`."""
        numbers = self.searched.numbers
        return numbers[bisect_left(numbers, first) : bisect_left(numbers, end)]

    def narrowed(self, pattern: Any) -> "Body":
        """Return this body, of which only lines with `pattern` are searched from now on."""
        kept = array("Q", self.searched.found(pattern))
        cut = len(kept) > MOST_OF_INTEREST
        if cut:
            half = MOST_OF_INTEREST // 2
            kept = kept[:half] + kept[-half:]
        starts, at = array("Q"), 0
        pieces: list[bytes] = []
        for index in kept:
            pieces.append(self.searched.raw(index))
            starts.append(at)
            at += len(pieces[-1]) + 1
        numbers = array("Q", (self.searched.numbers[index] for index in kept))
        return replace(self, searched=_Lines(b"\n".join(pieces), starts, numbers), cut=cut)

    def written(self, most: int) -> list[Line]:
        """Return up to `most` lines that are not blank, from both ends of the text."""
        if most not in self._asked:
            self._asked[most] = self._both_ends(most)
        return self._asked[most]

    def _both_ends(self, most: int) -> list[Line]:
        if len(self) <= _FEW:
            found = self._not_blank()
            half = most // 2
            few = len(found) <= most
            return found if few else found[: most - half] + found[len(found) - half :]
        head = self._written(range(1, len(self) + 1), most)
        if len(head) < most:
            return head
        tail = self._written(range(len(self), 0, -1), most // 2)
        lines = {line.number: line for line in (*head[: most - most // 2], *tail)}
        return [lines[number] for number in sorted(lines)]

    def _not_blank(self) -> list[Line]:
        """Return all lines that are not blank, made once: of a short text all is wanted anyway."""
        if _ALL not in self._asked:
            self._asked[_ALL] = self._written(range(1, len(self) + 1), len(self))
        return self._asked[_ALL]

    def _written(self, order: Iterable[int], most: int) -> list[Line]:
        found: list[Line] = []
        for number in order:
            if len(found) == most:
                break
            line = self.line(number)
            if line.text.strip():
                found.append(line)
        return found

    @property
    def last(self) -> int:
        """The number of the last line that is not blank, 0 if there is none."""
        end = self._written(range(len(self), 0, -1), 1)
        return end[0].number if end else 0
