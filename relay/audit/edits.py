"""Edits on bytes, and the unified diff that shows them; bytes that no edit touches stay.

Edits are applied from the last to the first; of two that overlap the earlier one stays.
What happens next: cli prints the diff, or scan/write.py writes the new bytes.
"""

import difflib
from collections.abc import Iterable

from relay.audit.finding import Edit


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return `data` with the edits carried out."""
    out: list[bytes] = []
    at = 0
    for edit in sorted(set(edits), key=lambda each: (each.start, each.end, each.text)):
        if edit.start < at:
            continue
        out += [data[at : edit.start], edit.text]
        at = edit.end
    return b"".join((*out, data[at:]))


def diff(path: str, old: bytes, new: bytes) -> str:
    """Return a unified diff, one that `patch -p1` takes; bytes that are no UTF-8 are kept."""
    before, after = (_lines(each) for each in (old, new))
    name = path.lstrip("/")
    shown = difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in shown
    )


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "surrogateescape").splitlines(keepends=True)
