"""RA6xx: what happens when a run does not end, meets itself, or never begins."""

import re
from collections.abc import Iterator

from relay.audit.document import Document, Snippet
from relay.audit.finding import Hit, Rule, Severity
from relay.audit.shell.listing import Listed
from relay.audit.shell.state import Sent, State, Told, Work
from relay.audit.source import Kind
from relay.audit.view import View

NO_LOCK = Rule(
    id="RA601",
    title="two runs may overlap",
    severity=Severity.WARNING,
    why="A run that takes longer than the time to the next one meets itself in the same files.",
    remedy="flock -n /run/lock/job.lock command.",
    source="flock(1)",
)
NO_TIMEOUT = Rule(
    id="RA602",
    title="a connection that hangs is never given up",
    severity=Severity.NOTE,
    why="A run that hangs sends no mail, and neither do all that wait for its lock.",
    remedy="rsync --timeout=600, ssh -o ConnectTimeout=30, timeout 6h, TimeoutStartSec=.",
    source="rsync(1), --timeout; timeout(1); systemd.service(5)",
)
UNMOUNTED = Rule(
    id="RA603",
    title="--delete from a source that may not be mounted",
    severity=Severity.WARNING,
    why="An empty mount point is a source without files: the copy is emptied, with status 0.",
    remedy="mountpoint -q DIR || exit 1 before it; --max-delete.",
    source="mountpoint(1); rsync(1), --max-delete",
)
SILENT_QUIT = Rule(
    id="RA604",
    title="the job leaves in silence before it has begun",
    severity=Severity.WARNING,
    why="A missing disk or folder ends the run without a word: nobody misses the backup.",
    remedy="Say so on standard error before `exit`, and exit with 1.",
    source="crontab(5): mail is sent if there is output",
)
SILENT_UNIT = Rule(
    id="RA605",
    title="a unit that fails tells nobody",
    severity=Severity.WARNING,
    why="systemd notes it in the journal; no mail leaves without OnFailure=.",
    remedy="OnFailure=mail-failure@%n.service in [Unit].",
    source="systemd.unit(5), OnFailure=",
)
NO_MAIL = Rule(
    id="RA606",
    title="cron's mail is switched off",
    severity=Severity.WARNING,
    why='MAILTO="" drops the output of every line below, errors and all.',
    remedy="Name an address; throw away standard output of the loud line only.",
    source="crontab(5), MAILTO",
)
NOWHERE = Rule(
    id="RA607",
    title="root's mail goes nowhere",
    severity=Severity.WARNING,
    why="cron, smartd and mdadm mail root; /dev/null reads it.",
    remedy="root: somebody@example.org",
    source="aliases(5)",
)
RULES = (NO_LOCK, NO_TIMEOUT, UNMOUNTED, SILENT_QUIT, SILENT_UNIT, NO_MAIL, NOWHERE)

_HOUR = 60
_OWN_LOCK = ("borg", "restic", "rsnapshot", "borgmatic", "duplicity", "duply", "btrbk", "kopia")
_REMOTE = re.compile(r"^(?:[\w.\x00-]+@)?[\w.\x00-]+::?(?![\\/]{2})[^=]*$|^rsync://")
_MOUNTED = re.compile(r"^/(?:mnt|media|run/media|net|Volumes|autofs|nfs)/")
_TIMED = re.compile(r"--timeout|--contimeout|ConnectTimeout|ServerAlive|--max-time|--stop-a")
# What is asked of the world outside. A switch (`[ "$ON" = yes ]`) and a program that was removed
# with its package (`[ -x ]`) are left in silence on purpose.
_SILENT = re.compile(
    rb"(?:\[|\btest\b)[^\n]*?\s-[defrsLhw]\s+(?!\S*/run/systemd)|mountpoint|grep\s+-\w*q"
    rb"|\bping\b|\bcommand -v|\bwhich\b|\bnc -z"
)
_LOCKS = ("flock", "lockfile", "lockfile-create", "dotlockfile", "run-one", "setlock", "shlock",
          "with-lock-ex", "lockrun", "lockf")  # fmt: skip


def check(document: Document) -> Iterator[tuple[Snippet | None, Hit]]:
    """Yield what ends badly when something goes otherwise than planned."""
    for snippet in document.snippets:
        timed = document.kind is Kind.UNIT and any(
            document.named("TimeoutStartSec", "RuntimeMaxSec", "TimeoutSec")
        )
        found = [*_overlap(snippet), *_deletes(snippet), *_quits(snippet)]
        found += [] if timed else [*_hangs(snippet)]
        for hit in found:
            yield snippet, hit
    if document.kind is Kind.UNIT:
        yield from _unit(document)
    if document.kind in (Kind.CRONTAB, Kind.SYSTEM_CRONTAB, Kind.ANACRONTAB):
        for each in document.named("MAILTO"):
            if not each.value.strip():
                yield None, NO_MAIL.at(each.at, 'MAILTO=""')
    if document.kind is Kind.ALIASES:
        for each in document.named("root"):
            if each.value.strip("\"' ") in ("/dev/null", "", ":include:/dev/null"):
                yield None, NOWHERE.at(each.at, f"root: {each.value}")


def _overlap(snippet: Snippet) -> Iterator[Hit]:
    view = snippet.view
    if snippet.every is None or snippet.every > _HOUR or snippet.where == "unit":
        return
    locked = any(
        each.name in _LOCKS or set(each.wrappers) & set(_LOCKS) or _own_lock(each)
        for each in view.commands
    )
    for work in view.works:
        own = work.argv[0].rpartition("/")[2] in _OWN_LOCK
        if not locked and not own:
            what = view.line_of(work.at.start, work.at.end)
            yield NO_LOCK.at(work.at.start, f"every {snippet.every} min: {what}")
            return


def _own_lock(each: Listed) -> bool:
    text = " ".join(each.argv[1:])
    if each.name in ("pgrep", "pidof"):
        return True
    return each.name in ("mkdir", "set", "ln", "[", "test") and bool(
        re.search(r"(?i)lock|\bpid|noclobber", text)
    )


def _hangs(snippet: Snippet) -> Iterator[Hit]:
    for each in snippet.view.commands:
        if each.name not in ("rsync", "scp", "sftp") or "timeout" in each.wrappers:
            continue
        words = each.argv[1:]
        if "ssh" in each.wrappers or not any(_is_remote(word) for word in words):
            continue
        if not any(_TIMED.search(word) for word in words):
            yield NO_TIMEOUT.at(each.at.start, snippet.view.line_of(each.at.start, each.at.end))


def _is_remote(word: str) -> bool:
    return not word.startswith(("-", "/", ".")) and bool(_REMOTE.match(word))


def _deletes(snippet: Snippet) -> Iterator[Hit]:
    view = snippet.view
    guarded = any(
        each.name in ("mountpoint", "findmnt", "mount", "automount")
        or (each.name == "grep" and any("/proc/mounts" in word for word in each.argv))
        for each in view.commands
    )
    for each in view.commands:
        if each.name != "rsync" or guarded or "ssh" in each.wrappers:
            continue
        words = each.argv[1:]
        if not any(re.match(r"--del(?:ete)?(?:-|$)", word) for word in words):
            continue
        if any(word.startswith(("--max-delete", "-n", "--dry-run")) for word in words):
            continue
        sources = [word for word in words if not word.startswith("-")][:-1]
        source = next((word for word in sources if _MOUNTED.match(word)), None)
        if source:
            yield UNMOUNTED.at(each.at.start, f"rsync --delete {source}")


def _quits(snippet: Snippet) -> Iterator[Hit]:
    """Find where a path leaves before any work, without a word, on something outside of it."""
    view = snippet.view
    if not view.works or snippet.where == "unit":
        return
    first = view.works[0].at.start
    locking = {each.at.start for each in view.commands if each.name in _LOCKS or _own_lock(each)}
    for path in view.clean.paths:
        if not _silent(path) or path.flow != "exit" or path.here is None:
            continue
        quiet = _asked_in_silence(view, path)
        if path.here.start < first and quiet and not _is_lock(path, locking):
            text = view.line_of(*_line(view.data, path.here.start))
            yield SILENT_QUIT.at(path.here.start, text)


def _asked_in_silence(view: View, path: State) -> bool:
    """Say whether the last question was one that prints nothing itself, unlike `cd`."""
    if not path.decisions:
        return False
    start, end = list(path.decisions)[-1]
    return bool(_SILENT.search(view.data[start:end]))


def _is_lock(path: State, locking: set[int]) -> bool:
    return any(start <= at < end for start, end in path.decisions for at in locking)


def _line(data: bytes, at: int) -> tuple[int, int]:
    start = data.rfind(b"\n", 0, at) + 1
    end = data.find(b"\n", at)
    return start, end if end >= 0 else len(data)


def _silent(path: State) -> bool:
    return not any(
        isinstance(each, (Work, Sent))
        or (isinstance(each, Told) and each.where in ("cron", "elsewhere"))
        for each in path.events
    )


def _unit(document: Document) -> Iterator[tuple[None, Hit]]:
    works = [snippet for snippet in document.snippets if snippet.view.works]
    service = next(document.named(""), None)
    if not works or service is None or any(document.named("OnFailure")):
        return
    at = next((each.at for each in document.named("") if each.value == "Service"), service.at)
    what = works[0].view.line_of(0, 80)
    yield None, SILENT_UNIT.at(at, f"no OnFailure= for {what}")
