"""What is fuzzed: each takes any bytes, and must neither raise nor break what it promises.

    python -m tests.fuzz              all of them, guided by coverage, for a while each
    pytest tests/fuzz                 the inputs in found/, and random ones

An input that broke something goes into `found/TARGET-what`, and is tried in each run of the suite.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from relay.errors import ConfigError
from relay.feedback.read import read as read_feedback
from relay.ingest.data import DataReader, normalised
from relay.ingest.parameters import Refused
from relay.ingest.path import read_mail, read_rcpt
from relay.mail.encode import write, write_tokens
from relay.mail.headers import decode
from relay.mail.parse import parse, render
from relay.mail.text import read_lines
from relay.policy.load import read_file
from relay.reports.understand import understand
from relay.returns.delivery_status import statuses
from relay.returns.read import read as read_returned
from tests.mail.receiving import received


def path_parser(data: bytes) -> None:
    """A path of MAIL or RCPT: what comes out has no control character."""
    text = data.decode("utf-8", "surrogateescape")
    for outcome in (read_mail(f"FROM:{text}", 1000), read_rcpt(f"TO:{text}", smtputf8=True)):
        if not isinstance(outcome, Refused):
            assert outcome.address.isprintable() or not outcome.address
            outcome.address.encode()


def data_reader(data: bytes) -> None:
    """The bytes after DATA, in two chunks: only CRLF.CRLF ends, and only CRLF is left."""
    cut = data[0] if data else 0
    reader = DataReader(10_000)
    rest = reader.feed(data[:cut])
    if rest is None:
        rest = reader.feed(data[cut:])
    if rest is not None:
        message = reader.message()
        assert message is None or normalised(message) == message


def header_writer(data: bytes) -> None:
    """A field of any text is one field, and reads back as what was meant."""
    text = data.decode("utf-8", "replace")
    for field in (write("Subject", text), write_tokens("X-Any", text)):
        lines = field.raw.split(b"\r\n")
        assert lines[-1] == b""
        assert all(line[:1] in (b" ", b"\t") for line in lines[1:-1])
        assert b"\n" not in field.raw.replace(b"\r\n", b"")
        assert field.raw.isascii()
        decode(field)


def mime_reader(data: bytes) -> None:
    """A mail is read, and written again byte for byte."""
    message = parse(received(data))
    assert render(message) == data
    list(read_lines(message))


def report_readers(data: bytes) -> None:
    """A text is understood, whatever it says."""
    understand(parse(received(b"From: root@web01\r\nSubject: Backup OK\r\n\r\n" + data)))


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory()


def policy_loader(data: bytes) -> None:
    """A file of rules is read or refused with a place."""
    path = Path(_folder().name) / "rules.yaml"
    path.write_bytes(data)
    problems: list[str] = []
    try:
        read_file(path)
    except ConfigError as error:
        problems = error.problems
    assert all("rules.yaml" in each for each in problems)


def dsn_parser(data: bytes) -> None:
    """A delivery status, and a mail that may hold one."""
    statuses(data)
    read_returned(parse(received(data)))
    read_feedback(parse(received(data)))


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each
    for each in (
        *(path_parser, data_reader, header_writer, mime_reader),
        *(report_readers, policy_loader, dsn_parser),
    )
}
