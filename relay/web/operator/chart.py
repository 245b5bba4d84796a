"""A plot of a figure over time, as the points of an SVG picture: pure, and small.

What happens next: the template of a job's page draws it; style.css gives it its colours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 300, 64
_EDGE = 4
_FEWEST = 2
_BYTES = ("bytes", "size")
_TIMES = ("seconds", "duration", "elapsed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One run in a plot."""

    x: float
    y: float
    at: datetime
    value: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What is plotted, the line through its dots, and its least, last and greatest value."""

    name: str
    line: str
    dots: tuple[Dot, ...]
    low: str
    high: str
    last: str


Point = tuple[datetime, float, str]
"""When, how much, and the verdict of the run."""


def plot(name: str, points: Sequence[Point]) -> Plot | None:
    """Return the plot of a figure's `points`, oldest first; None if there is nothing to see."""
    if len(points) < _FEWEST:
        return None
    values = [value for _, value, _ in points]
    times = [at.timestamp() for at, _, _ in points]
    low, high = min(values), max(values)
    dots = tuple(
        Dot(
            x=_along(time, times[0], times[-1], WIDTH),
            y=round(HEIGHT - _along(value, low, high, HEIGHT), 1),
            at=at,
            value=written(name, value),
            verdict=verdict,
        )
        for (at, value, verdict), time in zip(points, times, strict=True)
    )
    return Plot(
        name=name.replace("_", " "),
        line=" ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in dots),
        dots=dots,
        low=written(name, low),
        high=written(name, high),
        last=written(name, values[-1]),
    )


def _along(value: float, low: float, high: float, length: int) -> float:
    share = (value - low) / (high - low) if high > low else 0.5
    return round(_EDGE + share * (length - 2 * _EDGE), 1)


def written(name: str, value: float) -> str:
    """Write a figure in the unit that its name tells."""
    if any(word in name for word in _BYTES):
        for unit in ("B", "kB", "MB", "GB", "TB"):
            if abs(value) < 1000 or unit == "TB":
                return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
            value /= 1000
    if any(word in name for word in _TIMES):
        minutes, seconds = divmod(int(value), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02} min"
    return f"{value:,.10g}"
