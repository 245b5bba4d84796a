"""A command that sends mail: whom it asks, with which subject and body, as far as that is known.

Subjects come as an argument (mail, mutt, sendEmail, swaks) or in the header of the text that is
fed in (sendmail, msmtp, curl). Pieces that only a run would tell are `UNKNOWN` characters.
What happens next: run.py records each mail that a path sends.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from relay.audit.shell.programs import name_of

UNKNOWN = "\x00"
COUNTED = "\x01"  # unknown as well, and found by looking at words or lines of a text

_BY_OPTION = {"mail", "mailx", "s-nail", "nail", "bsd-mailx", "heirloom-mailx", "mutt", "neomutt"}
_BY_HEADER = {"sendmail", "msmtp", "ssmtp", "exim", "exim4", "dma", "nullmailer-inject", "esmtp"}
_CLIENTS = {"sendemail", "sendEmail", "swaks", "smtp-cli", "mailsend", "mail.php", "email"}
_OTHER = re.compile(r"(?i)slack|telegram|discord|webhook|pushover|ntfy|gotify|hc-ping|healthchecks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as a command would send it; `header` is what the text begins with, if it has one."""

    program: str
    argv: tuple[str, ...]
    subject: str
    body: str
    header: str = ""
    sender: str = ""


def mail_of(argv: Sequence[str], text: str, files: Mapping[str, str] | None = None) -> Mail | None:
    """Return the mail that a command sends from `text` on its standard input, None if none.

    `files` are texts that the script has written to files.
    """
    name, rest = name_of(argv), tuple(argv[1:])
    if name in ("busybox", "toybox") and rest[:1] == ("sendmail",):
        return _from_text("busybox sendmail", rest[1:], text)
    if name in _BY_OPTION:
        return _by_option(name, rest, text)
    if name in _CLIENTS:
        return _by_client(name, rest, text)
    if name == "curl" and any(re.match(r"smtps?://", each) for each in rest):
        source = _option(rest, "-T", "--upload-file") or "-"
        written = (files or {}).get(source, text if source == "-" else UNKNOWN)
        return _from_text(name, rest, written)
    fed = name in _BY_HEADER and not _NO_MAIL & set(rest)
    if fed or (name in _SOCKETS and _smtp_port(rest)):
        return _from_text(name, rest, text)
    return None


_NO_MAIL = {"-bp", "-q", "-bi", "-bs", "--version"}
_SOCKETS = {"telnet", "nc", "netcat", "ncat", "openssl"}


def _by_option(name: str, rest: tuple[str, ...], text: str) -> Mail | None:
    if not rest or rest[0] in ("-e", "-f"):  # asks for mail, or reads a mailbox
        return None
    if "-t" in rest:
        return _from_text(name, rest, text)
    found = _option(rest, "-s", "--subject")
    sender = _option(rest, "-r") or _added(rest, "from") or ""
    return Mail(program=name, argv=rest, subject=found or "", body=text, sender=sender)


def tells_otherwise(argv: Sequence[str]) -> bool:
    """Say whether a command tells people by a way that is not mail."""
    if name_of(argv) in ("curl", "wget", "http"):
        return any(_OTHER.search(each) for each in argv[1:]) or any(
            each in ("POST", "-XPOST") for each in argv[1:]
        )
    return name_of(argv) in ("notify-send", "apprise", "pushover", "telegram-send", "ntfy", "wall")


def _smtp_port(rest: Sequence[str]) -> bool:
    return any(each in ("25", "587", "465", "smtp") for each in rest) or any(
        re.search(r":(?:25|465|587|smtp)$", each) for each in rest
    )


def _option(rest: Sequence[str], *names: str) -> str | None:
    for at, each in enumerate(rest):
        if each in names and at + 1 < len(rest):
            return rest[at + 1]
        for name in names:
            if name.startswith("--") and each.startswith(f"{name}="):
                return each[len(name) + 1 :]
            if not name.startswith("--") and len(each) > 2 and each.startswith(name):
                return each[2:]
    return None


def _added(rest: Sequence[str], field: str) -> str | None:
    """Return a field given by `-a "From: x"` or `-e "my_hdr From: x"`."""
    for each in rest:
        match = re.match(rf"(?is)(?:my_hdr\s+|set\s+)?{field}\s*[:=]\s*(.*)", each)
        if match:
            return match[1]
    return None


def _from_text(name: str, rest: tuple[str, ...], text: str) -> Mail:
    header, _, body = text.partition("\n\n")
    known = re.search(r"(?im)^subject:(.*)$", header)
    whole = UNKNOWN in header or COUNTED in header or not header
    subject = known[1].strip() if known else (UNKNOWN if whole else "")
    sender = re.search(r"(?im)^from:(.*)$", header)
    return Mail(
        program=name,
        argv=rest,
        subject=subject,
        body=body,
        header=header,
        sender=sender[1].strip() if sender else "",
    )


def _by_client(name: str, rest: tuple[str, ...], text: str) -> Mail:
    subject = _option(rest, "-u", "-sub", "--h-Subject", "--subject")
    for at, each in enumerate(rest[:-1]):
        match = re.match(r"(?i)subject:\s*(.*)", rest[at + 1])
        if each in ("--header", "--add-header", "-header") and match:
            subject = match[1]
    if name == "swaks":
        subject = subject or "test"
    body = _option(rest, "-m", "--body", "-M") or text
    sender = _option(rest, "-f", "--from") or ""
    return Mail(program=name, argv=rest, subject=subject or "", body=body, sender=sender)
