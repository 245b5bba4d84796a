"""A report as the operator sees it: what its exit codes mean here, and what its job is called.

Correction by the relay itself only ever raises severity (P2). An operator may lower it, by name of
the code: a warning may become a success, and a failure a warning, never a success. It only
counts where nothing but that code speaks against the job; an unknown outcome stays unknown unless
the code makes it a failure. The evidence stays as it is, and says what was found.
What happens next: decide.py goes on with this report.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from relay.policy.decision import Reason
from relay.policy.match import short
from relay.policy.rules import Rule
from relay.policy.template import fill
from relay.reports.report import Claim, Report, Verdict

_ORDER = (Verdict.SUCCESS, Verdict.WARNING, Verdict.FAILURE)
_LONGEST_JOB = 120
# How readers name what an exit status proves: rsync.code-23, shell.status-1.
_CODE_RULE = re.compile(r"\.(?:code|status)-\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The report to go on with, and what the rules changed in it."""

    report: Report
    reasons: tuple[Reason, ...]


def judge(report: Report, rules: Iterable[Rule]) -> Judged:
    """Apply `codes` and `job` of the `rules` that apply to `report`, the first of each winning."""
    rules = tuple(rules)
    if report.verdict is Verdict.NONE:
        return Judged(report=report, reasons=())
    report, reasons = _weighed(report, rules)
    for rule in rules:
        if rule.then.job is not None:
            report = replace(report, job=_job(rule.then.job, report))
            named = Reason(rule=rule.label, text=f"the job is called {report.job}")
            return Judged(report=report, reasons=(*reasons, named))
    return Judged(report=report, reasons=reasons)


def _job(template: str, report: Report) -> str:
    values = {
        "job": report.job or "",
        "host": short(report.host or ""),
        "kind": report.kind.value,
    }
    return " ".join(fill(template, values).split())[:_LONGEST_JOB] or report.kind.value


def _weighed(report: Report, rules: tuple[Rule, ...]) -> tuple[Report, tuple[Reason, ...]]:
    """Return the report with the severity that the rules give its codes."""
    meant: dict[int, tuple[Verdict, Rule]] = {}
    for rule in rules:
        for code, verdict in rule.then.codes.items():
            meant.setdefault(code, (verdict, rule))
    codes = _codes(report)
    known = [code for code in codes if code in meant]
    if not known:
        return report, ()
    wanted = max((meant[code][0] for code in known), key=_ORDER.index)
    told = max(known, key=lambda code: _ORDER.index(meant[code][0]))
    verdict = _allowed(report, wanted, all_known=len(known) == len(codes))
    if verdict is report.verdict:
        return report, ()
    text = f"code {told} counts as {verdict.value} here, not as {report.verdict.value}"
    changed = replace(report, verdict=verdict, claim_truthful=_truthful(report, verdict))
    return changed, (Reason(rule=meant[told][1].label, text=text),)


def _codes(report: Report) -> list[int]:
    """Return every exit code that the report knows of, 0 apart."""
    printed = report.facts.get("codes_printed", ())
    codes = [report.exit_code, *(printed if isinstance(printed, tuple) else ())]
    return list(dict.fromkeys(code for code in codes if isinstance(code, int) and code))


def _allowed(report: Report, wanted: Verdict, *, all_known: bool) -> Verdict:
    """Return the verdict that an operator's `wanted` may make of the report's."""
    if report.verdict is Verdict.UNKNOWN:
        return Verdict.FAILURE if wanted is Verdict.FAILURE else Verdict.UNKNOWN
    if _ORDER.index(wanted) >= _ORDER.index(report.verdict):
        return wanted
    if not all_known or not _by_code_alone(report):
        return report.verdict
    # P2: a failure never becomes a success, whoever wants it.
    return max(wanted, _ORDER[_ORDER.index(report.verdict) - 1], key=_ORDER.index)


def _by_code_alone(report: Report) -> bool:
    """Say whether the exit code is all that made the verdict; cron's word is its echo."""
    against = [
        proof.rule
        for proof in report.evidence
        if proof.proves in (Verdict.WARNING, Verdict.FAILURE) and proof.rule != "cron.failed"
    ]
    decisive = (proof.rule for proof in report.evidence if proof.proves is report.verdict)
    readers = {rule.partition(".")[0] for rule in against}
    return len(readers) == 1 and any(_CODE_RULE.search(rule) for rule in decisive)


def _truthful(report: Report, verdict: Verdict) -> bool | None:
    if report.claim is Claim.NONE:
        return None
    if verdict is Verdict.WARNING:
        return report.claim_truthful
    return (report.claim is Claim.SUCCESS) == (verdict is Verdict.SUCCESS)
