"""`python -m bench.tokens`: does the time of an answer tell a good opt-out token from a bad one?

Tokens are looked up in a real store and compared, by turns: a genuine one, one with its last
character changed, one with its first, one of a mail that never was, one of a key that is retired;
those of an opt-out, and those of its undo, which may be about several scopes. Prints the median and
the percentiles of each, over so many samples in all for each purpose.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from statistics import quantiles

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from bench.report import machine
from relay.choice.choice import Level, Scope, Source
from relay.choice.token import Key, Purpose, write
from relay.store import consent
from relay.store.consent import Word
from relay.store.engine import reading_engine
from relay.store.links import holder_of
from relay.store.store import Store, read_from
from relay.store.writer import Transaction
from tests.conftest import Clock
from tests.flow.world import ADDRESSING, NOW_FOR_ALL, OPS, SECRET, SUCCESS, World

SCOPE = Scope(host="web01.acme.example", job="nightly copy")
KEY = Key(name="a", secret=SECRET)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--samples", type=int, default=100_000)
    samples = arguments.parse_args().samples
    with tempfile.TemporaryDirectory() as folder:
        for purpose, times in _measured(Path(folder), samples).items():
            _print(purpose, times, samples)


def _measured(folder: Path, samples: int) -> dict[Purpose, dict[str, list[float]]]:
    (folder / "now.yaml").write_text(NOW_FOR_ALL)
    url = f"sqlite:///{folder / 'relay.db'}"
    with Store(url, "node", Clock()) as store:
        world = World(store, Clock(), folder)
        world.send(SUCCESS)
        mail_id = world.arrived[0].mail.id
        token = write(Purpose.UNSUBSCRIBE, mail_id, OPS, SCOPE, KEY)
        store.write_now(lambda tx: _declined(tx, token))
    engine = reading_engine(url)
    try:
        return {
            purpose: read_from(engine, partial(_timed, purpose, _tokens(purpose, mail_id), samples))
            for purpose in (Purpose.UNSUBSCRIBE, Purpose.UNDO)
        }
    finally:
        engine.dispose()


def _declined(tx: Transaction, token: str) -> None:
    holder = holder_of(tx.connection, token, Purpose.UNSUBSCRIBE)
    assert holder is not None
    word = Word(holder=holder, wishes={SCOPE: Level.NOTHING}, source=Source.PAGE)
    consent.choose(tx, word, ADDRESSING)


def _tokens(purpose: Purpose, mail_id: str) -> dict[str, str]:
    good = write(purpose, mail_id, OPS, SCOPE, KEY)
    name, _, code = good.partition(".")
    retired = Key(name="z", secret=b"z" * 32)
    return {
        "genuine": good,
        "last character changed": good[:-1] + ("a" if good[-1] != "a" else "b"),
        "first character changed": f"{name}.{code[0]}{'b' if code[1] == 'a' else 'a'}{code[2:]}",
        "of no mail": f"{'0' * 15}9-1.{code}",
        "of a retired key": write(purpose, mail_id, OPS, SCOPE, retired),
    }


def _timed(
    purpose: Purpose, tokens: Mapping[str, str], samples: int, connection: Connection
) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in tokens}
    order = [name for name in tokens for _ in range(samples // len(tokens))]
    random.Random(1).shuffle(order)
    for name in order:
        began = time.perf_counter_ns()
        found = holder_of(connection, tokens[name], purpose)
        times[name].append((time.perf_counter_ns() - began) / 1000)
        assert (found is not None) == (name == "genuine")
    return times


def _print(purpose: Purpose, times: Mapping[str, list[float]], samples: int) -> None:
    title = f"{samples} answers for /{purpose}/, microseconds"
    table = Table(title=title, caption=machine())
    for column in ("token", "p10", "median", "p90"):
        table.add_column(column, justify="left" if column == "token" else "right")
    for name, each in times.items():
        cuts = quantiles(each, n=10)
        table.add_row(name, *(f"{cuts[at]:.1f}" for at in (0, 4, 8)))
    Console().print(table)


if __name__ == "__main__":
    main()
