"""`python -m bench`: measure, then print a table, or JSON."""

import argparse
import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.load import Load, Round, measure, warm_up
from bench.peers import PEERS, Peer
from bench.report import as_json, machine, print_table
from relay.signing.keys import Algorithm, make_key

# Not /tmp, which is often kept in memory: an fsync there would cost nothing.
BASE = "/var/tmp"


def main() -> None:
    """Run every peer in turns; the table goes to standard output, progress to standard error."""
    options = _options()
    messages, rounds = (1000, 2) if options.quick else (3000, 3)
    load = Load(
        messages=options.messages or messages,
        rounds=rounds,
        sessions=options.sessions,
        size=options.size,
        kept=options.kept,
    )
    try:
        rounds = _run(load)
    except (RuntimeError, TimeoutError, subprocess.SubprocessError) as error:
        sys.exit(f"error: {error}")
    if options.json:
        print(json.dumps(as_json(load, rounds), indent=2))
    else:
        print_table(load, rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less load: about one minute")
    parser.add_argument("--messages", type=int, help="how many in a round")
    parser.add_argument("--size", type=int, default=2048, help="bytes of a message")
    parser.add_argument("--sessions", type=int, default=20, help="at once")
    parser.add_argument("--kept", action="store_true", help="one connection for many messages")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args()


def _run(load: Load) -> list[Round]:
    """Start all peers, then give each the same load in every round, in changing order."""
    began = time.monotonic()
    _say(f"{machine()}; {load}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-", dir=BASE)))
        make_key(Algorithm.RSA, folder / "rsa.pem")
        peers = [stack.enter_context(start(folder, BASE)) for start in PEERS]
        rounds = []
        for peer in peers:
            _say(f"{peer.name}: warming up")
            warm_up(peer, load)
        for number in range(load.rounds):
            for peer in _order(peers, number):
                rounds.append(measure(peer, load))
                _say(f"round {number + 1}, {rounds[-1]}")
    _say(f"done in {time.monotonic() - began:.0f} s")
    return rounds


def _order(peers: list[Peer], number: int) -> list[Peer]:
    return peers if number % 2 == 0 else peers[::-1]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
