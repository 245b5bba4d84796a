"""Mails as scripts write them, a failure and a success, and what leaves, read."""

import email
from email.message import EmailMessage
from email.policy import default

DONE = (
    "sending incremental file list\n\nsent 1,234 bytes  received 56 bytes  2,580.00 bytes/sec\n"
    "total size is 123,456  speedup is 95.70\n"
)
LOG = (
    "sending incremental file list\n"
    'rsync: [sender] send_files failed to open "/srv/www/a.key": Permission denied (13)\n'
    "sent 351,408 bytes  received 831 bytes  704,478.00 bytes/sec\n"
    "total size is 348,738  speedup is 0.99\n"
    "rsync error: some files/attrs were not transferred (see previous errors) (code 23) "
    "at main.c(1338) [sender=3.2.7]\n"
)


def mail(subject: str, text: str) -> bytes:
    """A mail as a script writes it: no Date, no Message-ID, sent by root."""
    return f"From: root\nTo: root\nSubject: {subject}\n\n{text}".replace("\n", "\r\n").encode()


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message
