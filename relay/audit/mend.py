"""Edits that make a script tell the truth, each tried on the script before it is offered.

What a mend may be: `set -o pipefail`; the status kept (`|| failed=$?`) and told in the subject;
an assignment parted from `local`; `&&` for `;`; the output captured before it is piped into a mail.
The first that makes the run honest, and leaves the good run as it was, is taken; if none does,
there is no patch, and the remedy stays a sentence.
What happens next: edits.py writes the patch.
"""

import re
from collections.abc import Iterator

from relay.audit.edits import apply
from relay.audit.finding import Edit
from relay.audit.shell.state import Lost, Sent, Work
from relay.audit.shell.statements import command_at, statement_at
from relay.audit.shell.tree import AndOr, Pipeline, Redirected, Sequence, Simple
from relay.audit.truth import Cause, honest, unheard
from relay.audit.view import View, claim, mails

_SH = re.compile(rb"^#!\s*(/usr)?/bin/(?:da)?sh\b")
_BASH = re.compile(rb"^#!.*\bbash\b")
_MOST_TRIES = 8
LARGEST = 50_000  # each try reads the script anew
Edits = tuple[Edit, ...]


def mend(view: View, work: Work, cause: Cause, lost: Lost | None, sent: Sent | None) -> Edits:
    """Return the edits that mend a lie or a loss, none if no mend is known."""
    if len(view.data) > LARGEST:
        return ()
    number = [each.at.start for each in view.works].index(work.at.start)
    tries = _tries(view, work, cause, lost, sent)
    for _, edits in zip(range(_MOST_TRIES), tries, strict=False):
        if not edits:
            continue
        new = View(apply(view.data, edits))
        if (new.script.broken is None) == (view.script.broken is None) and _good(view, new, number):
            return edits
    return ()


def _good(view: View, new: View, number: int) -> bool:
    if not honest(new, number) or said(view) != said(new):
        return False
    return not unheard(new.world(new.works[number]), periodic=True)


def said(view: View) -> set[str]:
    """Return what the good run claims."""
    return {claim(sent.mail) for path in view.clean.paths for sent in mails(path)}


def _tries(
    view: View, work: Work, cause: Cause, lost: Lost | None, sent: Sent | None
) -> Iterator[Edits]:
    keep = keep_status(view, work)
    mark = mark_subject(view, sent) if sent else ()
    pipefail = _pipefail(view) if cause is Cause.PIPE else ()
    if cause is Cause.PIPE:
        yield pipefail
    if cause is Cause.LOCAL and lost:
        yield _parted(view, lost)
    if cause is Cause.OR and lost:
        yield (*_replaced(view, lost), *mark) if mark else _dropped(view, lost)
    if cause is Cause.ERREXIT:
        yield _appended(view, work, " || return")
    if cause in (Cause.READ, Cause.OTHERS) and lost and keep:
        yield (*keep, *_asked(view))
    if keep and mark:
        yield (*keep, *mark)
        yield (*pipefail, *keep, *mark) if pipefail else ()
    if sent:
        yield (*_captured(view, work), *mark)
    if cause is Cause.NEXT:
        yield _joined(view, work)
        yield _appended(view, work, " || exit")


def _variable(view: View) -> str:
    return "job_failed" if "failed" in view.own or b"failed()" in view.data else "failed"


def keep_status(view: View, work: Work) -> Edits:
    """Keep the status of the statement that the work stands in."""
    return _appended(view, work, f" || {_variable(view)}=$?")


def _appended(view: View, work: Work, text: str) -> Edits:
    statement = statement_at(view.script.body, work.at.start)
    if statement is None or b"<<" in view.data[statement.start : statement.end]:
        return ()
    if isinstance(statement, AndOr) and statement.operator == "||":
        return ()
    return (Edit(start=statement.end, end=statement.end, text=text.encode()),)


def _prefix(view: View, joint: str) -> str:
    name = _variable(view)
    return f"${{{name}:+FAILED with code ${name}{joint}}}"


def mark_subject(view: View, sent: Sent, joint: str = ", not ") -> Edits:
    """Put the failure, if there was one, in front of the subject."""
    command = command_at(view.script.body, sent.at.start)
    prefix = _prefix(view, joint)
    if command is not None and isinstance(command, Simple):
        flags = ("-s", "-u", "--h-Subject", "--subject", "-sub")
        for at, word in enumerate(command.words[:-1]):
            if view.data[word.start : word.end].decode("utf-8", "replace") in flags:
                start = command.words[at + 1].start
                return (Edit(start=start, end=start, text=f'"{prefix}"'.encode()),)
    return tuple(
        Edit(start=match.end(), end=match.end(), text=prefix.encode())
        for match in re.finditer(rb"(?i)(\"|\\n|\n|^)subject:[ \t]*", view.data)
    )


def _pipefail(view: View) -> Edits:
    """Let a pipe fail if any part of it does; POSIX shells before 2024 need bash for that."""
    start = _first_statement(view)
    if not view.data.startswith(b"#!"):
        return ()
    edits = [Edit(start=start, end=start, text=b"set -o pipefail\n")]
    if match := _SH.match(view.data):
        edits.insert(0, Edit(start=0, end=match.end(), text=b"#!/bin/bash"))
    elif not _BASH.match(view.data):
        return ()
    return tuple(edits)


def _first_statement(view: View) -> int:
    body = view.script.body
    first = body.items[0] if isinstance(body, Sequence) and body.items else body
    return view.data.rfind(b"\n", 0, max(first.start, 1)) + 1


def _parted(view: View, lost: Lost) -> Edits:
    """`local x=$(...)` as two commands."""
    command = command_at(view.script.body, lost.at.start)
    if not isinstance(command, Simple) or len(command.assigns) != 1:
        return ()
    assigned = command.assigns[0]
    head = view.data[command.start : assigned.start]
    if b" -" in head:  # what is read-only cannot be assigned afterwards
        return ()
    if command.declares == "readonly":
        return (Edit(start=command.start, end=assigned.start, text=b""),)
    return (Edit(start=assigned.start, end=assigned.start, text=f"{assigned.name}; ".encode()),)


def _replaced(view: View, lost: Lost) -> Edits:
    text = f"{_variable(view)}=$?".encode()
    return (Edit(start=lost.at.start, end=lost.at.end, text=text),)


def _dropped(view: View, lost: Lost) -> Edits:
    """Take ` || true` away."""
    start = view.data.rfind(b"||", 0, lost.at.start)
    while start > 0 and view.data[start - 1 : start].isspace():
        start -= 1
    return (Edit(start=start, end=lost.at.end, text=b""),) if start > 0 else ()


def _asked(view: View) -> Edits:
    """Ask the kept status instead of `$?`."""
    text = f"${{{_variable(view)}:-0}}".encode()
    return tuple(
        Edit(start=match.start(), end=match.end(), text=text)
        for match in re.finditer(rb"\$\?|\$\{\?\}", view.data)
    )[:1]


def _captured(view: View, work: Work) -> Edits:
    """Run the work first and pipe what it said, so that its status is known before the mail."""
    statement = statement_at(view.script.body, work.at.start)
    if not isinstance(statement, Pipeline):
        return ()
    first = statement.members[0]
    if not isinstance(first, (Simple, Redirected)):
        return ()
    after = f') || {_variable(view)}=$?; echo "$out"'.encode()
    return (
        Edit(start=first.start, end=first.start, text=b"out=$("),
        Edit(start=first.end, end=first.end, text=after),
    )


def _joined(view: View, work: Work) -> Edits:
    """`&&` for the `;` behind the work."""
    statement = statement_at(view.script.body, work.at.start)
    if statement is None:
        return ()
    match = re.compile(rb"[ \t]*;[ \t]*").match(view.data, statement.end)
    if match is None or view.data[match.end() : match.end() + 1] in (b"", b"\n", b";"):
        return ()
    return (Edit(start=match.start(), end=match.end(), text=b" && "),)
