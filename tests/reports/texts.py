"""Pieces of real rsync output, and strategies that vary what changes from run to run."""

from hypothesis import strategies as st

LIST = "sending incremental file list\n./\nhr/\nhr/ledger-645.docx\ntemplates/error_codes.pdf"
TOTALS = (
    "sent 109,129 bytes  received 155 bytes  72,856.00 bytes/sec\n"
    "total size is 237,517  speedup is 2.17"
)
VERBOSE = f"{LIST}\n\n{TOTALS}"
STATS = (
    "\nNumber of files: 39 (reg: 32, dir: 7)\nNumber of created files: 0\n"
    "Number of deleted files: 0\nNumber of regular files transferred: 3\n"
    "Total file size: 237,517 bytes\nTotal transferred file size: 9,630 bytes\n"
    "Literal data: 0 bytes\nMatched data: 0 bytes\nFile list size: 0\n"
    "File list generation time: 0.001 seconds\nFile list transfer time: 0.000 seconds\n"
    f"Total bytes sent: 109,129\nTotal bytes received: 155\n\n{TOTALS}"
)
OLD = (
    "building file list ... done\na/b.txt\n\nNumber of files: 46\n"
    "Number of files transferred: 38\nTotal file size: 346938 bytes\n"
    "Total transferred file size: 346938 bytes\nTotal bytes sent: 350156\n"
    "Total bytes received: 904\n\nsent 350156 bytes  received 904 bytes  702120.00 bytes/sec\n"
    "total size is 346938  speedup is 0.99"
)
LOGGED = (
    "2026/11/24 02:33:18 [8850] building file list\n2026/11/24 02:33:18 [8850] >f+++++++++ ok\n"
    "2026/11/24 02:33:18 [8850] sent 213 bytes  received 65 bytes  total size 4"
)
SUCCESSES = (VERBOSE, STATS, OLD, LOGGED, f"{VERBOSE}\n{STATS}")

UNREADABLE = (
    'rsync: [sender] send_files failed to open "/data/hr/pay-289.txt": Permission denied (13)'
)
END_23 = (
    "rsync error: some files/attrs were not transferred (see previous errors) (code 23)"
    " at main.c(1394) [sender=3.5.0]"
)
END_24 = (
    "rsync warning: some files vanished before they could be transferred (code 24)"
    " at main.c(1338) [sender=3.4.1]"
)
END_255 = "rsync error: unexplained error (code 255) at io.c(285) [sender=3.5.0]"
REFUSED = "ssh: connect to host coldstore port 2299: Connection refused"

TEXTS_OF_CODES = {
    1: "syntax or usage error",
    2: "protocol incompatibility",
    3: "errors selecting input/output files, dirs",
    4: "requested action not supported",
    5: "error starting client-server protocol",
    6: "daemon unable to append to log-file",
    10: "error in socket IO",
    11: "error in file IO",
    12: "error in rsync protocol data stream",
    13: "errors with program diagnostics",
    14: "error in IPC code",
    15: "sibling process crashed",
    16: "sibling process terminated abnormally",
    19: "received SIGUSR1",
    20: "received SIGINT, SIGTERM, or SIGHUP",
    21: "waitpid() failed",
    22: "error allocating core memory buffers",
    23: "some files/attrs were not transferred (see previous errors)",
    24: "some files vanished before they could be transferred",
    25: "the --max-delete limit stopped deletions",
    30: "timeout in data send/receive",
    35: "timeout waiting for daemon connection",
    124: "remote shell failed",
    125: "remote shell killed",
    126: "remote command could not be run",
    127: "remote command not found",
    255: "unexplained error",
}


def ending(code: int, role: str = "sender", version: str = "3.4.1", line: int = 1394) -> str:
    """The final line of a run with this exit code."""
    level = "warning" if code == 24 else "error"
    text = TEXTS_OF_CODES.get(code, "unexplained error")
    return f"rsync {level}: {text} (code {code}) at main.c({line}) [{role}={version}]"


def endings() -> st.SearchStrategy[str]:
    """Final lines that are failures, by any role and version."""
    return st.builds(
        ending,
        st.sampled_from(sorted(set(TEXTS_OF_CODES) - {24, 25})),
        st.sampled_from(["sender", "receiver", "Receiver", "generator", "client"]),
        st.sampled_from(["2.6.9", "3.0.9", "3.1.3", "3.2.7", "3.5.0"]),
        st.integers(1, 9999),
    )


def grouped(number: int) -> str:
    """A count as rsync 3.1 and later print it."""
    return f"{number:,}"
