"""tar: GNU tar in eleven languages, bsdtar, busybox; creating, extracting, listing, comparing.

Every message begins with the program's name, its path, or `tar (child)`; lists of names do not, so
nothing in them counts. An error that makes tar end with 2 is a failure, and so are the last words
that it then says; a file that changed, shrank or was removed while it was read is a warning (exit
status 1), for the rest of the archive is there. Only `--totals` proves a success: tar prints them
behind the closed archive, on the same stream as all errors. Without them a good run says nothing,
or lists names, which proves nothing.
What happens next: combine.py weighs the finding; shell.py's reading of these lines is dropped.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import re2

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, Rule, fails, notes, statements, succeeds, warns
from relay.reports.lines.judge import judge
from relay.reports.readers import tar_words as words
from relay.reports.readers.shell_words import SYSTEM_ERRORS
from relay.reports.report import Kind, Verdict

_SELF = r"(?:\S*/)?(?:g|bsd)?tar(?: \([^()]{3,30}\))?: "
_MARK = r"tar: |tar \("


def _any(texts: Iterable[str]) -> str:
    return "(?:" + "|".join(re2.escape(text) for text in texts) + ")"


def _said(make: Callable[..., Rule], name: str, rest: str, say: str = "") -> Rule:
    """Return a rule for a message of tar's own: its name, then `rest`."""
    return make(name, _SELF + rest, mark=_MARK, say=say)


_TAR = Grammar(
    reader="tar",
    kind=Kind.CRON_OTHER,
    rules=(
        _said(notes, "prefix", r"(?:Removing|removing) leading .+"),
        _said(notes, "skipped", r".+: (?:socket|door) ignored"),
        _said(notes, "elsewhere", r".+: file is (?:the archive|unchanged|on a .+); not dumped"),
        _said(notes, "future", r".+: (?:time stamp .+ in the future|implausibly old time stamp.*)"),
        _said(notes, "directory", r".+: Directory (?:is new|has been renamed.*)"),
        _said(
            warns, "ignored", rf"(?P<reason>.+?{words.COLON}{_any(words.IGNORED)}{words.COLON}.+)"
        ),
        _said(
            warns,
            "changed",
            rf"(?P<file>.+?){words.COLON}{_any(words.CHANGED)}",
            say="{file}: file changed while it was read",
        ),
        _said(
            warns,
            "removed",
            rf"(?P<file>.+?){words.COLON}{_any(words.REMOVED)}",
            say="{file}: file removed before it was read",
        ),
        _said(warns, "shrank", r"(?P<reason>.+: File shrank by .+)"),
        _said(warns, "type", r"(?P<reason>.+: Unknown file type; file ignored)"),
        _said(warns, "zero-block", r"(?P<reason>A lone zero block at .+)"),
        _said(fails, "system-error", rf"(?P<reason>.+{_any(SYSTEM_ERRORS)}.*)"),
        _said(fails, "cannot", r"(?P<reason>(?:.+: )?(?:Cannot|can't|Couldn't|Failed to) .+)"),
        _said(fails, "written", r"(?P<reason>.+: Wrote only .+|Write error|.+: Write error)"),
        _said(fails, "too-long", r"(?P<reason>.+ name is too long.*; not dumped)"),
        _said(fails, "verify", r"(?P<reason>VERIFY FAILURE: .+)"),
        _said(
            fails,
            "unreadable",
            rf"(?P<reason>(?:Error opening archive: )?{_any(words.UNREADABLE)})",
        ),
        _said(fails, "empty", rf"(?P<reason>{_any(words.EMPTY)})"),
        _said(fails, "not-found", rf"(?P<reason>.+?{words.COLON}{_any(words.NOT_FOUND)})"),
        _said(
            fails,
            "usage",
            r"(?P<reason>(?:invalid|unrecognized|unknown) option.+|option .+ requires an argument.*"
            r"|You (?:may not|must) specify .+|Must specify one of .+|Conflicting .+)",
        ),
        _said(
            fails,
            "child",
            r"(?:\d+: )?(?P<reason>Child (?:returned status [1-9]\d*|died with signal \d+"
            r"|terminated on .+))",
        ),
        _said(fails, "skipping", r"(?P<reason>Skipping to next header)"),
        _said(fails, "exits", _any(words.EXITS), say="failed"),
        _said(fails, "exits-elsewhere", _any(words.EXITS_ELSEWHERE), say="failed"),
        warns(
            "differs",
            r"(?P<reason>[^:]+: (?:Mod time|Contents|Size|Mode|Uid|Gid|File type) differs?)",
            mark=" differ",
        ),
        succeeds(
            "totals",
            rf"{_any(words.TOTALS)}{words.COLON}(?P<bytes_total>\d+) ?.+/s.",
            mark="/s[)）]",  # noqa: RUF001 - Chinese brackets,
        ),
    ),
)
MARKS = _TAR.marks

_STATUS_1 = {"tar.changed", "tar.removed", "tar.shrank", "tar.differs"}


def read(letter: Letter) -> Finding | None:
    """Return what tar says, None if it says nothing that proves anything."""
    finding = judge(_TAR, statements(_TAR, letter), letter.retried)
    return finding and replace(finding, exit_code=_exit_code(finding))


def _exit_code(finding: Finding) -> int | None:
    """Return GNU tar's exit status where its last words, or the only kind of warning, tell it."""
    rules = {proof.rule for proof in finding.evidence}
    if "tar.exits" in rules:
        return 2
    warned = finding.verdict is Verdict.WARNING and bool(rules & _STATUS_1)
    return 1 if warned else None
