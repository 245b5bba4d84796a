"""What a cron daemon's mail says by its form: whose command it was, on which host, and its end.

Debian's cron appends ` (failed)` where the exit status is not 0, cronie and the old Vixie cron
never do, anacron names a job, systemd-cron says Failure or Output, busybox has only the command.
A reply to such a mail is not one: the form must begin the subject.
What happens next: cron.py judges it; rsync.py, host.py and job.py ask it for names.
"""

from dataclasses import dataclass

import re2

from relay.reports.command import Command, read_command
from relay.reports.letter import Letter

_CRON = re2.compile(r"Cron <([^<>@\s]{1,64})@([^<>\s]+)>\s+(.*?)(\s+\(failed\))?\s*")
_ANACRON = re2.compile(r"Anacron job '([^']+)' on (\S+)\s*")
_SYSTEMD = re2.compile(r"\[([\w.-]+)\] (Failure|Output): (.+)")
_BUSYBOX = re2.compile(r"cron: (.+)")
_QUOTED_LINE = re2.compile(r'"([^"]+)"\s*$')
_SCHEDULE = re2.compile(r"^(?:@\w+|(?:[\d*,/A-Za-z-]+\s+){4}[\d*,/A-Za-z-]+)\s+(?:root\s+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class CronMail:
    """`failed` is None where this cron does not tell; `host` may be short or missing."""

    user: str | None
    host: str | None
    command: Command
    job: str | None
    failed: bool | None


def cron_mail(letter: Letter) -> CronMail | None:
    """Return what the subject says, None if no cron wrote it."""
    subject = letter.subject.strip()
    if subject.startswith("Cron <"):
        return _of_cron(subject)
    if subject.startswith("Anacron job "):
        return _of_anacron(subject)
    if "systemd-cron" in letter.first("from"):
        return _of_systemd(subject)
    if subject.startswith("cron: ") and not letter.first("in-reply-to"):
        match = _BUSYBOX.fullmatch(subject)
        return match and CronMail(
            user=None, host=None, command=read_command(match.group(1)), job=None, failed=None
        )
    return None


def _of_cron(subject: str) -> CronMail | None:
    match = _CRON.fullmatch(subject)
    if match is None:
        return None
    return CronMail(
        user=match.group(1),
        host=match.group(2),
        command=read_command(match.group(3)),
        job=None,
        failed=True if match.group(4) else None,
    )


def _of_anacron(subject: str) -> CronMail | None:
    match = _ANACRON.fullmatch(subject)
    return match and CronMail(
        user=None, host=match.group(2), command=read_command(""), job=match.group(1), failed=None
    )


def _of_systemd(subject: str) -> CronMail | None:
    match = _SYSTEMD.fullmatch(subject)
    if match is None:
        return None
    quoted = _QUOTED_LINE.search(match.group(3))
    line = quoted.group(1) if quoted else match.group(3)
    return CronMail(
        user=None,
        host=match.group(1),
        command=read_command(_SCHEDULE.sub("", line)),
        job=None,
        failed=match.group(2) == "Failure",
    )
