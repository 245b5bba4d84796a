"""cron: the frame around a command's output, and run-parts inside it.

` (failed)` or systemd-cron's Failure proves that the last command of the line failed, unless that
is a search or a test (`job; grep -c error log` ends with 1 when all is well). The absence of
` (failed)` proves nothing: older crons never write it, and a pipe or `|| true` hides a status.
run-parts names each script that ended badly; then the mail is about several jobs.
What happens next: combine.py weighs it against what the command itself printed.
"""

import re2

from relay.reports.command import name_of
from relay.reports.cron_mail import CronMail, cron_mail
from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.mask import news
from relay.reports.programs import kind_of
from relay.reports.report import Evidence, Fact, Kind, Verdict

_MOST = 12
MARKS = "run-parts: "
_SEARCHED = re2.compile(MARKS.encode())
_ENDED = re2.compile(
    r"run-parts: (\S+) (?:exited with (?:return code|status|exit code) (\d{1,3})"
    r"|exited because of uncaught signal (\d{1,3})|terminated.*)\.?\s*"
)
_BROKEN = re2.compile(r"run-parts: (?:failed to .*|component \S+ .*not executable.*)")


def read(letter: Letter) -> Finding | None:
    """Return what cron and run-parts say, None if neither speaks."""
    cron = cron_mail(letter)
    parts = _parts(letter)
    if parts is not None:
        return _merged(cron, parts)
    if cron is None:
        return None
    failed = bool(cron.failed) and not cron.command.judged_by_a_search
    return Finding(
        reader="cron",
        kind=_kind(cron),
        standing=Standing.FRAME,
        verdict=Verdict.FAILURE if failed else Verdict.UNKNOWN,
        what="failed" if failed else "",
        evidence=(_subject(letter),) if failed else (),
        facts=_facts(cron),
        news=("failed",) if failed else (),
        host=cron.host,
        job=_job(cron),
    )


def _kind(cron: CronMail) -> Kind:
    return kind_of(step.name for step in cron.command.steps) or Kind.CRON_OTHER


def _job(cron: CronMail) -> str | None:
    return cron.job or name_of(cron.command) or None


def _facts(cron: CronMail | None) -> dict[str, Fact]:
    return {"user": cron.user} if cron is not None and cron.user else {}


def _subject(letter: Letter) -> Evidence:
    return Evidence(line=0, text=letter.subject.strip(), rule="cron.failed", proves=Verdict.FAILURE)


def _parts(letter: Letter) -> Finding | None:
    """Return what run-parts says of its scripts."""
    evidence: list[Evidence] = []
    codes: list[int] = []
    for line in letter.body.matching(_SEARCHED):
        text = line.text.strip()
        ended, broken = _ENDED.fullmatch(text), _BROKEN.fullmatch(text)
        if ended is None and broken is None:
            continue
        codes += [int(ended.group(2))] if ended is not None and ended.group(2) else []
        found = Evidence(line=line.number, text=text, rule="cron.run-parts", proves=Verdict.FAILURE)
        evidence.append(found)
    if not evidence:
        return None
    names = [each.text.removeprefix("run-parts: ") for each in evidence]
    first = names[0].rpartition(" exited")[0].rpartition("/")[2] or names[0]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return Finding(
        reader="cron",
        kind=Kind.CRON_OTHER,
        standing=Standing.WRAPPER,
        verdict=Verdict.FAILURE,
        what=f"{first}{more} failed" + (f" (code {codes[0]})" if codes else ""),
        exit_code=codes[0] if codes and len(set(codes)) == 1 else None,
        evidence=tuple(evidence[:_MOST]),
        owns=frozenset(each.line for each in evidence),
        news=news(names),
    )


def _merged(cron: CronMail | None, parts: Finding) -> Finding:
    """Put host, user and job of the cron line to what run-parts says."""
    if cron is None:
        return parts
    return Finding(
        reader="cron",
        kind=parts.kind,
        standing=parts.standing,
        verdict=parts.verdict,
        what=parts.what,
        exit_code=parts.exit_code,
        evidence=parts.evidence,
        owns=parts.owns,
        facts=_facts(cron),
        news=parts.news,
        host=cron.host,
        job=_job(cron),
    )
