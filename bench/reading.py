"""`python -m bench.reading`: what it costs to understand a mail, ordinary and hostile, as it grows.

Each case is read at sizes that double, each in a process of its own, so that the peak of memory is
its own. What is linear doubles with each row; what is quadratic would quadruple.
"""

import multiprocessing
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from bench.report import machine
from relay.mail.parse import parse
from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.reports.understand import understand

_HEAD = b"From: root@web01.acme.example\r\nSubject: log\r\n\r\n"
_ERROR = b'rsync: [sender] send_files failed to open "/data/a.txt": Permission denied (13)\r\n'
_MEGABYTE = 1 << 20


def _names(size: int) -> bytes:
    lines, total = [], 0
    while total < size:
        lines.append(b"projects/2026/survey/%09d_minutes.docx\r\n" % len(lines))
        total += len(lines[-1])
    lines.insert(len(lines) // 2, _ERROR)
    return b"sending incremental file list\r\n" + b"".join(lines)


def _repeated(unit: bytes) -> Callable[[int], bytes]:
    return lambda size: unit * (size // len(unit))


CASES: dict[str, tuple[Callable[[int], bytes], int]] = {
    "a list of files, an error in the middle": (_names, 25),
    "nothing but spaces": (_repeated(b" "), 100),
    "one line": (_repeated(b"rsync error: "), 10),
    'lines of "error"': (_repeated(b"error\r\n"), 7),
    "lines of ERROR: x": (_repeated(b"ERROR: x\r\n"), 10),
    "rsync diagnoses": (_repeated(_ERROR), 25),
    "nested quoting": (_repeated(b"> " * 400 + b"\r\n"), 25),
    "progress with bare CR": (_repeated(b"  1,024  12%  1.00MB/s    0:00:01\r"), 25),
    "colours": (_repeated(b"\x1b[31merror\x1b[0m \x1b[1m\r\n"), 25),
    "announced retries": (_repeated(b"retrying\r\n"), 10),
}
"""What is read, and its largest size in megabytes: 10^6 lines of "error" are 7."""


def main() -> None:
    """Measure every case at four sizes."""
    table = Table(title="understanding one mail", caption=machine())
    for heading in ("case", "MB", "CPU s", "times", "MB more", "verdict"):
        table.add_column(heading, justify="left" if heading == "case" else "right")
    for name, (make, largest) in CASES.items():
        before = 0.0
        for megabytes in (largest / 8, largest / 4, largest / 2, largest):
            spent, memory, verdict = _apart(make(round(megabytes * _MEGABYTE)))
            growth = f"{spent / before:.1f}" if before else ""
            table.add_row(
                name if not before else "",
                f"{megabytes:.1f}",
                f"{spent:.2f}",
                growth,
                f"{memory:.0f}",
                verdict,
            )
            before = spent
    Console(width=100).print(table)


def _apart(body: bytes) -> tuple[float, float, str]:
    """Return CPU seconds, megabytes at the peak and the verdict, measured in a process apart."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_read, (body,))


def _read(body: bytes) -> tuple[float, float, str]:
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    report = understand(parse(_received(_HEAD + body)))
    spent = time.process_time() - began
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held
    return spent, more / 1024, report.verdict


def _received(raw: bytes) -> Received:
    return Received(
        id="0000000000000001",
        raw=raw,
        envelope=Envelope(
            reverse_path="root@web01.acme.example",
            recipients=(Recipient(address="ops@acme.example"),),
        ),
        origin=Origin(host="web01", address="192.0.2.1", helo="web01"),
        at=datetime(2026, 11, 25, tzinfo=UTC),
    )


if __name__ == "__main__":
    main()
