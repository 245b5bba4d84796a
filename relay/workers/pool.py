"""Processes in which mail is read, rewritten and signed, each under limits.

The worst that a hostile message can do there is to die: CPU time, address space and wall time are
bounded, and the process that dies takes no other message with it. Rules and keys are loaded once
in each process, so a reload builds a new pool. Jobs travel in batches; if a batch dies, each of
its jobs is run alone, so that the crash is counted against the right message.
"""

import asyncio
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import TimeoutError as TaskTimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import connection, get_context, parent_process
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from relay import metrics
from relay.errors import RelayError
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
# What a pool raises that lost a process while it was idle, at once and ever after.
_BROKEN = (BrokenProcessPool, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What each process makes for itself at its start."""

    load_rules: Callable[[], Rules]
    load_signer: Callable[[], Signer | LiveSigner]
    load_site: Callable[[], Site] = Site


class Pool:
    """The running processes: `start` it, `close` it."""

    def __init__(self, settings: PoolSettings, tools: Tools) -> None:
        self._settings = settings
        self._tools = tools
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        context = get_context("forkserver")
        context.set_forkserver_preload([__name__])
        return ProcessPool(
            max_workers=self._settings.processes or os.cpu_count() or 1,
            initializer=_start_process,
            initargs=(self._tools, self._settings.memory),
            context=context,
        )

    @property
    def rules(self) -> Rules:
        """The rules that the processes have."""
        return self._tools.load_rules()

    async def start(self) -> None:
        """Start the processes; raise RelayError if they cannot make their tools."""
        try:
            await self._schedule(_nothing)
        except _BROKEN as error:
            raise RelayError("no process of the pool can start; the log says why") from error

    def close(self) -> None:
        """Let running jobs end, then stop the processes."""
        self._pool.close()  # type: ignore[no-untyped-call]  # Pebble
        self._pool.join()

    async def prepare(self, received: Received, why: str | None) -> Prepared | Crash:
        """Prepare a message; with a text in `why` it is only repaired, because of that."""
        with metrics.PREPARE_SECONDS.time():
            return await self._run(partial(_prepare, received, why))

    async def read_returned(self, received: Received, why: str | None) -> Answer | Crash:
        """Return what a mail says that came back to us; with a text in `why` it is not asked."""
        return await self._run(partial(_read_returned, received, why))

    async def read_feedback(self, received: Received) -> Feedback | Crash:
        """Return what a receiver reports in a mail to the address of reports."""
        return await self._run(partial(_read_feedback, received))

    async def sign(self, content: bytes, reverse_path: str, at: datetime) -> Signed | Crash:
        """Return the signature fields for `content`, verified on the signed bytes."""
        return await self._run(partial(_sign, content, reverse_path, at))

    async def _run(self, job: Job[T]) -> T | Crash:
        pool = self._pool
        try:
            return await self._tried(job)
        except _BROKEN:
            # A process died while it had nothing to do, which no job is to blame for.
            self._replace(pool)
            return await self._tried(job)

    async def _tried(self, job: Job[T]) -> T | Crash:
        try:
            return await self._schedule(job)
        except (ProcessExpired, TaskTimeoutError) as error:
            metrics.POOL_DEATHS.inc()
            return Crash(why=_cause(error))

    def _replace(self, broken: ProcessPool) -> None:
        """Put a new pool in the place of `broken`, once, whoever notices first."""
        if self._pool is broken:
            self._pool = self._new_pool()
            broken.stop()  # type: ignore[no-untyped-call]  # Pebble

    async def _schedule(self, job: Job[T]) -> T | Crash:
        cpu, wall = self._settings.cpu.total_seconds(), self._settings.time.total_seconds()
        future = self._pool.schedule(_work, args=(job, cpu), timeout=wall)
        with metrics.POOL_JOBS.track_inprogress():
            result: T | Crash = await asyncio.wrap_future(future)
        return result


def _cause(error: Exception) -> str:
    if isinstance(error, ProcessExpired):
        return f"the process died with exit code {error.exitcode}"
    return "the process ran out of time"


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
