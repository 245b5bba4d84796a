"""A few words for what one rsync run did: the end of the outgoing subject.

`partial transfer, 3 files unreadable (code 23)`: what happened, why if a line says so, and the
code where there is one. What happens next: rsync.py puts it into its finding.
"""

from collections.abc import Mapping

import re2

from relay.reports.readers.rsync.codes import code
from relay.reports.readers.rsync.runs import Run
from relay.reports.report import Fact, Verdict

_QUOTED = re2.compile(r'"([^"]+)"')
_STRERROR = re2.compile(r".*: (\S.*?) \(\d+\)\s*$")
_LONGEST_CAUSE = 70
_LONGEST_PATH = 48
_UNREADABLE = ("open", "opendir", "send_files failed", "read errors mapping", "readlink")


def without_role(text: str) -> str:
    """Return a diagnosis without the process that printed it, which differs by version."""
    text = text.strip()
    if text.endswith("]"):
        text = text.rpartition(" [")[0] or text
    start = "rsync: " if text.startswith("rsync: ") else ""
    role, closed, rest = text[len(start) :].partition("] ")
    return start + rest if closed and role.startswith("[") and role[1:].isalpha() else text


def cause(run: Run) -> str:
    """Return the first reason that the run names, empty if it names none."""
    for said in (*run.shell, *run.errors):
        text = without_role(said.text).removeprefix("rsync: ").removeprefix("ssh: ")
        text = text.removeprefix("@").removeprefix("ERROR: ")
        if text.startswith("connection unexpectedly closed") and run.ends:
            continue
        reason = _STRERROR.match(text)
        text = reason.group(1) if reason else text
        return text if len(text) <= _LONGEST_CAUSE else text[: _LONGEST_CAUSE - 1] + "…"
    return ""


def phrase(run: Run, verdict: Verdict, facts: Mapping[str, Fact]) -> str:
    """Say what `run` did in a few words."""
    if verdict is Verdict.SUCCESS:
        return _success(facts)
    if verdict is Verdict.UNKNOWN:
        return _unfinished(run)
    number = run.exit_code
    words = _bad(run, number)
    return f"{words} (code {number})" if number is not None else words


def _success(facts: Mapping[str, Fact]) -> str:
    if facts.get("dry_run"):
        return "dry run, nothing was copied"
    if facts.get("bytes_total") == 0 and facts.get("files_deleted"):
        return f"succeeded, source is empty: {_files(facts['files_deleted'])} deleted"
    transferred = facts.get("files_transferred")
    words = "succeeded" if transferred is None else f"succeeded, {_files(transferred)} copied"
    return f"{words} after a retry" if facts.get("retries") else words


def _unfinished(run: Run) -> str:
    if run.complete:
        return "rsync listed no file at all, not even the source directory"
    return "the report ends before rsync does"


def _bad(run: Run, number: int | None) -> str:
    if number == 24 or (number is None and run.vanished):
        many = _files(len(run.vanished)) if run.vanished else "files"
        return f"{many} vanished during the transfer"
    if number == 25 or (number is None and run.limit is not None):
        return code(25).meaning
    if number == 23 or (number is None and not run.shell):
        return _partial(run)
    if any("not found" in said.text or "No such file" in said.text for said in run.shell):
        return "rsync not found on the remote host"
    reason = cause(run)
    meaning = code(number).meaning if number is not None else "failed"
    return f"{meaning}: {reason}" if reason else meaning


def _partial(run: Run) -> str:
    """Say which part is missing."""
    missing = [said for said in run.errors if _misses_source(said.text)]
    if missing:
        path = _QUOTED.search(missing[0].text)
        name = path.group(1) if path else ""
        name = name if len(name) <= _LONGEST_PATH else "…" + name[1 - _LONGEST_PATH :]
        return f"source {name} does not exist"
    unreadable = sum(_is_unreadable(said.text) for said in run.errors)
    if unreadable and unreadable == len(run.errors):
        return f"partial transfer, {_files(unreadable)} unreadable"
    if len(run.errors) > 1:
        return f"partial transfer, {len(run.errors)} errors, first: {cause(run)}"
    return f"partial transfer: {cause(run)}" if run.errors else "partial transfer"


def _misses_source(text: str) -> bool:
    return text.endswith("(2)") and ("change_dir " in text or "link_stat " in text)


def _is_unreadable(text: str) -> bool:
    return text.rstrip().endswith("(13)") and any(word in text for word in _UNREADABLE)


def _files(number: Fact) -> str:
    return "1 file" if number == 1 else f"{number} files"
