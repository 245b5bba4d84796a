"""/healthz for service managers, /metrics for Prometheus.

Healthy means that a 250 can be given and kept: the store answers, and the disk has room. Figures
of the queue are read from the store when asked for, counters live in the journal.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from relay import journal
from relay.metrics import REGISTRY
from relay.store.backlog import Depth

Depths = Callable[[], Awaitable[list[Depth]]]


def health_app(
    depths: Depths,
    closed: Callable[[], str | None],
    now: Callable[[], datetime],
    free: Callable[[], tuple[int, int] | None] = lambda: None,
) -> Starlette:
    """Return the application; `closed` says why no mail is taken, `free` how much room is left."""

    async def healthz(_: Request) -> Response:
        try:
            queues = await depths()
        except Exception:  # noqa: BLE001 - whatever it is, we are not healthy
            return JSONResponse({"status": "failing", "reason": "the store does not answer"}, 503)
        reason = closed()
        waiting = {depth.upstream: depth.waiting for depth in queues}
        status = "closed" if reason else "ok"
        body = {"status": status, "reason": reason, "waiting": waiting}
        return JSONResponse(body, 503 if reason else 200)

    async def metrics(_: Request) -> Response:
        figures = generate_latest(REGISTRY)
        try:
            figures += _queue_figures(await depths(), now(), free())
        except Exception as error:  # noqa: BLE001 - counters are wanted most when the store fails
            journal.worker_failed("metrics", error)
        return Response(figures, media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/healthz", healthz), Route("/metrics", metrics)])


def _queue_figures(queues: list[Depth], now: datetime, free: tuple[int, int] | None) -> bytes:
    registry = CollectorRegistry()
    depth = Gauge("relay_queue_depth", "Mails waiting.", ["upstream"], registry=registry)
    age = Gauge("relay_queue_oldest_seconds", "Age of the oldest.", ["upstream"], registry=registry)
    for queue in queues:
        depth.labels(queue.upstream).set(queue.waiting)
        if queue.oldest is not None:
            age.labels(queue.upstream).set((now - queue.oldest).total_seconds())
    if free is not None:
        room = Gauge("relay_store_free_bytes", "Room where the store lies.", registry=registry)
        room.set(free[0])
    return generate_latest(registry)
