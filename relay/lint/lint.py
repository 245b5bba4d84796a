"""A finished mail against all rules: pure, linear in its size, and it never raises.

The mail is the bytes that go over the wire, signature and all. The result is for an operator's
eyes: nothing here stops a mail (P6). What is None in `site`, and a reverse-path that is None,
cannot be judged; the rules that need it are left out.
What happens next: workers/deliver.py journals the errors, `relay lint` prints everything.
"""

from datetime import datetime
from itertools import islice

from relay.lint.finding import Breach
from relay.lint.mail import Site, read_mail
from relay.lint.rules import CHECKS

_MOST = 200


def lint(
    content: bytes, reverse_path: str | None, site: Site, now: datetime | None = None
) -> tuple[Breach, ...]:
    """Return what is wrong with a mail, in the order of the rules; an empty path is the null."""
    mail = read_mail(content, reverse_path, now)
    return tuple(islice((each for check in CHECKS for each in check(mail, site)), _MOST))
