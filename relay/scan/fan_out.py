"""Many files audited by several processes, in the order in which they came.

A few are done right here. With many, each process takes a batch; one that hangs or dies takes its
batch along, whose files are then tried one by one, so that the note names the right one.
What happens next: cli/audit.py prints.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from relay.audit.audit import Audited
from relay.audit.source import Source
from relay.scan.reading import Item, examine, noted

Judge = Callable[[Item], Audited]
_FEW = 48
_BATCH = 40
_SECONDS = 120
_SECONDS_ALONE = 40


def examine_all(
    items: Iterable[Item], relays: tuple[str, ...] = (), processes: int | None = None
) -> Iterator[Audited]:
    """Yield what the audit says of each item, in their order."""
    judge = partial(examine, relays=relays)
    stream = iter(items)
    first = list(islice(stream, _FEW))
    if len(first) < _FEW:
        yield from map(judge, first)
        return
    count = processes or os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    with ProcessPool(max_workers=count, context=context) as pool:
        waiting: deque[tuple[list[Item], ProcessFuture[list[Audited]]]] = deque()
        for batch in _batches(first, stream):
            waiting.append((batch, pool.schedule(_batch, args=[judge, batch], timeout=_SECONDS)))
            if len(waiting) > 2 * count:
                yield from _done(pool, judge, *waiting.popleft())
        while waiting:
            yield from _done(pool, judge, *waiting.popleft())


def _batches(first: list[Item], rest: Iterator[Item]) -> Iterator[list[Item]]:
    while first:
        yield first[:_BATCH]
        first = [*first[_BATCH:], *islice(rest, _BATCH)]


def _batch(judge: Judge, items: list[Item]) -> list[Audited]:
    return [judge(item) for item in items]


def _done(
    pool: ProcessPool, judge: Judge, batch: list[Item], future: "ProcessFuture[list[Audited]]"
) -> list[Audited]:
    try:
        found: list[Audited] = future.result()
    except (TimeoutError, ProcessExpired):
        return [_alone(pool, judge, item) for item in batch]
    return found


def _alone(pool: ProcessPool, judge: Judge, item: Item) -> Audited:
    path = item.path if isinstance(item, Source) else item.shown
    try:
        found: list[Audited] = pool.schedule(
            _batch, args=[judge, [item]], timeout=_SECONDS_ALONE
        ).result()
    except TimeoutError:
        return noted(path, f"not judged: it takes more than {_SECONDS_ALONE} s")
    except ProcessExpired:
        return noted(path, "not judged: the process that read it died")
    return found[0]
