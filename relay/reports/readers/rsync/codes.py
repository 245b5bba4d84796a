"""Every exit status that rsync defines, what it means, and what verdict it deserves.

The numbers are those of rsync's errcode.h, 2.6 to 3.5. 23 is a failure: data is missing from the
copy. 24 (files vanished while rsync looked) and 25 (--max-delete reached) are warnings; policy may
say otherwise. 124 to 127 and 255 come from the remote shell, not from rsync.
What happens next: rsync.py looks its findings up here.
"""

from dataclasses import dataclass

from relay.reports.report import Verdict


@dataclass(frozen=True, slots=True)
class Code:
    """One exit status: its meaning, its verdict, and whether the run still prints its totals."""

    meaning: str
    verdict: Verdict = Verdict.FAILURE
    totals: bool = False


CODES = {
    0: Code("success", Verdict.SUCCESS, totals=True),
    1: Code("syntax or usage error"),
    2: Code("protocol incompatibility"),
    3: Code("errors selecting input or output files"),
    4: Code("requested action not supported"),
    5: Code("error starting the client-server protocol"),
    6: Code("daemon unable to append to its log file"),
    10: Code("error in socket I/O"),
    11: Code("error in file I/O"),
    12: Code("error in the rsync protocol data stream"),
    13: Code("errors with program diagnostics"),
    14: Code("error in IPC code"),
    15: Code("sibling process crashed"),
    16: Code("sibling process terminated abnormally"),
    19: Code("stopped by SIGUSR1"),
    20: Code("interrupted (SIGINT, SIGTERM or SIGHUP)"),
    21: Code("error returned by waitpid()"),
    22: Code("error allocating core memory buffers"),
    23: Code("partial transfer", totals=True),
    24: Code("files vanished during the transfer", Verdict.WARNING, totals=True),
    25: Code("--max-delete limit stopped deletions", Verdict.WARNING, totals=True),
    30: Code("timeout in data send/receive"),
    35: Code("timeout waiting for the daemon"),
    124: Code("remote shell failed"),
    125: Code("remote shell killed"),
    126: Code("remote command could not be run"),
    127: Code("remote command not found"),
    255: Code("remote shell (ssh) failed"),
}

SIBLING_KILLED = 19
"""Printed by a process that its own sibling stopped; the sibling knows the real reason."""


def code(number: int) -> Code:
    """Return what exit status `number` means; every unknown one is a failure."""
    return CODES.get(number, Code("unknown rsync error"))
