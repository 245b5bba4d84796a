"""Processes in which mail is read, rewritten and signed, each under limits.

The worst that a hostile message can do there is to die: CPU time, address space and wall time are
bounded, and the process that dies takes no other message with it. Rules and keys are loaded once
in each process, so a reload builds a new pool. Each job travels alone, so that a crash is counted
against the right message and a mail that hangs delays no other.
"""

import asyncio
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import TimeoutError as TaskTimeoutError
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import connection, get_context, parent_process
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from relay import metrics
from relay.errors import PoolError, RelayError
from relay.feedback import read as feedback
from relay.feedback.report import Feedback
from relay.lint.finding import Severity
from relay.lint.lint import lint
from relay.lint.mail import Site
from relay.mail.parse import parse
from relay.mail.received import Received
from relay.pipeline.forward import forwardable
from relay.pipeline.prepare import prepare, prepare_plainly
from relay.pipeline.returned import Answer, goes_to_postmaster
from relay.pipeline.stages import Prepared
from relay.policy.rules import Rules
from relay.returns.read import read
from relay.returns.returned import Reply
from relay.signing.live import LiveSigner
from relay.signing.sign import Signer
from relay.workers.memory import settled_in
from relay.workers.settings import PoolSettings

_MOST_DEATHS = 5  # of processes in a row, over one job, until all of them are given up
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """A process died, or ran out of time or memory, over one job."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Signature fields, and the IDs of the rules of weight that the signed mail breaks."""

    fields: bytes
    broken: tuple[str, ...] = ()


Job = Callable[[], T | Crash]
# What Pebble raises that lost a process while it was idle, at once and ever after.
_BROKEN = (BrokenProcessPool, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What each process makes for itself at its start."""

    load_rules: Callable[[], Rules]
    load_signer: Callable[[], Signer | LiveSigner]
    load_site: Callable[[], Site] = Site


class Pool:
    """The running processes: `start` it, `close` it.

    Each is a Pebble pool of one, with a pipe of its own: workers that share one are all stuck when
    one of them is killed while it holds the pipe's lock. Who has nothing to do waits in `_free`.
    """

    def __init__(self, settings: PoolSettings, tools: Tools) -> None:
        self._settings = settings
        self._tools = tools
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._all = {self._new() for _ in range(settings.processes or os.cpu_count() or 1)}
        self._free: asyncio.Queue[ProcessPool] = asyncio.Queue()

    def _new(self) -> ProcessPool:
        return ProcessPool(
            max_workers=1,
            initializer=_start_process,
            initargs=(self._tools, self._settings.memory),
            context=self._context,
        )

    @property
    def rules(self) -> Rules:
        """The rules that the processes have."""
        return self._tools.load_rules()

    async def start(self) -> None:
        """Start the processes; raise RelayError if they cannot make their tools."""
        try:
            await asyncio.gather(*(self._schedule(each, _nothing) for each in self._all))
        except (ProcessExpired, *_BROKEN) as error:
            raise RelayError("no process of the pool can start; the log says why") from error
        for each in self._all:
            self._free.put_nowait(each)

    def close(self) -> None:
        """Let running jobs end, then stop the processes."""
        for each in self._all:
            each.close()  # type: ignore[no-untyped-call]  # Pebble
        for each in self._all:
            each.join()

    async def prepare(self, received: Received, why: str | None) -> Prepared | Crash:
        """Prepare a message; with a text in `why` it is only repaired, because of that."""
        return await self._run(partial(_prepare, received, why), metrics.PREPARE_SECONDS.time())

    async def read_returned(self, received: Received, why: str | None) -> Answer | Crash:
        """Return what a mail says that came back to us; with a text in `why` it is not asked."""
        return await self._run(partial(_read_returned, received, why))

    async def read_feedback(self, received: Received) -> Feedback | Crash:
        """Return what a receiver reports in a mail to the address of reports."""
        return await self._run(partial(_read_feedback, received))

    async def sign(self, content: bytes, reverse_path: str, at: datetime) -> Signed | Crash:
        """Return the signature fields for `content`, verified on the signed bytes."""
        return await self._run(partial(_sign, content, reverse_path, at))

    async def _run(
        self, job: Job[T], timer: AbstractContextManager[object] | None = None
    ) -> T | Crash:
        """Have the next free process do a job; `timer` measures that, without the wait for it."""
        for _ in range(_MOST_DEATHS):
            process = await self._free.get()
            try:
                with timer or nullcontext():
                    return await self._schedule(process, job)
            except _BROKEN:
                # It died while it had nothing to do, which no job is to blame for.
                process = await self._instead_of(process)
            except ProcessExpired as error:
                process = await self._instead_of(process)
                return Crash(why=f"the process died with exit code {error.exitcode}")
            except TaskTimeoutError:  # Pebble has ended it, and begun another
                return Crash(why="the process ran out of time")
            finally:
                self._free.put_nowait(process)
        raise PoolError("no process of the pool stays alive; the log says why")

    async def _schedule(self, process: ProcessPool, job: Job[T]) -> T | Crash:
        cpu, wall = self._settings.cpu.total_seconds(), self._settings.time.total_seconds()
        future = process.schedule(_work, args=(job, cpu), timeout=wall)
        with metrics.POOL_JOBS.track_inprogress():
            result: T | Crash = await asyncio.wrap_future(future)
        return result

    async def _instead_of(self, dead: ProcessPool) -> ProcessPool:
        """Return a new process in the place of one whose pipe nobody can trust any more."""
        metrics.POOL_DEATHS.inc()
        fresh = self._new()
        self._all = self._all - {dead} | {fresh}
        await asyncio.to_thread(dead.stop)
        return fresh


# What follows runs in the processes.

_made: dict[str, Any] = {}


def _start_process(tools: Tools, memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which stops us
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold other people's mail
    threading.Thread(target=_die_with_parent, daemon=True).start()
    _made["rules"], _made["signer"] = tools.load_rules(), tools.load_signer()
    _made["site"] = tools.load_site()
    settled_in()


def _die_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _work(job: Job[T], cpu_seconds: float) -> T | Crash:
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime + cpu_seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))
    return job()


def _nothing() -> None:
    """Do nothing, in a process that has its tools."""


def _prepare(received: Received, why: str | None) -> Prepared | Crash:
    rules: Rules = _made["rules"]
    try:
        return prepare(received, rules) if why is None else prepare_plainly(received, rules, why)
    except Exception as error:  # noqa: BLE001 - it failed open and failed again: count it
        return Crash(why=f"{type(error).__name__} while preparing plainly")


def _read_returned(received: Received, why: str | None) -> Answer | Crash:
    try:
        # P6: what cannot be read goes to a person, who can.
        said = read(parse(received)) if why is None else Reply(sender=None)
        handed_on = isinstance(said, Reply) or goes_to_postmaster(received)
        content = forwardable(received, _made["rules"]) if handed_on else b""
        return Answer(said=said, content=content)
    except Exception as error:  # noqa: BLE001 - it is counted, and held in the end
        return Crash(why=f"{type(error).__name__} while reading what came back")


def _read_feedback(received: Received) -> Feedback | Crash:
    try:
        return feedback.read(parse(received))
    except Exception as error:  # noqa: BLE001 - it is counted, and held in the end
        return Crash(why=f"{type(error).__name__} while reading a receiver's report")


def _sign(content: bytes, reverse_path: str, at: datetime) -> Signed | Crash:
    signer: Signer | LiveSigner = _made["signer"]
    try:
        fields = signer.sign(content, at)
    except Exception as error:  # noqa: BLE001 - nothing leaves unsigned; the caller holds it
        return Crash(why=f"{type(error).__name__} while signing: {error}")
    return Signed(fields=fields, broken=_broken(fields + content, reverse_path, at))


def _broken(final: bytes, reverse_path: str, at: datetime) -> tuple[str, ...]:
    try:
        breaches = lint(final, reverse_path, _made["site"], at)
    except Exception:  # noqa: BLE001 - P6: a bug in a check stops no mail
        return ("RL000",)
    severe = (each.rule.id for each in breaches if each.rule.severity is Severity.ERROR)
    return tuple(dict.fromkeys(severe))
