"""The report of a self-test, as a host's script would mail it, and its submission by SMTP.

What it carries is true: it says that nothing was copied, and rsync's own words for that are those
of a run on an empty folder. As a failure it shows rsync's words for a source that is not there. Its
job has a name of its own each time, so that it is news, and it is forgotten at the end.
"""

import smtplib
from dataclasses import dataclass

from relay.errors import RelayError

_SECONDS = 30
_WELL = """\
sending incremental file list

Number of files: 1 (dir: 1)
Number of created files: 0
Number of deleted files: 0
Number of regular files transferred: 0
Total file size: 0 bytes
Total transferred file size: 0 bytes
Literal data: 0 bytes
Matched data: 0 bytes
File list size: 0
File list generation time: 0.001 seconds
File list transfer time: 0.000 seconds
Total bytes sent: 56
Total bytes received: 12

sent 56 bytes  received 12 bytes  136.00 bytes/sec
total size is 0  speedup is 0.00
"""
_FAILED = """\
rsync: [sender] change_dir "{job}" failed: No such file or directory (2)

sent 20 bytes  received 12 bytes  64.00 bytes/sec
total size is 0  speedup is 0.00
rsync error: some files/attrs were not transferred (see previous errors) (code 23) \
at main.c(1338) [sender=3.2.7]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A report to send: `name` makes it unlike any other, `failure` is what it says."""

    name: str
    recipient: str
    author: str = "root@localhost"
    failure: bool = False

    @property
    def job(self) -> str:
        """Return the folder that it is about."""
        return f"/selftest/{self.name}"

    @property
    def raw(self) -> bytes:
        """Return the mail as the script hands it over: no Date, no Message-ID, no MIME."""
        text = (_FAILED if self.failure else _WELL).replace("{job}", self.job)
        header = f"From: {self.author}\nTo: {self.recipient}\nSubject: rsync of {self.job}\n"
        intro = "This is a self-test of the relay; no backup is concerned."
        return f"{header}\n{intro}\n$ rsync -a {self.job}/ /tmp\n{text}".replace(
            "\n", "\r\n"
        ).encode()


def submit(probe: Probe, port: int, address: str = "127.0.0.1", source: str | None = None) -> str:
    """Submit a probe to a listener of ours; return its ID. Raise RelayError if it is not taken."""
    came_from = (source, 0) if source else None
    try:
        with smtplib.SMTP(address, port, "localhost", _SECONDS, came_from) as client:
            client.ehlo("localhost")
            _heed("MAIL", *client.mail("root@localhost"))
            _heed("RCPT", *client.rcpt(probe.recipient))
            return _heed("DATA", *client.data(probe.raw)).rpartition(" ")[2]
    except (OSError, smtplib.SMTPException) as error:
        raise RelayError(f"no relay takes mail at {address}:{port}: {error}") from error


def _heed(step: str, code: int, reply: bytes) -> str:
    text = reply.decode("utf-8", "replace")
    if code // 100 != 2:
        raise RelayError(f"the relay answers {step} with: {code} {text}")
    return text
