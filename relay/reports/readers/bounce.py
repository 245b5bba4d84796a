"""Bounces and automatic replies: mail about mail, which reports on no job.

A delivery status notification (RFC 3464) quotes the mail that did not arrive, often a report with
an error in it; nothing it quotes counts. It is known by its content type, or by its sender together
with the null reverse-path or a bounce's subject.
What happens next: combine.py lets it stand alone.
"""

from relay.mail.daemon import is_daemon, tells_of_failure
from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.mask import mask
from relay.reports.report import Evidence, Kind, Verdict
from relay.reports.senders import address, display_name

MARKS = ""


def read(letter: Letter) -> Finding | None:
    """Return a finding for a bounce or an automatic reply, None for anything else."""
    if _is_bounce(letter):
        return _finding(letter, Kind.BOUNCE, "bounce.notification", "a bounce")
    if letter.first("auto-submitted").lower().startswith("auto-replied"):
        return _finding(letter, Kind.OTHER, "bounce.auto-reply", "an automatic reply")
    return None


def is_own(letter: Letter) -> bool:
    """Whether the host's own server sends it: to an account of the host, or submitted there."""
    domain = address(letter.first("from")).rpartition("@")[2]
    traces = letter.every("received")
    local = bool(domain and traces) and traces[-1].lower().startswith(f"by {domain} ")
    return local or domain == address(letter.first("to")).rpartition("@")[2] != ""


def _is_bounce(letter: Letter) -> bool:
    kind = letter.first("content-type").lower()
    if kind.startswith("multipart/report") and "delivery-status" in kind:
        return True
    sender = letter.first("from")
    return is_daemon(address(sender), display_name(sender)) and (
        letter.reverse_path == ""
        or tells_of_failure(letter.subject)
        or bool(letter.first("x-failed-recipients"))
        or letter.first("auto-submitted").lower().startswith("auto-replied")
    )


def _finding(letter: Letter, kind: Kind, rule: str, what: str) -> Finding:
    evidence = Evidence(line=0, text=letter.subject.strip(), rule=rule, proves=Verdict.NONE)
    return Finding(
        reader="bounce",
        kind=kind,
        standing=Standing.ALONE,
        verdict=Verdict.NONE,
        what=what,
        evidence=(evidence,),
        news=(mask(letter.subject), *(mask(line.text) for line in letter.body.written(20))),
    )
