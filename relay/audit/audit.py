"""A file against all rules: pure, bounded, and it never raises.

What cannot be judged gets a note in one line instead: too large, not text, nothing that is known.
Only the time limit of who calls comes through.
Nothing of a file is ever executed. A rule that breaks on a file is a fault of ours: that is noted
with the rule's family, and the other families go on.
What happens next: scan/ feeds many files, cli/audit.py prints.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from relay.audit.document import Document, Snippet, read
from relay.audit.edits import apply
from relay.audit.finding import Edit, Finding, Hit, key_of
from relay.audit.rules.catalogue import CHECKS
from relay.audit.source import Kind, Source
from relay.audit.suppress import hides, suppressed

LARGEST = 1_000_000
_MOST_FINDINGS = 200
_LONGEST_LINE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What was found in a file; `note` says in a line why it was not judged, or not wholly."""

    path: str
    kind: Kind
    findings: tuple[Finding, ...] = ()
    note: str = ""
    ignored: int = 0


def audit(source: Source, relays: tuple[str, ...] = ()) -> Audited:
    """Return what a file does wrong, in the order of its lines.

    `relays` are the names by which hosts reach the relay; without them no smarthost is judged.
    """
    note = _unreadable(source)
    if note:
        return Audited(path=source.path, kind=Kind.OTHER, note=note)
    document = read(source, relays)
    if document.kind is Kind.OTHER:
        return Audited(path=source.path, kind=Kind.OTHER)
    hits: list[Hit] = []
    troubles: list[str] = []
    for check in CHECKS:
        try:
            hits += [_placed(*found) for found in check(document)]
        except (TimeoutError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - a bug in one family must not hide the others
            troubles.append(f"{check.__module__.rpartition('.')[2]}: {type(error).__name__}")
    note = f"not judged by {', '.join(troubles)}: a bug, please report" if troubles else ""
    return _told(source, document, hits, note or _syntax(document))


def _unreadable(source: Source) -> str:
    data = source.data
    if len(data) > LARGEST:
        return f"not judged: {len(data):,} bytes, more than {LARGEST:,}"
    if b"\0" in data[:8000]:
        return "not judged: not text"
    return ""


def _syntax(document: Document) -> str:
    for snippet in document.snippets:
        broken = snippet.view.script.broken
        broken = snippet.view.misread if broken is None else broken
        if broken is not None:
            line = document.source.data[: snippet.start + broken].count(b"\n") + 1
            return f"line {line}: the shell's syntax is not understood; the rest was judged"
        if snippet.view.works and not snippet.view.clean.whole:
            return "it has more ways through than were followed: findings may be missing"
    return ""


def _placed(snippet: Snippet | None, hit: Hit) -> Hit:
    """Move a hit from its snippet to its place in the file."""
    start = snippet.start if snippet else 0
    if not start:
        return hit
    moved = tuple(
        Edit(start=each.start + start, end=each.end + start, text=each.text) for each in hit.edits
    )
    return replace(hit, offset=hit.offset + start, edits=moved)


def _told(source: Source, document: Document, hits: list[Hit], note: str) -> Audited:
    starts = [0]
    for line in source.data.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    pairs = suppressed(source.data)
    found = list(_findings(source, hits, starts))
    kept = tuple(each for each in found if not hides(pairs, each.rule.id, each.line))
    return Audited(
        path=source.path,
        kind=document.kind,
        findings=kept[:_MOST_FINDINGS],
        note=note,
        ignored=len(found) - len(kept),
    )


def _findings(source: Source, hits: list[Hit], starts: list[int]) -> Iterator[Finding]:
    """Yield each rule once for each line."""
    seen: set[tuple[str, int]] = set()
    counted: dict[tuple[str, str], int] = {}
    for hit in sorted(hits, key=lambda each: (each.offset, each.rule.id)):
        line = bisect_right(starts, hit.offset)
        if (hit.rule.id, line) in seen:
            continue
        seen.add((hit.rule.id, line))
        start = starts[line - 1]
        raw = source.data[start : start + _LONGEST_LINE * 4].partition(b"\n")[0]
        text = raw.decode("utf-8", "replace").rstrip()
        number = counted[hit.rule.id, text] = counted.get((hit.rule.id, text), 0) + 1
        yield Finding(
            rule=hit.rule,
            path=source.path,
            line=line,
            column=hit.offset - start + 1,
            detail=hit.detail,
            text=text[:_LONGEST_LINE],
            key=key_of(hit.rule, source.path, text, number),
            edits=hit.edits,
            subject=hit.subject,
        )


def mended(source: Source, audited: Audited) -> bytes:
    """Return the file with every mend that its findings offer, and that fit together.

    Mends are tried one after the other on what the ones before have made.
    """
    data = source.data
    for _ in range(12):
        edits = next((each.edits for each in audited.findings if each.edits), ())
        new = apply(data, edits)
        if new == data:
            break
        data = new
        audited = audit(Source(path=source.path, data=data, mode=source.mode))
    return data
