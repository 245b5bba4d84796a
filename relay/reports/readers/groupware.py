"""Lists, invitations, receipts: mail that programs pass on between people, and no report of a job.

A post to a mailing list or a tracker may quote any error, and an invitation may be about a failed
backup; nothing in them is evidence. Only what their fixed forms show counts: a list's own fields
(RFC 2369, RFC 2919), a calendar's part, a receipt's subject. System accounts send neither of the
last two.
`Cancelled: nightly copy` without a calendar's part may be a script's: there a tool is heard.
What happens next: combine.py lets it stand alone, or weighs it against the tools.
"""

from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.mask import mask
from relay.reports.report import Evidence, Kind, Verdict
from relay.reports.senders import from_system

MARKS = ""
_INVITATIONS = (
    *(
        "invitation: ",
        "updated invitation: ",
        "canceled event: ",
        "einladung: ",
        "zusage: ",
        "absage: ",
        "invitación: ",
    ),
    *("invitation : ", "invito: ", "convite: ", "uitnodiging: ", "zaproszenie: "),
)
_TRACKERS = (
    *("x-bugzilla-type", "x-jira-fingerprint", "x-gitlab-project", "x-github-reason"),
    *("x-redmine-host", "x-phabricator-sent-this-message", "x-gitea-reason"),
)
_ANSWERS = ("cancelled: ", "accepted: ", "declined: ", "tentative: ")
_RECEIPTS = ("read: ", "not read: ", "gelesen: ", "lu : ", "leído: ", "letto: ", "lida: ")


def read(letter: Letter) -> Finding | None:
    """Return a finding for a list's post, an invitation, a receipt, or a receiver's feedback."""
    rule = None if letter.first("x-cron-env") else _form(letter)
    if rule is None:
        return None
    evidence = Evidence(line=0, text=letter.subject.strip(), rule=rule, proves=Verdict.NONE)
    return Finding(
        reader="groupware",
        kind=Kind.OTHER,
        standing=Standing.FRAME if rule == "groupware.answer" else Standing.ALONE,
        owns=letter.body.of_interest,
        verdict=Verdict.NONE,
        what="no report",
        evidence=(evidence,),
        news=(mask(letter.subject), *(mask(line.text) for line in letter.body.written(20))),
    )


def _is_feedback(letter: Letter) -> bool:
    """Whether it is what receivers say of our mail: DMARC (RFC 7489), TLS (RFC 8460), ARF."""
    kind = letter.first("content-type").lower()
    reports = ("report-type=tlsrpt", "report-type=feedback-report")
    return letter.subject.startswith("Report Domain: ") or any(each in kind for each in reports)


def _form(letter: Letter) -> str | None:
    subject = letter.subject.lower().strip()
    invited = "text/calendar" in letter.content_types or subject.startswith(_INVITATIONS)
    listed = bool(letter.first("list-id")) and not letter.first("auto-submitted")
    by_people = not from_system(letter)
    forms = {
        "groupware.list": listed,
        "groupware.tracker": any(letter.first(name) for name in _TRACKERS),
        "groupware.feedback": _is_feedback(letter),
        "groupware.invitation": by_people and invited,
        "groupware.answer": by_people and subject.startswith(_ANSWERS),
        "groupware.receipt": by_people and subject.startswith(_RECEIPTS),
    }
    return next((rule for rule, found in forms.items() if found), None)
