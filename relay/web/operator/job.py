"""A job's page: its rhythm, its incident, its history with figures, who gets its mail, its lies."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.responses import Response

from relay.errors import NotFoundError
from relay.pipeline.job import JobState
from relay.store import jobs, runs
from relay.store.runs import Run
from relay.web.operator.chart import Plot, Point, plot
from relay.web.operator.desk import Desk, Visit
from relay.web.operator.page import page

_SHOWN = 60
_MOST_PLOTS = 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = ("duration", "seconds", "elapsed", "bytes", "size", "files")


async def job(desk: Desk, visit: Visit) -> Response:
    """Answer with all that is known of a job."""
    host, name = visit.query.get("host", ""), visit.query.get("job", "")
    before, now = moment_key(visit.query.get("before", "")), desk.now()

    def look(connection: Connection) -> tuple[JobState | None, list[Run], int]:
        return (
            jobs.find(connection, host, name),
            runs.of_job(connection, host, name, _SHOWN + 1, before),
            runs.lies(connection, host, name, now),
        )

    state, history, lies = await desk.store.read(look)
    if state is None:
        raise NotFoundError("No job of this name is known.")
    shown = history[:_SHOWN]
    last = shown[-1] if len(history) > _SHOWN else None
    following = (
        {"host": host, "job": name, "before": key_text(last.at, last.message_id)} if last else {}
    )
    return page(
        desk,
        visit,
        "job.html",
        state=state,
        history=shown,
        plots=plots(shown),
        lies=lies,
        next=urlencode(following),
    )


def plots(history: Sequence[Run]) -> list[Plot]:
    """Return plots of the figures that most runs have, sizes and durations first."""
    points: dict[str, list[Point]] = {}
    for run in reversed(history):
        for name, value in run.figures.items():
            points.setdefault(name, []).append((run.at, value, run.verdict))
    changing = {
        name: each for name, each in points.items() if len({value for _, value, _ in each}) > 1
    }
    ranked = sorted(changing, key=lambda name: (_rank(name), -len(changing[name]), name))
    made = (plot(name, changing[name]) for name in ranked)
    return [each for each in made if each is not None][:_MOST_PLOTS]


def _rank(name: str) -> int:
    return next((rank for rank, word in enumerate(_FIRST) if word in name), len(_FIRST))


def key_text(at: datetime, name: str) -> str:
    """Write where a page ended: microseconds, and an ID."""
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}~{name}"


def moment_key(text: str) -> tuple[datetime, str] | None:
    """Read where a page ended; None where the text says nothing of the kind."""
    micros, _, name = text.partition("~")
    if not name or not micros.isascii() or not micros.isdigit() or len(micros) > 17:
        return None
    return _EPOCH + timedelta(microseconds=int(micros)), name
