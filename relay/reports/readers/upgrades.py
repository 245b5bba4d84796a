"""Upgrades of packages: unattended-upgrades, apt, cron-apt, dnf-automatic, yum-cron and others.

unattended-upgrades says how it ended in its first line; only `All upgrades installed` and `No
packages found` are successes, every other result is a failure, as are dpkg's and apt's errors in
the log behind it. yum and dnf say `successfully applied`, `have been applied` or, below their
summary, `Complete!`; cron-apt proves a download, or that there was nothing to do. apt itself says
nothing at a good end, so what only counts the packages to upgrade is unknown. Packages kept back
and a needed reboot are notices; lists that could not be fetched are a warning.
That updates are available (apticron, apt-listchanges, dnf, freebsd-update) is no report on any job
(`none`), and a changelog quoted there is no evidence.
What happens next: combine.py weighs it against other tools.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import re2

from relay.reports.cron_mail import cron_mail
from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    Grammar,
    Statement,
    begins,
    fails,
    notes,
    statements,
    succeeds,
    warns,
)
from relay.reports.lines.judge import judge
from relay.reports.mask import news
from relay.reports.report import Evidence, Kind, Verdict

_RESULT = r"Unattended upgrade result: "
_NONE_FOUND = r"No packages found that can be upgraded unattended.*"
_SUBJECT = r"(?:\[[^\]]+\])* ?unattended-upgrades result for '?(?P<host>[^':]+)'?: "
_FAILED_TO = r"Failed to (?:check for|download|install|perform setup|acquire)"
_YUM_FAILS = (
    r"(?P<reason>Updates failed to (?:download|install)|Failed to check for updates|"
    r"Failed to acquire the yum lock|Plugins failed to initialize|Failed to initialize)"
)
_APT_FAILS = (
    r"(?P<reason>(?:Could not|Unable to|Failed to|Sub-process|The repository|The package|Package|"
    r"Some (?:files|index files|packages)|Problem|Unmet|Broken|Version|dpkg was|You (?:don't|must)|"
    r"Write error|Release file|Type|Malformed|Internal|Aborted|Method|Held).*)"
)
_DNF_FAILS = (
    r"(?P<reason>(?:Transaction|Failed to download metadata|Error downloading packages|"
    r"Cannot (?:retrieve|prepare|download)|Unable to find a match|There are no enabled).*)"
)
_NOT_FETCHED = (
    r"(?P<reason>(?:Failed to fetch|Some index files failed|GPG error|An error occurred during).*)"
)

_UPGRADES = Grammar(
    reader="upgrades",
    kind=Kind.UPGRADES,
    rules=(
        fails("dpkg", r"dpkg: error (?P<reason>processing (?:package|archive) [^:]*).*"),
        fails("apt", rf"E: {_APT_FAILS}", mark=r"\bE: "),
        succeeds("result", rf"{_RESULT}All upgrades installed", say="all upgrades installed"),
        succeeds("result-none", rf"{_RESULT}{_NONE_FOUND}", say="nothing to upgrade"),
        fails("result-failed", rf"{_RESULT}(?P<reason>.+)"),
        succeeds("returned", r"Unattended upgrade returned: True"),
        fails("returned-false", r"(?P<reason>Unattended upgrade returned: (?:False|None))"),
        fails("installing", r"(?P<reason>Installing the upgrades failed)!"),
        fails("removing", r"(?P<reason>Auto-removing the packages failed)!"),
        fails("encountered", r"(?P<reason>Errors were encountered while processing):"),
        fails("yum", rf"{_YUM_FAILS} with the following error message:.*"),
        fails("dnf", r"(?P<reason>An error has occurr?ed on: .+)", mark="An error has occur"),
        fails("dnf-error", rf"Error: {_DNF_FAILS}"),
        fails("freebsd", r"(?P<reason>No mirrors remaining, giving up)\..*"),
        warns("not-fetched", rf"W: {_NOT_FETCHED}", mark=r"\bW: "),
        warns("conffile", r"(?P<reason>Package \S+ has conffile prompt and needs .*)"),
        succeeds("yum-applied", r".*The updates were successfully applied", say="updates applied"),
        succeeds(
            "yum-downloaded", r".*Updates downloaded successfully\.", say="updates downloaded"
        ),
        succeeds(
            "dnf-applied", r"The following updates have been applied on .+:", say="updates applied"
        ),
        succeeds(
            "dnf-downloaded",
            r"The following updates were downloaded on .+:",
            say="updates downloaded",
        ),
        succeeds("complete", r"Complete!", say="updates applied"),
        succeeds(
            "download-only",
            r"Download complete and in download only mode",
            say="updates downloaded",
        ),
        succeeds(
            "nothing",
            r"0 upgraded, 0 newly installed, 0 to remove and \d+ not upgraded\.",
            say="nothing to upgrade",
        ),
        succeeds(
            "freebsd-none",
            r"No updates (?:are available|needed) to (?:install|update).*",
            say="nothing to upgrade",
        ),
        succeeds("freebsd-installed", r"Installing updates\.\.\..*done\.", say="updates installed"),
        begins("planned", r"(?P<items_upgraded>\d+) upgraded, \d+ newly installed, \d+ to .*"),
        begins("yum-begins", r"The following updates will be (?:applied|downloaded) on .+:"),
        begins("cron-apt", r"CRON-APT RUN \[.*"),
        notes("summary", r"Transaction Summary:?"),
        notes("reboot", r"Warning: A (?P<reboot>reboot is required) to complete .*", news=True),
        fails("subject", rf"{_SUBJECT}'?(?i:failure|false)'?", subject=True),
        notes("subject-named", rf"{_SUBJECT}.*", subject=True),
        fails("yum-subject", rf"Yum: (?P<reason>{_FAILED_TO}.*) on (?P<host>\S+)", subject=True),
        fails(
            "dnf-subject",
            rf"\[(?P<host>[^\]]+)\] dnf5-automatic: (?P<reason>{_FAILED_TO} upgrades)\.",
            subject=True,
        ),
        fails("cron-apt-subject", r"CRON-APT (?P<reason>error) on (?P<host>\S+).*", subject=True),
    ),
)
MARKS = _UPGRADES.marks

_HEAD = 1 << 12
_LOOKED_AT = 400
_UNATTENDED = ("result", "returned", "subject")
_JOBS = {"yum": "yum-cron", "dnf": "dnf-automatic", "cron-apt": "cron-apt"}
_LISTS = {
    "Packages that were upgraded:": "upgraded",
    "Packages that attempted to upgrade:": "not upgraded",
    "Packages with upgradable origin but kept back:": "kept back",
    "Packages that were auto-removed:": "removed",
}
_CHANGELOGS = re2.compile(
    r"(?m)^apticron report \[|\A\d+ (?:\w+ )?package update\(s\) for |\Aapticron\b|"
    r"\Aapt-listchanges: |^apt-listchanges: (?:[Nn]ews|[Cc]hangelogs|[Cc]hanges) for "
)
_AVAILABLE = re2.compile(
    r"(?m)^The following updates are available on |\AYum: Updates Available on |"
    r"\A\[\S+\] dnf5-automatic: (?:\d+ packages can be upgraded|No new upgrades available)\.|"
    r"^The following files will be (?:updated|added) as part of updating to |"
    r"^\d+ (?:packages|updates) can be (?:upgraded|applied immediately)\b|"
    r"^No new packages today\.$|\A\S+ needs a reboot$|^\*\*\* System restart required \*\*\*$"
)


def read(letter: Letter) -> Finding | None:
    """Return how the upgrade ended, or that there is something to upgrade."""
    subject = " ".join(letter.subject.split())
    head = f"{subject}\n{letter.body.whole.data[:_HEAD].decode('utf-8', 'replace')}"
    if _CHANGELOGS.search(head) is not None:
        return _notice(letter, subject, Standing.ALONE)
    said = _believed(statements(_UPGRADES, letter))
    finding = judge(_UPGRADES, said, letter.retried)
    if finding is not None:
        worded = _worded(finding, said, dict(_listed(letter)))
        return worded if cron_mail(letter) is None else replace(worded, job=None)
    return _notice(letter, subject, Standing.TOOL) if _AVAILABLE.search(head) else None


def _believed(said: Sequence[Statement]) -> list[Statement]:
    """Drop a `Complete!` without a summary above, and apt's plan where the end is told."""
    names = {each.rule.name for each in said}
    dropped = set() if "summary" in names else {"complete"}
    if any(name.startswith("result") for name in names):
        dropped |= {"planned", "nothing"}
    return [each for each in said if each.rule.name not in dropped]


def _worded(finding: Finding, said: Sequence[Statement], lists: dict[str, int]) -> Finding:
    """Put the numbers of packages, the reboot and the program's name to what was said."""
    names = {each.rule.name for each in said}
    words = [f"{count} package{'s' * (count != 1)} {name}" for name, count in lists.items()]
    words += ["reboot required"] if "reboot" in names else []
    if finding.verdict is Verdict.UNKNOWN:
        words = ["apt does not say how it ended", *words]
    elif finding.verdict is not Verdict.SUCCESS or not words:
        words = [finding.what, *words]
    facts = {f"packages_{name.replace(' ', '_')}": count for name, count in lists.items()}
    return replace(
        finding, what=", ".join(words), facts={**finding.facts, **facts}, job=_job(names)
    )


def _job(names: set[str]) -> str | None:
    if any(name.startswith(_UNATTENDED) for name in names):
        return "unattended-upgrades"
    return next(
        (job for mark, job in _JOBS.items() if any(n.startswith(mark) for n in names)), None
    )


def _listed(letter: Letter) -> Iterator[tuple[str, int]]:
    """Yield each list of packages and its length; origins in it end with a colon."""
    name, count = "", 0
    for line in letter.body.written(_LOOKED_AT):
        if line.text.startswith(" ") and name:
            count += 0 if line.text.rstrip().endswith(":") else len(line.text.split())
            continue
        if name:
            yield name, count
        name, count = _LISTS.get(line.text.strip(), ""), 0
    if name:
        yield name, count


def _notice(letter: Letter, subject: str, standing: Standing) -> Finding:
    """Say that there are updates, which is no report on any job."""
    lines = [line.text for line in letter.body.written(_LOOKED_AT)]
    evidence = Evidence(line=0, text=subject, rule="upgrades.available", proves=Verdict.NONE)
    return Finding(
        reader="upgrades",
        kind=Kind.UPGRADES,
        standing=standing,
        verdict=Verdict.NONE,
        what="updates are available",
        evidence=(evidence,),
        news=news((subject, *lines)),
    )
