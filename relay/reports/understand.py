"""The fifth step of a message's way: what does this mail say about its jobs?

Every reader is asked, in the order of `READERS`; each is one module with `MARKS`, the expression
that finds its lines, and one function, `read(letter) -> Finding | None`, and knows nothing of the
others. CONTRIBUTING.md has the recipe for one more. The text is searched once for all marks, so
that a reader costs nothing where its tool does not speak. combine.py weighs what was found, and
here host, job, claim and news are put to it. Nothing recognised is a normal answer, and it is
`unknown`, never a success.
What happens next: policy/decide.py.
"""

from dataclasses import replace
from typing import Protocol

import re2

from relay.mail.message import Message
from relay.reports.claim import Asserted, claimed, truthful
from relay.reports.combine import Judgement, combine
from relay.reports.finding import SEVERITY, Finding, Standing
from relay.reports.host import find_host
from relay.reports.job import find_job
from relay.reports.letter import Letter, letter
from relay.reports.lines import retries
from relay.reports.mask import mask, news
from relay.reports.readers import borg, bounce, cron, person, rsync, service, shell
from relay.reports.report import Evidence, Fact, Kind, Part, Report, Verdict


class Reader(Protocol):
    """What a module of `READERS` offers."""

    MARKS: str

    def read(self, letter: Letter, /) -> Finding | None:
        """Return what this reader has to say about `letter`, None if it has nothing to say."""


# Who the whole mail is from, then wrappers and tools, then what any script may print.
READERS: tuple[Reader, ...] = (
    bounce,
    person,
    service,
    rsync,
    borg,
    cron,
    shell,
)

_OF_INTEREST = re2.compile(
    "|".join(
        dict.fromkeys((*(each.MARKS for each in READERS if each.MARKS), retries.MARKS))
    ).encode()
)
_MOST_EVIDENCE = 20
_MOST_UNREAD = 200


def understand(message: Message) -> Report:
    """Return what `message` says; linear in its size."""
    return understand_letter(letter(message))


def understand_letter(read: Letter) -> Report:
    """Return what a letter says."""
    body = read.body.narrowed(_OF_INTEREST)
    read = replace(read, body=body, truncated=read.truncated or body.cut)
    return _report(read, _judge(read))


def _judge(read: Letter) -> Judgement:
    """Ask the readers; the first that says what the whole mail is ends the round."""
    found: list[Finding] = []
    for reader in READERS:
        finding = reader.read(read)
        if finding is not None:
            found.append(finding)
            if finding.standing is Standing.ALONE:
                break
    return combine(found, truncated=read.truncated)


def _report(read: Letter, judged: Judgement) -> Report:
    said = _claim(read, judged)
    host = _host(read, judged)
    job = find_job(read, _first_job(judged), host, judged.kind)
    decisive = judged.findings[0] if judged.findings else None
    exit_code = decisive.exit_code if decisive else None
    return Report(
        kind=_kind(read, judged),
        verdict=judged.verdict,
        host=host,
        job=None if judged.verdict is Verdict.NONE else job,
        what=judged.what,
        exit_code=exit_code,
        evidence=_evidence(judged),
        parts=_parts(judged),
        claim=said.claim,
        claim_truthful=truthful(said, judged.verdict, exit_code),
        facts=_facts(judged),
        news=_news(read, judged),
        automated=all(each.automated for each in judged.findings),
    )


def _claim(read: Letter, judged: Judgement) -> Asserted:
    """Return the subject's claim; a mail that reports on nothing claims nothing."""
    return Asserted() if judged.verdict is Verdict.NONE else claimed(read)


def _host(read: Letter, judged: Judgement) -> str | None:
    if judged.kind in (Kind.HUMAN, Kind.OTHER) and judged.verdict is Verdict.NONE:
        return None
    said = (each.host for each in judged.findings if each.host)
    return find_host(read, next(said, None))


def _kind(read: Letter, judged: Judgement) -> Kind:
    """Where nothing was recognised, a subject that names rsync still says what sort it is."""
    if judged.kind is Kind.OTHER and judged.verdict is Verdict.UNKNOWN:
        words = read.subject.lower().replace(":", " ").replace("-", " ").split()
        return Kind.RSYNC if "rsync" in words else Kind.OTHER
    return judged.kind


def _first_job(judged: Judgement) -> str | None:
    return next((each.job for each in judged.findings if each.job), None)


def _evidence(judged: Judgement) -> tuple[Evidence, ...]:
    """Return every finding's evidence once, what proves the verdict first."""
    found = dict.fromkeys(proof for each in judged.findings for proof in each.evidence)
    ordered = sorted(found, key=lambda proof: proof.proves is not judged.verdict)
    return tuple(ordered[:_MOST_EVIDENCE])


def _parts(judged: Judgement) -> tuple[Part, ...]:
    """Return the jobs that are told apart; several tools in one mail are several jobs."""
    parts = [part for each in judged.findings for part in each.parts]
    tools = [each for each in judged.findings if each.standing is Standing.TOOL]
    if not parts and len(tools) > 1:
        parts = [Part(name=each.reader, verdict=each.verdict, what=each.what) for each in tools]
    return tuple(sorted(parts, key=lambda part: -SEVERITY[part.verdict]))


def _facts(judged: Judgement) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for each in reversed(judged.findings):
        facts |= each.facts
    return facts


def _news(read: Letter, judged: Judgement) -> tuple[str, ...]:
    """Return the kind and what the readers call news; of an unrecognised mail, its whole text."""
    said = {item for each in judged.findings for item in each.news}
    if judged.verdict is Verdict.UNKNOWN and not said:
        said = set(news(line.text for line in read.body.written(_MOST_UNREAD)))
        said.add(mask(read.subject))
    return (str(judged.kind), *sorted(said))
