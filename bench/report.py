"""What is printed: medians of the rounds, and ours divided by each peer's."""

import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, fields
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.load import Load, Round

_FIGURES = tuple(field.name for field in fields(Round) if field.name != "peer")
_HEADINGS = {
    "accepted_rate": "accepted/s",
    "delivered_rate": "end to end/s",
    "cpu_ms": "CPU ms/message",
    "peak_memory_mb": "peak PSS MB",
}

Medians = dict[str, dict[str, float]]


def medians(rounds: Iterable[Round]) -> Medians:
    """Return the median of each figure, by peer, in the order in which peers were first run."""
    by_peer: dict[str, list[Round]] = {}
    for each in rounds:
        by_peer.setdefault(each.peer, []).append(each)
    return {
        peer: {name: median(getattr(each, name) for each in theirs) for name in _FIGURES}
        for peer, theirs in by_peer.items()
    }


def ratios(found: Medians) -> Medians:
    """Return our figures (the first peer's) divided by those of each other peer."""
    ours, *others = found
    return {
        peer: {name: found[ours][name] / found[peer][name] for name in _FIGURES} for peer in others
    }


def as_json(load: Load, rounds: list[Round]) -> dict[str, object]:
    """Return everything that was measured, for programs."""
    found = medians(rounds)
    return {
        "machine": machine(),
        "load": asdict(load),
        "rounds": [asdict(each) for each in rounds],
        "medians": found,
        "ratios": ratios(found),
    }


def print_table(load: Load, rounds: list[Round]) -> None:
    """Print the medians and ratios for people."""
    found = medians(rounds)
    table = Table(title=f"medians of {load}", caption=machine())
    table.add_column("peer")
    for name in _FIGURES:
        table.add_column(_HEADINGS[name], justify="right")
    for peer, figures in found.items():
        table.add_row(peer, *(f"{value:,.2f}" for value in figures.values()))
    for peer, figures in ratios(found).items():
        table.add_row(f"ours / {peer}", *(f"{value:.2f}" for value in figures.values()))
    Console(width=100).print(table)


def machine() -> str:
    """Return what the figures depend on most."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}, "
        f"Python {platform.python_version()}"
    )
