"""Any mail that came to the address of reports, read: the door to this package.

Nothing here raises; time and memory are bounded by the limits of unpack.py.
What happens next: report.py says what each kind holds.
"""

from relay.feedback import dmarc, tls
from relay.feedback.report import Feedback, Unreadable
from relay.feedback.unpack import unpack
from relay.mail.message import Message


def read(message: Message) -> Feedback:
    """Say what a receiver reports in `message`."""
    found = unpack(message)
    if isinstance(found, str):
        return Unreadable(why=found)
    return (
        dmarc.read(found) if found.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" else tls.read(found)
    )
