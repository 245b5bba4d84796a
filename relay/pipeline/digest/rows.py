"""A batch's reports put together: one row for each job, the worst one first.

A job that sent several reports is one row: its worst verdict, how often, first and last time, and
what the newest of the worst ones says. A report without a job goes by its subject, so that two
mails which have nothing in common are not taken for one. Reports that are not listed are counted.
What happens next: summary.py says it in a sentence, sheet.py arranges it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from relay.pipeline.batch import Item
from relay.pipeline.titles import without_tag
from relay.policy.match import short
from relay.reports.finding import SEVERITY, worst
from relay.reports.report import Part, Verdict

Name = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The reports of one job; `bad` of all `count` have the verdict, which is the worst.

    `what`, `evidence` (line, text), `parts` and `original`, a message ID, are of one of those.
    """

    host: str
    job: str
    verdict: Verdict
    count: int
    bad: int
    first_at: datetime
    last_at: datetime
    what: str
    evidence: tuple[tuple[int, str], ...]
    parts: tuple[Part, ...]
    original: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of a batch, and what all of its reports come to.

    `counts` are reports for each verdict, `unlisted` those among them that no row shows, `worst`
    the worst verdict of each job, listed or not.
    """

    rows: tuple[Row, ...]
    counts: Mapping[Verdict, int]
    unlisted: Mapping[Verdict, int]
    worst: Mapping[Name, Verdict]

    @property
    def total(self) -> int:
        """How many reports there are."""
        return sum(self.counts.values())


def table(items: Iterable[Item]) -> Table:
    """Return what `items` come to."""
    items = tuple(items)
    listed: dict[Name, list[Item]] = defaultdict(list)
    worst_of: dict[Name, Verdict] = {}
    for item in items:
        name = _name(item)
        worst_of[name] = worst(item.verdict, worst_of.get(name, Verdict.NONE))
        if item.listed:
            listed[name].append(item)
    return Table(
        rows=tuple(sorted((_row(name, group) for name, group in listed.items()), key=_order)),
        counts=Counter(item.verdict for item in items),
        unlisted=Counter(item.verdict for item in items if not item.listed),
        worst=worst_of,
    )


def _name(item: Item) -> Name:
    return item.host, item.job or _said(item) or item.kind


def _said(item: Item) -> str:
    """Return the subject without what stands beside it anyway."""
    return without_tag(item.subject).removeprefix(short(item.host)).lstrip(": ")


def _order(row: Row) -> tuple[int, str, str]:
    return -SEVERITY[row.verdict], row.host, row.job


def _row(name: Name, items: Sequence[Item]) -> Row:
    verdict = worst(*(item.verdict for item in items))
    bad = sorted((each for each in items if each.verdict is verdict), key=lambda at: at.accepted_at)
    telling = next((item for item in reversed(bad) if item.summary.get("what")), bad[-1])
    return Row(
        host=name[0],
        job=name[1],
        verdict=verdict,
        count=len(items),
        bad=len(bad),
        first_at=min(item.accepted_at for item in items),
        last_at=max(item.accepted_at for item in items),
        what=_what(telling),
        evidence=tuple(
            (int(line), str(text)) for line, text in telling.summary.get("evidence", ())
        ),
        parts=tuple(_parts(telling)),
        original=telling.message_id,
    )


def _what(item: Item) -> str:
    what = str(item.summary.get("what") or "")
    if what or item.verdict in (Verdict.SUCCESS, Verdict.NONE):
        return what
    code = item.summary.get("exit_code")
    return "it says nothing that is recognised" if code is None else f"exit code {code}"


def _parts(item: Item) -> Iterable[Part]:
    """Return what the report says of its parts, the worst first."""
    parts = [
        Part(name=str(name), verdict=Verdict(verdict), what=str(what))
        for name, verdict, what in item.summary.get("parts", ())
    ]
    return sorted(parts, key=lambda part: -SEVERITY[part.verdict])
