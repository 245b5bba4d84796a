"""The mark of a failure whose mail comes later than its alarm: whoever gets both knows it is one.

A Comments field (RFC 5322 s3.6.5, any number of them), put on top when the mail is sent: the alarm
went out after the mail was written, and its text is not touched any more.
What happens next: workers/deliver.py has it signed with the rest.
"""

from datetime import datetime

from relay.mail.date import write_date


def told_before(at: datetime) -> bytes:
    """Return the field that says that a mail's news was told by an alarm, `at` that time."""
    return f"Comments: This was told by an alarm before, on {write_date(at)}.\r\n".encode()
