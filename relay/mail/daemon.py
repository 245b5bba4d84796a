"""Mail systems as senders: how their addresses and names begin, and the subjects of their news.

A server that reports on a mail has no fixed address, only customs. They are enough to say that it
may be one; what it says is for its readers to find out.
What happens next: reports/readers/bounce.py and returns/text_form.py ask.
"""

_LOCALS = ("mailer-daemon", "postmaster", "mail-daemon", "mdaemon", "microsoftexchange")
_NAMES = ("mail delivery s", "mail delivery subsystem", "mail delivery system", "postmaster")
_SUBJECTS = (
    "undelivered mail",
    "delivery status notification",
    "mail delivery failed",
    "mail delivery failure",
    "delivery failure",
    "delivery has failed",
    "failure notice",
    "returned mail",
    "undeliverable",
    "undelivered",
    "delayed mail",
    "warning: message",
    "mail system error",
    "message not delivered",
    "unzustellbar",
    "non remis",
    "no se puede entregar",
    "не доставлено",
)


def is_daemon(address: str, name: str) -> bool:
    """Say whether a mailbox looks like a mail system, `MAILER-DAEMON@` or so by its name."""
    local = address.lower().partition("@")[0]
    return local.startswith(_LOCALS) or name.lower().startswith(_NAMES)


def tells_of_failure(subject: str) -> bool:
    """Say whether a subject is one that mail systems give to news of a failed delivery."""
    return subject.lower().removeprefix("[").lstrip("*! ").startswith(_SUBJECTS)
