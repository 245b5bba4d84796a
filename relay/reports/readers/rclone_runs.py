"""rclone's lines sorted into runs: which errors count, and which statistics are a run's last.

A run prints its statistics again and again with ever greater figures; where they fall, another run
has begun. Of each run only the last block is kept, and it becomes an end, good or missing.
What happens next: rclone.py judges the lines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from relay.reports.lines.figures import count, seconds, size
from relay.reports.lines.grammar import Role, Rule, Statement
from relay.reports.readers.rclone_rules import (
    DRY_RUN,
    FIGURES,
    FINISHED,
    FORGIVEN,
    IN_BLOCK,
    TOLERATED,
    UNFINISHED,
)

_MINUTE = 60.0
"""How often statistics are printed while a run is under way, if nobody says otherwise."""


@dataclass(slots=True)
class _Block:
    """One block of statistics; its last line is its `end`."""

    lines: list[Statement] = field(default_factory=list)
    under_way: bool = False

    @property
    def end(self) -> Statement:
        return self.lines[-1]

    def figure(self, *rules: str, group: str = "done") -> str:
        found = (each.groups[group] for each in self.lines if each.rule.name in rules)
        return next(found, "")

    @property
    def elapsed(self) -> float:
        return seconds(self.figure("elapsed", group="seconds")) or 0.0

    @property
    def moved(self) -> int:
        return size(self.figure("size", "one-line")) or 0

    @property
    def failed(self) -> bool:
        return bool(count(self.figure("errors", group="errors")))

    @property
    def complete(self) -> bool:
        """Whether everything is done, and this is not one of the blocks of every minute."""
        open_ends = (each.groups for each in self.lines if "whole" in each.groups)
        reached = all(groups["done"] == groups["whole"] for groups in open_ends)
        interim = self.elapsed >= _MINUTE and self.elapsed % _MINUTE == 0
        return reached and not self.under_way and not interim


def judged_lines(said: Sequence[Statement]) -> list[Statement]:
    """Return `said` with blocks and errors judged by what stands around them."""
    return list(_errors(list(_statistics(said))))


def _statistics(said: Sequence[Statement]) -> Iterator[Statement]:
    """Yield `said` with the last block of each run, ended by what it proves."""
    blocks = list(_blocks(said))
    shown = {id(each): each for block in _last(blocks) for each in block.lines}
    dry = any(each.rule.name == "dry" for each in said)
    ends = {id(block.end): _proof(block, dry) for block in _last(blocks)}
    for each in said:
        if each.rule.name not in (*IN_BLOCK, "elapsed", "under-way"):
            yield each
        elif id(each) in shown:
            rule = ends.get(id(each)) or each.rule
            yield replace(each, rule=rule, groups=_named_figures(each))


def _blocks(said: Sequence[Statement]) -> Iterator[_Block]:
    block, ended = _Block(), _Block()
    for each in said:
        if each.rule.name == "under-way":
            ended.under_way = True
        elif each.rule.name in IN_BLOCK or each.rule.name == "elapsed":
            block.lines.append(each)
            if each.rule.name in ("elapsed", "one-line"):
                ended, block = block, _Block()
                yield ended


def _last(blocks: Sequence[_Block]) -> list[_Block]:
    """Return the blocks that are the last of their run."""
    ended = [before for before, after in pairwise(blocks) if not _goes_on(before, after)]
    return [*ended, *blocks[-1:]]


def _goes_on(before: _Block, after: _Block) -> bool:
    """Whether two blocks that follow each other are of one run."""
    timed = after.elapsed > before.elapsed or not (after.elapsed or before.elapsed)
    return timed and after.moved >= before.moved and not before.failed


def _proof(block: _Block, dry: bool) -> Rule | None:
    """Return the rule that the end of a run's last block becomes, None where errors are counted."""
    if block.failed:
        return None
    if not block.complete:
        return UNFINISHED
    return DRY_RUN if dry else FINISHED


def _named_figures(statement: Statement) -> dict[str, str]:
    """Return the groups of a line of statistics under the names that facts have."""
    groups = {name: text for name, text in statement.groups.items() if name != "whole"}
    if "done" in groups:
        groups[FIGURES[statement.rule.name]] = groups.pop("done")
    return groups


def _errors(said: Sequence[Statement]) -> Iterator[Statement]:
    """Yield `said`; errors before an attempt that succeeded or a good end count less."""
    tried: list[Statement] = []
    errors: list[Statement] = []
    for each in said:
        name = each.rule.name
        if name == "error":
            errors.append(each)
            continue
        if name == "attempt":  # each attempt reports the same errors again
            yield from _ruled(tried, FORGIVEN)
            tried, errors = errors, []
        elif name == "recovered":
            yield from _ruled([*tried, *errors], FORGIVEN)
            tried, errors = [], []
        elif each.rule is FINISHED or each.rule is DRY_RUN:
            yield from _ruled([*tried, *errors], TOLERATED)
            tried, errors = [], []
        elif each.rule.role is Role.FAILS:
            yield from (*tried, *errors)
            tried, errors = [], []
        yield each
    yield from (*tried, *errors)


def _ruled(said: Sequence[Statement], rule: Rule) -> Iterator[Statement]:
    return (replace(each, rule=rule) for each in said)
