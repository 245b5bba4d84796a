"""Lists, invitations, receipts: mail that programs pass on between people, and no report of a job.

A post to a mailing list or a tracker may quote any error, and an invitation may be about a failed
backup; nothing in them is evidence. Only what their fixed forms show counts: a list's own fields
(RFC 2369, RFC 2919), a calendar's part, a receipt's subject. System accounts send neither of the
last two.
What happens next: combine.py lets it stand alone.
"""

from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.mask import mask
from relay.reports.report import Evidence, Kind, Verdict
from relay.reports.senders import from_system

MARKS = ""
_INVITATIONS = (
    *("invitation: ", "updated invitation: ", "canceled event: ", "cancelled: ", "accepted: "),
    *("declined: ", "tentative: ", "einladung: ", "zusage: ", "absage: ", "invitación: "),
    *("invitation : ", "invito: ", "convite: ", "uitnodiging: ", "zaproszenie: "),
)
_RECEIPTS = ("read: ", "not read: ", "gelesen: ", "lu : ", "leído: ", "letto: ", "lida: ")


def read(letter: Letter) -> Finding | None:
    """Return a finding for a list's post, an invitation or a receipt."""
    rule = None if letter.first("x-cron-env") else _form(letter)
    if rule is None:
        return None
    evidence = Evidence(line=0, text=letter.subject.strip(), rule=rule, proves=Verdict.NONE)
    return Finding(
        reader="groupware",
        kind=Kind.OTHER,
        standing=Standing.ALONE,
        verdict=Verdict.NONE,
        what="no report",
        evidence=(evidence,),
        news=(mask(letter.subject), *(mask(line.text) for line in letter.body.written(20))),
    )


def _form(letter: Letter) -> str | None:
    if letter.first("list-id") and not letter.first("auto-submitted"):
        return "groupware.list"
    if from_system(letter):
        return None
    subject = letter.subject.lower().strip()
    if "text/calendar" in letter.content_types or subject.startswith(_INVITATIONS):
        return "groupware.invitation"
    return "groupware.receipt" if subject.startswith(_RECEIPTS) else None
