"""`python -m bench.tokens`: does the time of an answer tell a good opt-out token from a bad one?

Tokens are looked up in a real store and compared, by turns: a genuine one, one with its last
character changed, one with its first, one of a mail that never was, one of a key that is retired.
Prints the median and the percentiles of each, over so many samples in all.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import quantiles

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from bench.report import machine
from relay.choice.choice import Scope
from relay.choice.token import Key, Purpose, write
from relay.store.engine import reading_engine
from relay.store.links import holder_of
from relay.store.store import Store, read_from
from tests.conftest import Clock
from tests.flow.world import OPS, SUCCESS, World
from tests.web.site import LINK, NOW_FOR_ALL


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--samples", type=int, default=100_000)
    samples = arguments.parse_args().samples
    with tempfile.TemporaryDirectory() as folder:
        _print(_measured(Path(folder), samples), samples)


def _measured(folder: Path, samples: int) -> dict[str, list[float]]:
    (folder / "now.yaml").write_text(NOW_FOR_ALL)
    url = f"sqlite:///{folder / 'relay.db'}"
    with Store(url, "node", Clock()) as store:
        world = World(store, Clock(), folder)
        world.send(SUCCESS)
        text = world.arrived[0].mail.content.replace(b"=\r\n", b"").decode()
        tokens = _tokens(next(path for path in LINK.findall(text) if path[1] == "u"))
    engine = reading_engine(url)
    try:
        return read_from(engine, lambda connection: _timed(connection, tokens, samples))
    finally:
        engine.dispose()


def _tokens(path: str) -> dict[str, str]:
    good = path.rpartition("/")[2]
    mail_id, _, code = good.partition(".")
    scope = Scope(host="web01.acme.example", job="nightly copy")
    retired = Key(name="z", secret=b"z" * 32)
    return {
        "genuine": good,
        "last character changed": good[:-1] + ("a" if good[-1] != "a" else "b"),
        "first character changed": f"{mail_id}.{code[0]}{'b' if code[1] == 'a' else 'a'}{code[2:]}",
        "of no mail": f"{'0' * 15}9-1.{code}",
        "of a retired key": write(Purpose.UNSUBSCRIBE, mail_id.upper(), OPS, scope, retired),
    }


def _timed(
    connection: Connection, tokens: Mapping[str, str], samples: int
) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in tokens}
    order = [name for name in tokens for _ in range(samples // len(tokens))]
    random.Random(1).shuffle(order)
    for name in order:
        began = time.perf_counter_ns()
        found = holder_of(connection, tokens[name], Purpose.UNSUBSCRIBE)
        times[name].append((time.perf_counter_ns() - began) / 1000)
        assert (found is not None) == (name == "genuine")
    return times


def _print(times: Mapping[str, list[float]], samples: int) -> None:
    table = Table(title=f"{samples} answers, microseconds", caption=machine())
    for column in ("token", "p10", "median", "p90"):
        table.add_column(column, justify="left" if column == "token" else "right")
    for name, each in times.items():
        cuts = quantiles(each, n=10)
        table.add_row(name, *(f"{cuts[at]:.1f}" for at in (0, 4, 8)))
    Console().print(table)


if __name__ == "__main__":
    main()
