"""What a peer costs, read from /proc: CPU time and memory of all its processes.

A peer is the tree below its root processes. A process that has ended counts too, because its
parent in the tree inherits its times when it reaps it. The clock behind them ticks 100 times a
second, so a round must use whole seconds to mean anything. Memory is PSS: pages that processes
share are counted once, so many small processes are not taken for big ones.
"""

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")
_PERIOD = 0.5
_PARENT, _TIMES = 1, slice(11, 15)  # ppid; utime stime cutime cstime (proc(5), from the third)


def cpu_seconds(roots: Sequence[int]) -> float:
    """Return the CPU time, user and system, that the trees below `roots` have used so far."""
    return sum(_ticks(pid) for pid in tree(roots)) / _TICKS


def pss_bytes(roots: Sequence[int]) -> int:
    """Return the memory that the trees below `roots` hold, shared pages divided by their users."""
    return sum(_pss(pid) for pid in tree(roots))


def tree(roots: Sequence[int]) -> list[int]:
    """Return `roots` and all their descendants."""
    parents = dict(_parents())
    found = [pid for pid in roots if pid in parents]
    for pid in found:  # grows while it is read
        found += [child for child, parent in parents.items() if parent == pid]
    return found


class PeakMemory:
    """Watches memory inside a `with` statement; `peak` is the most that was seen, in bytes."""

    def __init__(self, roots: Sequence[int]) -> None:
        self.peak = 0
        self._roots = roots
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.peak = max(self.peak, pss_bytes(self._roots))
            if self._stop.wait(_PERIOD):
                return


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            yield int(entry.name), int(fields[_PARENT])


def _ticks(pid: int) -> int:
    return sum(int(ticks) for ticks in _stat(pid)[_TIMES])


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat behind the name, which may hold anything."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []  # it has just ended


def _pss(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
