"""All findings about one letter, weighed into one judgement.

A finding that stands alone (a bounce, a person's mail) is the judgement. Otherwise tools and
wrappers decide by their own grammar, the worst of them wins, and the rest can only raise it:
a frame's failure that no tool explains counts as a failure; an error of another program beside a
tool's success makes it a warning; a wrapper that was cut off leaves it unknown. An exit status that
a tool's own verdict explains adds nothing. Text that was cut can prove no success (P2).
What happens next: understand.py makes the report.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from relay.reports.finding import Finding, Standing, worst
from relay.reports.readers.shell import conclude
from relay.reports.report import Kind, Verdict

_BAD = (Verdict.WARNING, Verdict.FAILURE)
_GOOD_ENOUGH = (Verdict.SUCCESS, Verdict.WARNING)
_MOST_EVIDENCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict, and every finding that had a part in it, the decisive one first."""

    verdict: Verdict
    kind: Kind
    what: str
    findings: tuple[Finding, ...]


UNRECOGNISED = Judgement(
    verdict=Verdict.UNKNOWN, kind=Kind.OTHER, what="nothing recognised", findings=()
)


def combine(found: Sequence[Finding], *, truncated: bool) -> Judgement:
    """Weigh the findings of all readers on one letter; an empty list is UNRECOGNISED."""
    alone = next((each for each in found if each.standing is Standing.ALONE), None)
    if alone is not None:
        return Judgement(verdict=alone.verdict, kind=alone.kind, what=alone.what, findings=(alone,))
    found = _unexplained(found)
    if not found:
        return UNRECOGNISED
    judgement = _judge(sorted(found, key=lambda each: each.standing))
    if truncated and judgement.verdict in _GOOD_ENOUGH:
        what = "the text is too long to be read whole"
        return replace(judgement, verdict=Verdict.UNKNOWN, what=what)
    return judgement


def _unexplained(found: Sequence[Finding]) -> list[Finding]:
    """Take from hints what a tool has accounted for: its lines, and echoes of its exit status."""
    owned = frozenset().union(*(each.owns for each in found if each.standing is not Standing.HINT))
    codes = {each.exit_code for each in found if each.standing is Standing.TOOL} - {None, 0}
    echoes = {f"shell.status-{code}" for code in codes}
    kept: list[Finding] = []
    for each in found:
        if each.standing is not Standing.HINT:
            kept.append(each)
            continue
        evidence = tuple(
            proof for proof in each.evidence if proof.line not in owned and proof.rule not in echoes
        )
        if evidence == each.evidence:
            kept.append(each)
        elif evidence:
            kept.append(conclude(evidence, worst(*(proof.proves for proof in evidence))))
        owned |= each.owns
    return kept


def _judge(found: Sequence[Finding]) -> Judgement:
    """Decide among findings ordered by standing."""
    tools = [each for each in found if each.standing is Standing.TOOL]
    hints = [each for each in found if each.standing is Standing.HINT]
    hints = [each for each in hints if each.verdict is not Verdict.UNKNOWN] or hints
    rest = [each for each in found if each.standing not in (Standing.TOOL, Standing.HINT)]
    rest += [max(hints, key=_severity)] if hints else []
    decisive = max(tools, key=_severity) if tools else None
    for each in rest:
        if decisive is None or _raises(each, decisive):
            decisive = _raised(each, decisive)
    assert decisive is not None  # noqa: S101 - there is at least one finding
    ordered = (decisive, *(each for each in found if each.reader != decisive.reader))
    return Judgement(
        verdict=decisive.verdict,
        kind=_kind(found),
        what=decisive.what or _UNSAID[decisive.verdict],
        findings=ordered,
    )


_UNSAID = {
    Verdict.SUCCESS: "succeeded",
    Verdict.WARNING: "finished with warnings",
    Verdict.FAILURE: "failed",
    Verdict.UNKNOWN: "nothing recognised",
    Verdict.NONE: "no report",
}


def _severity(finding: Finding) -> int:
    order = (Verdict.NONE, Verdict.SUCCESS, Verdict.WARNING, Verdict.UNKNOWN, Verdict.FAILURE)
    return order.index(finding.verdict)


def _raises(finding: Finding, decided: Finding) -> bool:
    """Whether `finding` changes what was decided.

    A wrapper that does not end outweighs a good end of what it ran; no other silence does.
    """
    if finding.verdict is Verdict.UNKNOWN:
        unended = finding.standing is Standing.WRAPPER and not finding.defers
        return unended and decided.verdict in _GOOD_ENOUGH
    if finding.verdict is Verdict.NONE:
        return False
    if decided.verdict is Verdict.UNKNOWN:
        may_be_good = decided.standing is Standing.FRAME or decided.defers
        return finding.verdict is not Verdict.SUCCESS or may_be_good
    if decided.verdict in _BAD and _explains(decided, finding):
        return False
    return _severity(finding) > _severity(decided)


def _explains(tool: Finding, finding: Finding) -> bool:
    """Whether `tool` ending badly is why cron's subject or run-parts reports a failure."""
    if finding.standing is Standing.FRAME:
        return all(proof.line == 0 for proof in finding.evidence)
    same = finding.exit_code is not None and finding.exit_code == tool.exit_code
    return finding.standing is Standing.WRAPPER and same


def _raised(finding: Finding, decided: Finding | None) -> Finding:
    """Return `finding` beside a tool's own success: worded as such, and of a hint a warning."""
    if decided is None or decided.standing is not Standing.TOOL:
        return finding
    if decided.verdict not in _GOOD_ENOUGH:
        return finding
    what = f"{decided.reader} {decided.what}, but: {finding.what}"
    if finding.standing is Standing.HINT:
        return replace(finding, verdict=Verdict.WARNING, what=what)
    return replace(finding, what=what)


def _kind(found: Sequence[Finding]) -> Kind:
    """Name the kind by a wrapper, else by the tool that fared worst, else by who knows most."""
    tools = [each for each in found if each.standing is Standing.TOOL]
    named = found[0].standing is Standing.WRAPPER or not tools
    return found[0].kind if named else max(tools, key=_severity).kind
