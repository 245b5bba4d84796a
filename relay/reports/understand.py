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
from relay.reports.claim import Asserted, claimed, claimed_in_text, truthful
from relay.reports.combine import Judgement, combine
from relay.reports.finding import SEVERITY, Finding, Standing
from relay.reports.host import find_host
from relay.reports.job import find_job
from relay.reports.letter import Letter, letter
from relay.reports.lines import retries
from relay.reports.mask import mask, news
from relay.reports.programs import kind_of
from relay.reports.readers import (
    admission,
    amanda,
    autorestic,
    backupninja,
    backuppc,
    bacula,
    borg,
    borgmatic,
    bounce,
    btrbk,
    commands,
    cron,
    dumps,
    duplicati,
    duplicity,
    groupware,
    kopia,
    logwatch,
    mdadm,
    monitoring,
    person,
    pgbackrest,
    proxmox_backup,
    qnap,
    rclone,
    rdiff_backup,
    restic,
    resticprofile,
    robocopy,
    rsbackup,
    rsnapshot,
    rsnapshot_report,
    rsync,
    rsync_time_backup,
    sanoid,
    security,
    service,
    shell,
    smartd,
    synology,
    systemd,
    tar,
    truenas,
    unison,
    unraid,
    upgrades,
    urbackup,
    veeam,
    vzdump,
    zfs,
)
from relay.reports.report import Claim, Evidence, Fact, Kind, Part, Report, Verdict
from relay.reports.senders import by_program, from_system


class Reader(Protocol):
    """What a module of `READERS` offers."""

    MARKS: str

    def read(self, letter: Letter, /) -> Finding | None:
        """Return what this reader has to say about `letter`, None if it has nothing to say."""


# Who the whole mail is from, then wrappers and tools, then what any script may print.
READERS: tuple[Reader, ...] = (
    bounce,
    groupware,
    person,
    service,
    logwatch,
    security,
    systemd,
    monitoring,
    rsnapshot,
    rsnapshot_report,
    rsync_time_backup,
    rsbackup,
    backupninja,
    borgmatic,
    resticprofile,
    autorestic,
    vzdump,
    proxmox_backup,
    synology,
    qnap,
    truenas,
    unraid,
    bacula,
    backuppc,
    urbackup,
    veeam,
    duplicati,
    duplicity,
    rdiff_backup,
    amanda,
    kopia,
    btrbk,
    pgbackrest,
    unison,
    borg,
    restic,
    rclone,
    robocopy,
    zfs,
    sanoid,
    mdadm,
    smartd,
    upgrades,
    rsync,
    tar,
    dumps,
    cron,
    commands,
    shell,
    admission,
)

_MARKS = (*(each.MARKS for each in READERS if each.MARKS), retries.MARKS)
_OPTIONS = re2.Options()
_OPTIONS.max_mem = 64 << 20  # with the default, so many words would not fit into an automaton
INTERESTING = re2.compile("|".join(dict.fromkeys(_MARKS)).encode(), _OPTIONS)
_FIXED_SUBJECTS = {
    *(Kind.SMART, Kind.MDADM, Kind.ZFS, Kind.NAS, Kind.VZDUMP),
    *(Kind.MONITORING, Kind.SECURITY, Kind.UPGRADES),
}
_MOST_EVIDENCE = 20
_MOST_UNREAD = 200


def understand(message: Message) -> Report:
    """Return what `message` says; linear in its size."""
    return understand_letter(letter(message))


def understand_letter(read: Letter) -> Report:
    """Return what a letter says."""
    body = read.body.narrowed(INTERESTING)
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
    said, boast = _claims(read, judged)
    host = _host(read, judged)
    job = find_job(read, _first_job(judged), host, judged.kind)
    exit_code = _exit_code(judged)
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
        claim_truthful=_truthful(said, judged, exit_code),
        text_claim=boast.claim,
        text_claim_truthful=truthful(boast, judged.verdict, exit_code),
        facts=_facts(judged),
        news=_news(read, judged),
        automated=all(each.automated for each in judged.findings),
    )


def _exit_code(judged: Judgement) -> int | None:
    """Return the status that the decisive finding knows, or another one of the same verdict."""
    decisive = judged.findings[:1]
    agreeing = (each for each in judged.findings if each.verdict is judged.verdict)
    codes = (each.exit_code for each in (*decisive, *agreeing))
    return next((code for code in codes if code is not None), None)


def _truthful(said: Asserted, judged: Judgement, exit_code: int | None) -> bool | None:
    """Say whether the subject's claim is true; a device's own form says `error` for a warning."""
    agrees = truthful(said, judged.verdict, exit_code)
    if agrees is False and said.claim is Claim.FAILURE and judged.kind in _FIXED_SUBJECTS:
        vague = said.vague and judged.verdict is Verdict.SUCCESS
        return None if vague else judged.verdict is Verdict.WARNING
    return agrees


def _claims(read: Letter, judged: Judgement) -> tuple[Asserted, Asserted]:
    """Return what subject and text claim; a mail that reports on nothing claims nothing."""
    if judged.verdict is Verdict.NONE:
        return Asserted(), Asserted()
    return claimed(read), claimed_in_text(read)


def _host(read: Letter, judged: Judgement) -> str | None:
    """Return the host; of what is no report only a host's own bounce to itself has one."""
    if judged.verdict is Verdict.NONE:
        if judged.kind in (Kind.HUMAN, Kind.OTHER):
            return None
        if judged.kind is Kind.BOUNCE and not bounce.is_own(read):
            return None
    said = (each.host for each in judged.findings if each.host)
    return find_host(read, next(said, None))


def _kind(read: Letter, judged: Judgement) -> Kind:
    """Where no tool spoke, a program named by evidence or subject says what sort it is."""
    kind = judged.kind
    if kind is Kind.CRON_OTHER and all(each.standing >= Standing.FRAME for each in judged.findings):
        shown = (proof.text for each in judged.findings for proof in each.evidence if proof.line)
        return kind_of(word for text in shown for word in _words(text)) or kind
    if kind is not Kind.OTHER or judged.verdict is not Verdict.UNKNOWN:
        return kind
    return kind_of(_words(read.subject)) or (Kind.CRON_OTHER if _automatic(read) else kind)


def _automatic(read: Letter) -> bool:
    return by_program(read) or from_system(read)


def _words(text: str) -> list[str]:
    return text.replace(":", " ").replace("/", " ").split()


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
