"""strace around a running process: it counts system calls, and has chosen ones end badly.

    calls = counted(pid, life)                 what each thread calls while `life` runs
    with Injection(thread, "pwrite64", "signal=KILL", nth=3): ...
    with Injection(pid, "fdatasync", "error=EIO"): ...

The kernel does not run a call that an injection lets fail, or before which it kills; calls
are counted from the moment of attaching, so the process itself needs no preparation.
"""

import re
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Self

MUTATING = "write,writev,pwrite64,sendto,sendmsg,fdatasync,fsync,ftruncate,unlink,rename"
_CALL = re.compile(r"(\d+) +(\w+)\(")


def threads(pid: int) -> list[int]:
    """Return the threads of a process in the order of their making; the first is the main one.

    The kernel lists them so; their numbers may have begun anew in between.
    """
    return [int(each.name) for each in Path(f"/proc/{pid}/task").iterdir()]


class Strace:
    """An attached strace: `with` attaches it, and lets the process go again at the end."""

    def __init__(self, target: int, *options: str, every_thread: bool = False) -> None:
        follow = ["-f"] if every_thread else []
        self._command = ["strace", *follow, "-p", str(target), *options]
        self._process: subprocess.Popen[str]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        said = self._process.stderr.readline()
        if "attached" not in said:
            self.__exit__()
            raise AssertionError(f"strace could not attach: {said}")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)  # it detaches
        self._process.communicate(timeout=30)


class Injection(Strace):
    """While it lasts, the `nth` of these calls of a thread (and what `more` says) ends as told.

    `more` is empty for that one call, "+" for all from there on.
    """

    def __init__(
        self,
        target: int,
        calls: str,
        what: str,
        *,
        nth: int = 1,
        more: str = "",
        every_thread: bool = False,
    ) -> None:
        rule = f"inject={calls}:{what}:when={nth}{more}"
        super().__init__(
            target,
            *("-o", "/dev/null", "-e", f"trace={calls}", "-e", rule),
            every_thread=every_thread,
        )


def counted(pid: int, life: Callable[[], object]) -> Counter[tuple[int, str]]:
    """Return how often each thread (by its place in `threads`) made each call that changes things.

    Calls by threads that `life` starts are left out.
    """
    places = {thread: place for place, thread in enumerate(threads(pid))}
    with tempfile.NamedTemporaryFile("r") as trace:
        options = ("-o", trace.name, "-e", f"trace={MUTATING}")
        with Strace(pid, *options, every_thread=True):
            life()
        found = _CALL.findall(trace.read().replace("<... ", ""))
    return Counter((places[int(who)], call) for who, call in found if int(who) in places)
