"""`python -m bench.sending [--delay MS]`: what pipelining saves, towards Postfix's smtp-sink.

The same mails go over four kept connections to a server that offers PIPELINING and to one that does
not. With `--delay` every byte is so much later: half of it each way, by a proxy in this process.
"""

import argparse
import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import uvloop

from relay.delivery.send import open_upstreams
from relay.delivery.settings import UpstreamSettings
from relay.pipeline.stages import Delivered
from tests.mta import SmtpSink

_CONTENT = b"Subject: x\r\n\r\n" + b"all of it was copied, byte by byte\r\n" * 55
_ROUNDS = 3


def main() -> None:
    """Measure in turns, and print rates and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m bench.sending", description=__doc__)
    parser.add_argument("--delay", type=float, default=0, help="round trip in milliseconds")
    parser.add_argument("--mails", type=int, default=1000)
    given = parser.parse_args()
    rates: dict[str, list[float]] = {"lock-step": [], "pipelined": []}
    for _ in range(_ROUNDS):
        for name, options in (("lock-step", ("-p",)), ("pipelined", ())):
            with SmtpSink(*options) as sink:
                rates[name].append(uvloop.run(_measured(sink.port, given.mails, given.delay)))
    medians = {name: sorted(each)[_ROUNDS // 2] for name, each in rates.items()}
    for name, rate in medians.items():
        print(f"{name:10} {rate:8.0f} mails/s")
    print(f"ratio      {medians['pipelined'] / medians['lock-step']:8.2f}")


async def _measured(port: int, mails: int, delay: float) -> float:
    if not delay:
        return await _sent(port, mails)
    async with _farther(port, delay / 2000) as far:
        return await _sent(far, mails)


async def _sent(port: int, mails: int) -> float:
    given = {"host": "127.0.0.1", "port": port, "tls": "none", "connections": 4}
    given["messages_per_connection"] = mails
    opened = open_upstreams([UpstreamSettings.model_validate(given)], "relay.example.org")
    (server,) = opened.values()
    began = time.perf_counter()
    sends = (server.send("a@example.org", "b@example.org", _CONTENT) for _ in range(mails))
    results = await asyncio.gather(*sends)
    took = time.perf_counter() - began
    await server.close()
    if not all(isinstance(each, Delivered) for each in results):
        raise SystemExit(f"not every mail was taken: {results[-1]}")
    return mails / took


@contextlib.asynccontextmanager
async def _farther(port: int, seconds: float) -> AsyncIterator[int]:
    """Yield a port that leads to `port`, later by `seconds` each way."""

    async def led(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_carried(reader, back, seconds), _carried(there, writer, seconds))

    server = await asyncio.start_server(led, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _carried(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float
) -> None:
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            loop.call_later(seconds, writer.write, data)
    loop.call_later(seconds, writer.close)


if __name__ == "__main__":
    main()
