"""Security: scans for rootkits, changed files and viruses, and notices of bans and logins.

A scan is a job. rkhunter, chkrootkit, AIDE, tripwire, ClamAV, maldet and tiger say at their end
what they found: nothing is a success, something odd (a changed file, a warning) a warning, malware
a failure, and a scan that broke off a failure. What has only happened is no report on any job
(`none`): fail2ban's bans, starts and stops, sudo's incidents, logins, arpwatch's stations, alerts
of OSSEC, Wazuh and CrowdSec, and nothing in the logs that such a notice quotes counts. Each is
known by its own subject and its own sentence in the text together, or by a text nobody else writes.
A notice stands alone, but `no ssh access` may be why a copy failed: there tools are heard.
What happens next: combine.py weighs scans against other tools.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import re2

from relay.reports.cron_mail import cron_mail
from relay.reports.finding import SEVERITY, Finding, Standing
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, begins, fails, notes, succeeds, warns
from relay.reports.lines.judge import read_by
from relay.reports.mask import news
from relay.reports.report import Evidence, Kind, Verdict

_RKHUNTER = Grammar(
    reader="security",
    kind=Kind.SECURITY,
    signature=r"\[rkhunter\]|Rootkit Hunter version|it may be infected|rkhunter\.log|cron\.\w+/rkh",
    rules=(
        fails("update", r"Checking (?:file|rkhunter) (?P<reason>.+\[ Update failed \])"),
        warns("rkhunter", r"Warning: (?P<reason>.+)"),
        warns(
            "rkhunter-rootkits",
            r"Possible rootkits: (?P<reason>[1-9]\d*)",
            say="{reason} possible rootkits",
        ),
        warns(
            "rkhunter-warnings",
            r"(?P<reason>One or more warnings have been found) while checking .*",
        ),
        warns(
            "rkhunter-infected",
            r"(?P<reason>Please inspect this machine, because it may be infected)\.",
        ),
        succeeds("rkhunter-clean", r"No warnings were found while checking the system\."),
        succeeds(
            "updated",
            r"Checking (?:file|rkhunter) .+\[ (?:No update|Updated) \]",
            mark=r"\[ (?:No update|Updated) \]",
        ),
        begins("rkhunter-begins", r"\[ Rootkit Hunter version [\d.]+ \]"),
    ),
)
_MALWARE = Grammar(
    reader="security",
    kind=Kind.SECURITY,
    signature=r"(?i:clamav|clamscan|clamdscan|scan summary|malware detect|maldet|lynis)",
    rules=(
        fails(
            "found",
            r"(?P<file>/.*): (?P<reason>[\w./-]+[.-][\w./-]+) FOUND",
            say="{reason} in {file}",
        ),
        fails("infected", r"Infected files: (?P<reason>[1-9]\d*)", say="{reason} infected files"),
        fails("hits", r"TOTAL HITS:\s+(?P<reason>[1-9]\d*)", say="{reason} malware hits"),
        fails("clamav", r"LibClamAV Error: (?P<reason>.+)"),
        fails(
            "no-scan",
            r"ERROR: (?P<reason>(?:Could not connect to clamd|Can't (?:open|load|download)|"
            r"Malformed database|No supported database).*)",
        ),
        warns(
            "not-scanned", r"Total errors: (?P<reason>[1-9]\d*)", say="{reason} files not scanned"
        ),
        warns("lynis", r"Warnings \((?P<reason>[1-9]\d*)\):", say="lynis: {reason} warnings"),
        succeeds("clean", r"Infected files: 0", say="no infected files"),
        succeeds("no-hits", r"TOTAL HITS:\s+0", say="no malware found"),
        succeeds("lynis-clean", r"(?:Great, n|N)o warnings\.?", mark="o warnings"),
        begins("file", r"/.*: (?:OK|Empty file|Excluded)", mark=": (?:OK|Empty file|Excluded)"),
        begins("summary", r"-+ SCAN SUMMARY -+"),
        notes("scanned", r"Scanned files: (?P<files_total>\d+)"),
    ),
)
_BROKE_OFF = r"(?P<reason>The daily aide check was (?:terminated|interrupted)[^*]*[^*\s])"
_AIDE = r"AIDE(?:,? [\w.-]+)?"
_CHANGES = Grammar(
    reader="security",
    kind=Kind.SECURITY,
    rules=(
        fails(
            "chkrootkit-infected",
            r"Checking [`'](?P<reason>[^']+)'\.\.\. .*\bINFECTED\b.*",
            say="chkrootkit: {reason} infected",
        ),
        fails("aide-broke-off", rf"[*\s]*{_BROKE_OFF}[*\s]*"),
        fails(
            "aide-error",
            r"[*\s]*AIDE returned with exit code (?P<exit_code>1[4-9]|2\d+)\. "
            r"(?P<reason>[^*]*[^*\s])[*\s]*",
            say="AIDE: {reason}",
        ),
        warns(
            "aide-changes",
            r"AIDE returned with exit code (?P<exit_code>[1-7])\. (?P<reason>.* detected!)",
            say="AIDE: {reason}",
        ),
        warns("aide", rf"(?P<reason>{_AIDE} found differences) between .*"),
        warns(
            "tripwire", r"Total violations found:\s+(?P<reason>[1-9]\d*)", say="{reason} violations"
        ),
        warns("chkrootkit", r"(?P<reason>chkrootkit output was not as expected)\."),
        warns(
            "chkrootkit-possible",
            r"Warning: (?P<reason>[Pp]ossible .* (?:rootkit|[Tt]rojan|worm)\b.*)",
        ),
        warns(
            "tiger",
            r"--(?:ALERT|FAIL|WARN)-- \[\w+\] (?P<reason>.+)",
            mark="--(?:ALERT|FAIL|WARN)-- ",
        ),
        warns("chkrootkit-alert", r"\[chkrootkit\] (?P<reason>alert for \S+)", subject=True),
        succeeds("aide-same", rf"{_AIDE} found NO differences between .*", say="no changed files"),
        succeeds(
            "aide-match", r"(?:### )?All files match AIDE database\..*", say="no changed files"
        ),
        succeeds("aide-0", r"AIDE returned with a zero exit code\..*", say="no changed files"),
        succeeds("tripwire-clean", r"Total violations found:\s+0", say="no violations"),
        notes("added", r"Added entries:\s+(?P<files_new>\d+)"),
        notes("removed", r"Removed entries:\s+(?P<files_deleted>\d+)"),
        notes("changed", r"Changed entries:\s+(?P<files_changed>\d+)"),
    ),
)
MARKS = f"{_RKHUNTER.marks}|{_MALWARE.marks}|{_CHANGES.marks}"

_UPDATES = "update"
_PROGRAMS = ("rkhunter", "chkrootkit", "aide", "tripwire", "tiger", "lynis")
_HEAD = 1 << 12
_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class _Notice:
    """What has happened: a form of subject, a piece of text, or both where both are given."""

    name: str
    subject: str = ".*"
    text: str = ""
    standing: Standing = Standing.ALONE
    subject_by: Any = field(init=False, repr=False, compare=False)
    text_by: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile the patterns."""
        object.__setattr__(self, "subject_by", re2.compile(self.subject))
        object.__setattr__(self, "text_by", re2.compile(f"(?m){self.text}"))


_NOTICES = (
    _Notice("fail2ban", subject=r"\[Fail2Ban\] .*"),
    _Notice(
        "fail2ban", text=r"^(?:The IP|These hosts) .*\bha(?:s|ve) (?:just )?been (?:un)?banned by"
    ),
    _Notice("fail2ban", text=r"^The jail \S+ has been (?:started successfully|stopped)\."),
    _Notice("sudo", subject=r"\*\*\* SECURITY information for \S+ \*\*\*"),
    _Notice("arpwatch", text=r"^\s*ethernet address: [\da-f:]+$"),
    _Notice("ossec", text=r"^(?:OSSEC HIDS|Wazuh) Notification\."),
    _Notice("crowdsec", text=r" will get \S+ for next \S+ for triggering \S+"),
    _Notice("lfd", subject=r"lfd on \S+: .*"),
    _Notice("psad", subject=r"\[psad-\w+\] .*"),
    _Notice("debsecan", text=r"^Security report based on (?:the \S+ release|general data)"),
    _Notice(
        "login",
        subject=(
            r"(?i)(?:.*\W)?(?:ssh|root|console|pam)[- ](?:shell )?(?:log-?in|access|session)\b.*"
        ),
        text=r"^\s*(?:Remote Host|RHost|Remote IP|IP)\s*: ?\S|^ALERT - Root ",
        standing=Standing.FRAME,  # `no ssh access` may be why a copy failed
    ),
)


def read(letter: Letter) -> Finding | None:
    """Return what a scan found or what a notice tells, None if it is neither."""
    notice = _notice(letter)
    if notice is not None:
        return notice
    found = list(_scans(letter))
    if not found:
        return None
    worst = max(found, key=lambda each: SEVERITY[each.verdict])
    return replace(worst, job=_job(worst)) if cron_mail(letter) is None else worst


def _job(finding: Finding) -> str | None:
    """Name the scan by its program; rkhunter's update of its lists is another job."""
    rule = finding.evidence[0].rule.removeprefix("security.")
    if rule.startswith(_UPDATES):
        return "rkhunter update"
    return next((name for name in _PROGRAMS if rule.startswith(name)), None)


def _scans(letter: Letter) -> Iterator[Finding]:
    for grammar in (_RKHUNTER, _MALWARE, _CHANGES):
        finding = read_by(grammar, letter)
        if finding is not None:
            yield finding


def _notice(letter: Letter) -> Finding | None:
    head = letter.body.whole.data[:_HEAD].decode("utf-8", "replace")
    subject = " ".join(letter.subject.split())
    for notice in _NOTICES:
        if notice.subject_by.fullmatch(subject) and notice.text_by.search(head):
            return _finding(letter, notice, subject)
    return None


def _finding(letter: Letter, notice: _Notice, subject: str) -> Finding:
    rule = f"security.{notice.name}"
    return Finding(
        reader="security",
        kind=Kind.SECURITY,
        standing=notice.standing,
        owns=letter.body.of_interest,
        verdict=Verdict.NONE,
        what=f"a notice of {notice.name}",
        evidence=(Evidence(line=0, text=subject, rule=rule, proves=Verdict.NONE),),
        news=news((subject, *(line.text for line in letter.body.written(_LOOKED_AT)))),
    )
