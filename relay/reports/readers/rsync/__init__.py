"""rsync: from 2.6 to 3.5, over ssh, a daemon or locally, several runs in one mail.

Success is proved by the totals, which rsync prints at the very end, and by nothing else than
totals: a file list without them was cut off. Two exceptions print no totals: a progress display
that has nothing left to check, and the change list of `-i` as cron mails it, because cron would
have mailed the error as well; elsewhere such a list is rsync's, but its end is unknown. A final
line with a code proves its code, a diagnosis without one a failure, `file has vanished` and the
deletion limit a warning.
What happens next: combine.py weighs it.
"""

from collections.abc import Iterable, Sequence

import re2

from relay.reports.body import Body, Line
from relay.reports.cron_mail import cron_mail
from relay.reports.finding import Finding, Standing, worst
from relay.reports.letter import Letter
from relay.reports.mask import mask, news
from relay.reports.readers.rsync.codes import code
from relay.reports.readers.rsync.figures import count, figures, is_dry
from relay.reports.readers.rsync.lines import (
    MARKS,
    Event,
    Said,
    read_events,
    totals_of,
    understand_line,
)
from relay.reports.readers.rsync.runs import Run, runs
from relay.reports.readers.rsync.words import phrase, without_role
from relay.reports.report import Evidence, Fact, Kind, Verdict

__all__ = ["MARKS", "read"]

_MOST_EVIDENCE = 12
_MOST_ERRORS = 5
_FOLLOWS = (
    "rsync: connection unexpectedly closed",
    "rsync: write error: Broken pipe",
    "rsync: writefd_unbuffered failed",
    "rsync: safe_write failed",
)
_LOOKED_AT = 40
_CHANGE = re2.compile(r"[<>ch.][fdLDS](?:[.+?cstTpoguabnx]{7,9}| {7,9}) +\S.*|\*deleting  .*")
_EMPTY_LIST_BYTES = 30
"""rsync sends 19 to 29 bytes to say that its list is empty; one directory makes it 39 or more."""


def read(letter: Letter) -> Finding | None:
    """Return what rsync says in `letter`, None if it says nothing."""
    found = runs(read_events(letter.body))
    if not any(run.ends or run.errors or run.sent or _began(run) for run in found):
        return _change_list(letter) or _unended_list(letter)
    judged = [run for run in found if not run.forgiven]
    verdict = worst(*(_verdict(run) for run in judged))
    decisive = next(run for run in judged if _verdict(run) is verdict)
    facts = _facts(found, judged)
    return Finding(
        reader="rsync",
        kind=Kind.RSYNC,
        standing=Standing.TOOL,
        verdict=verdict,
        what=phrase(decisive, verdict, facts),
        exit_code=decisive.exit_code if verdict is not Verdict.UNKNOWN else None,
        evidence=tuple(_evidence(found, judged, verdict)[:_MOST_EVIDENCE]),
        owns=frozenset(_owned(found, letter.body)),
        facts=facts,
        news=news(_news(judged, facts)),
    )


def _began(run: Run) -> bool:
    # Filtered out of a longer report; borg counts its files as well, but transfers none.
    figures = any(" transferred" in said.text for said in run.statistics)
    return bool(run.started or run.total or run.progress or run.vanished or run.limit or figures)


def _verdict(run: Run) -> Verdict:
    """Judge one run; totals over an empty list are no copy of anything."""
    if run.verdict is Verdict.SUCCESS and _listed_nothing(run):
        return Verdict.UNKNOWN
    return run.verdict


def _listed_nothing(run: Run) -> bool:
    """Whether not even the source directory was in the list: it is missing, or unreadable."""
    if any(said.text.startswith("Number of files: 0") for said in run.statistics):
        return True
    if run.sent is None or run.total is None or run.sent.event is Event.LOGGED:
        return False
    sent, total = count(totals_of(run.sent)[0]), count(totals_of(run.total)[0])
    return total == 0 and sent is not None and sent <= _EMPTY_LIST_BYTES


def _owned(found: list[Run], body: Body) -> Iterable[int]:
    """Yield the lines accounted for: messages, lists of files, and all of a failed first try."""
    for at, run in enumerate(found):
        yield from (said.line.number for said in _said(run))
        if run.started is not None and run.sent is not None and run.complete:
            yield from body.between(run.started.line.number, run.sent.line.number)
        if run.forgiven and at + 1 < len(found):
            yield from body.between(run.first, found[at + 1].first)


def _said(run: Run) -> Iterable[Said]:
    yield from run.ends
    yield from run.errors
    yield from run.vanished
    yield from run.notices
    yield from run.statistics
    if not run.complete or run.ends:
        yield from run.shell
    yield from (said for said in (run.sent, run.total, run.limit, run.progress) if said)


def _evidence(found: list[Run], judged: list[Run], verdict: Verdict) -> list[Evidence]:
    """Return the lines that prove the verdict first, then what else each run shows."""
    ordered = sorted(judged, key=lambda run: _verdict(run) is not verdict)
    return [
        Evidence(line=said.line.number, text=said.line.text.strip(), rule=rule, proves=proves)
        for run in (*ordered, *(run for run in found if run.forgiven))
        for said, rule, proves in _proofs(run)
    ]


def _proofs(run: Run) -> Iterable[tuple[Said, str, Verdict]]:
    for end in run.ends[:_MOST_EVIDENCE]:
        yield end, f"rsync.code-{end.code}", code(end.code or 0).verdict
    bad = Verdict.WARNING if run.verdict is Verdict.WARNING else Verdict.FAILURE
    if run.verdict is not Verdict.SUCCESS:
        yield from ((said, "rsync.diagnosis", bad) for said in run.errors[:_MOST_ERRORS])
        yield from ((said, "rsync.remote-shell", bad) for said in run.shell[:_MOST_ERRORS])
    vanished = run.vanished[:_MOST_ERRORS]
    yield from ((said, "rsync.vanished", Verdict.WARNING) for said in vanished)
    if run.limit is not None:
        yield run.limit, "rsync.deletion-limit", Verdict.WARNING
    if run.verdict is not Verdict.SUCCESS:
        return
    rule = "rsync.empty-list" if _listed_nothing(run) else "rsync.totals"
    for said in (run.sent, run.total):
        if said is not None and (said is not run.sent or said is not run.total):
            yield said, rule, _verdict(run)
    if run.sent is not None and run.sent is run.total:
        yield run.sent, rule, _verdict(run)
    if not run.complete and run.progress is not None:
        yield run.progress, "rsync.progress", Verdict.SUCCESS


def _facts(found: list[Run], judged: list[Run]) -> dict[str, Fact]:
    errors = [said for run in judged for said in _causes(run)]
    codes = tuple(end.code for run in found for end in run.ends if end.code is not None)
    vanished = sum(len(run.vanished) for run in judged)
    facts = figures(found)
    extras: dict[str, Fact] = {
        "codes_printed": tuple(dict.fromkeys(codes)),
        "error_lines": len(errors),
        "distinct_errors": len({mask(said.text) for said in errors}),
        "last_error": errors[-1].line.text.strip() if errors else "",
        "first_errors": tuple(said.line.text.strip() for said in errors[:_MOST_ERRORS]),
        "vanished": vanished,
        "dry_run": any(is_dry(run) for run in found),
        "runs": len(found) if len(found) > 1 else 0,
        "retries": sum(run.forgiven for run in found),
    }
    return facts | {name: value for name, value in extras.items() if value}


def _causes(run: Run) -> list[Said]:
    """Return the errors without those that only follow: a closed pipe, a closed connection."""
    found = [*run.shell, *run.errors]
    first = [said for said in found if not without_role(said.text).startswith(_FOLLOWS)]
    return first or found


def _news(judged: Sequence[Run], facts: dict[str, Fact]) -> Iterable[str]:
    """Yield what makes this news: codes, errors, files; never totals or what went well."""
    for run in judged:
        yield from {f"code {end.code}" for end in run.ends}
        causes = _causes(run) if run.verdict is not Verdict.SUCCESS else run.errors
        for said in (*causes, *run.vanished, *run.notices):
            yield without_role(said.text)
        if run.limit is not None:
            yield "deletion limit"
        if _listed_nothing(run):
            yield "empty list"
    if facts.get("dry_run"):
        yield "dry run"
    if facts.get("bytes_total") == 0 and facts.get("files_deleted"):
        yield "source is empty"


def _change_list(letter: Letter) -> Finding | None:
    """Judge a mail of cron that holds nothing but `rsync -i` changes and notices, without totals.

    cron mails standard error too, so a bad end would show; only what a plain, single rsync
    command printed is judged like this.
    """
    cron = cron_mail(letter)
    if cron is None or not cron.command.only("rsync") or letter.truncated:
        return None
    lines = letter.body.written(len(letter.body))
    if not lines or not all(_is_change(line.text) or _is_notice(line) for line in lines):
        return None
    first, last = lines[0], lines[-1]
    evidence = tuple(
        Evidence(line=line.number, text=line.text, rule="rsync.changes", proves=Verdict.SUCCESS)
        for line in (first, last)[: len(lines)]
    )
    return Finding(
        reader="rsync",
        kind=Kind.RSYNC,
        standing=Standing.TOOL,
        verdict=Verdict.FAILURE if cron.failed else Verdict.SUCCESS,
        what="failed without saying why" if cron.failed else "succeeded",
        exit_code=None if cron.failed else 0,
        evidence=() if cron.failed else evidence,
        owns=frozenset(line.number for line in lines),
    )


def _unended_list(letter: Letter) -> Finding | None:
    """Say that changes of `rsync -i` are rsync's, but do not tell how it ended."""
    lines = [line for line in letter.body.written(_LOOKED_AT) if _is_surely_change(line.text)]
    if not lines:
        return None
    evidence = Evidence(
        line=lines[-1].number, text=lines[-1].text, rule="rsync.changes", proves=Verdict.UNKNOWN
    )
    return Finding(
        reader="rsync",
        kind=Kind.RSYNC,
        standing=Standing.TOOL,
        verdict=Verdict.UNKNOWN,
        what="a list of changes without an end",
        evidence=(evidence,),
        news=("a list of changes without an end",),
        defers=True,
    )


def _is_surely_change(text: str) -> bool:
    return _is_change(text) and (text[0] == "*" or not text[2:9].isalpha())


def _is_notice(line: Line) -> bool:
    if line.text.startswith("created directory "):
        return True
    said = understand_line(line)
    return said is not None and said.event is Event.NOTICE


def _is_change(text: str) -> bool:
    """Whether `text` is a line of --itemize-changes: `>f+++++++++ name`, `*deleting   name`."""
    return _CHANGE.fullmatch(text) is not None
