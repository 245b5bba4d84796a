"""A baseline: the findings of one day, which are left out from then on; new ones are told.

It is a JSON file of keys, each with what it stands for, so that a person can read it and take one
out. A finding keeps its key while the text of its line stays, wherever the line moves to.
"""

import json
from collections.abc import Iterable
from dataclasses import replace

from relay.audit.audit import Audited
from relay.errors import RelayError

_VERSION = 1


def write_baseline(results: Iterable[Audited]) -> str:
    """Return the text of a baseline file."""
    known = {
        each.key: f"{each.rule.id} {each.path}:{each.line} {each.text.strip()[:80]}"
        for result in results
        for each in result.findings
    }
    whole = {"version": _VERSION, "findings": dict(sorted(known.items(), key=lambda each: each[1]))}
    return json.dumps(whole, indent=1, ensure_ascii=True) + "\n"


def read_baseline(text: str, name: str) -> frozenset[str]:
    """Return the keys of a baseline; raise RelayError if it is none."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RelayError(f"{name}: no baseline: {error}") from error
    found = whole.get("findings") if isinstance(whole, dict) else None
    if not isinstance(found, dict) or whole.get("version") != _VERSION:
        raise RelayError(f"{name}: no baseline of `relay audit`; write one with --write-baseline")
    return frozenset(found)


def without(result: Audited, known: frozenset[str]) -> Audited:
    """Return a result without the findings that the baseline knows."""
    kept = tuple(each for each in result.findings if each.key not in known)
    left_out = len(result.findings) - len(kept)
    return replace(result, findings=kept, ignored=result.ignored + left_out)
