"""Mends for what is no lost status: a false alarm, a failure in silence, a mute subject, code 23.

Each is tried on the script like those of mend.py, and offered only if the fault is gone and the
good run claims what it did before.
What happens next: edits.py writes the patch.
"""

import re
from collections.abc import Iterable

from relay.audit.edits import apply
from relay.audit.finding import Edit
from relay.audit.mend import LARGEST, Edits, keep_status, mark_subject, said
from relay.audit.shell.state import Sent, Work
from relay.audit.shell.statements import command_end
from relay.audit.truth import (
    false_alarms,
    honest,
    neutral,
    partial_taken_for_success,
    unheard,
)
from relay.audit.view import View

_MOST_TRIES = 8
_TURNED = {
    b"-eq": b"-ne", b"-ne": b"-eq", b"-ge": b"-ne", b"==": b"!=", b"!=": b"==", b"=": b"!=",
}  # fmt: skip
_COMPARED = re.compile(rb"(?<=\s)(?:-eq|-ne|-ge|==|!=|=)(?=\s+[\"']?0[\"']?\s*[\])])")
_WITH_23 = (
    re.compile(rb"\|23(?=[|)])"),
    re.compile(rb"(?<=[\s(])23\|"),
    re.compile(rb"\s*\|\|\s*\[+[^\]\n]*\s23\s*\]+"),
    re.compile(rb"\s*&&\s*\[+[^\]\n]*-ne\s+23\s*\]+"),
    re.compile(rb"\s+-[ao]\s+\S+\s+-(?:eq|ne)\s+[\"']?23\b[\"']?"),
    re.compile(rb"\s*(?:\|\||&&)\s*\(?\(?\s*\$?\w+\s*[!=]=\s*23\s*\)\)"),
)


def turn_alarm(view: View) -> Edits:
    """Return the edit that turns the comparison that makes a good run a failure."""
    matches = _COMPARED.finditer(view.data) if len(view.data) <= LARGEST else ()
    for match in list(matches)[:_MOST_TRIES]:
        edits = (Edit(start=match.start(), end=match.end(), text=_TURNED[match[0]]),)
        new = View(apply(view.data, edits))
        if not false_alarms(new) and all(honest(new, at) for at in range(len(new.works))):
            return edits
    return ()


def speak(view: View, work: Work, periodic: bool) -> Edits:
    """Return the edit that says on standard error that the work failed, and keeps its status."""
    end = command_end(view.script.body, work.at.start)
    if len(view.data) > LARGEST or end is None or b"<<" in view.data[work.at.start : end]:
        return ()
    name = work.argv[0].rpartition("/")[2]
    if not re.fullmatch(r"[\w.-]+", name):
        return ()
    text = f' || {{ failed=$?; echo "{name} FAILED with code $failed" >&2; (exit $failed); }}'
    edits: Edits = (Edit(start=end, end=end, text=text.encode()),)
    if view.data.startswith(b"#!"):
        last = len(view.data)
        ending = b"" if view.data.endswith(b"\n") else b"\n"
        edits = (*edits, Edit(start=last, end=last, text=ending + b'exit "${failed:-0}"\n'))
    new = View(apply(view.data, edits))
    number = [each.at.start for each in view.works].index(work.at.start)
    if number >= len(new.works) or said(view) != said(new):
        return ()
    return () if unheard(new.world(new.works[number]), periodic) else edits


def tell_outcome(view: View, work: Work, sent: Sent) -> Edits:
    """Return the edits that put a failure into a subject that is always the same."""
    keep, mark = keep_status(view, work), mark_subject(view, sent, ": ")
    if not keep or not mark or len(view.data) > LARGEST:
        return ()
    new = View(apply(view.data, (*keep, *mark)))
    number = [each.at.start for each in view.works].index(work.at.start)
    good = number < len(new.works) and not neutral(new, new.world(new.works[number]))
    return (*keep, *mark) if good and said(view) == said(new) else ()


def without_23(view: View, work: Work) -> Edits:
    """Return the edit that takes rsync's code 23 out of the good ones."""
    number = [each.at.start for each in view.works].index(work.at.start)
    for edits in _without(view.data) if len(view.data) <= LARGEST else ():
        new = View(apply(view.data, edits))
        if number < len(new.works) and said(view) == said(new):
            run = new.world(new.works[number])
            if honest(new, number) and not partial_taken_for_success(new, run):
                return edits
    return ()


def _without(data: bytes) -> Iterable[Edits]:
    for pattern in _WITH_23:
        for match in list(pattern.finditer(data))[:_MOST_TRIES]:
            yield (Edit(start=match.start(), end=match.end(), text=b""),)
