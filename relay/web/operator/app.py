"""The operator's pages: who asks, whether they may, and which function answers.

Nothing but the login, the style and the script is answered to who has no session. Each form holds
the session's own value, or it does nothing; each act has a reason, which goes into the ledger with
the operator's name. To add a page: a function from desk and visit to an answer, its template, and
its line in WAYS.
What happens next: the module of each page reads the store and fills its template.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from relay import journal
from relay.errors import NotFoundError, RelayError
from relay.web.answers import Sealed, again, body_of
from relay.web.operator import (
    acts,
    digests,
    domains,
    fleet,
    job,
    ledger,
    message,
    overview,
    policy,
    queue,
    recipients,
)
from relay.web.operator.desk import Desk, Form, Visit
from relay.web.operator.door import Door, csrf_of
from relay.web.operator.page import HEADERS, STATIC, stranger_page
from relay.web.operator.pulse import Pulse
from relay.web.visitors import Visitors

_FEW_BYTES = 1 << 18
_MAIL = 26 << 20
_REQUESTS = 600  # of an address in a minute
_CROSS = ("cross-site", "same-site")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A path, what answers it, and how much a form sent there may hold."""

    path: str
    answer: Callable[[Desk, Visit], Awaitable[Response]]
    method: str = "GET"
    most: int = _FEW_BYTES


WAYS = (
    Way(path="/", answer=overview.overview),
    Way(path="/fleet", answer=fleet.fleet),
    Way(path="/job", answer=job.job),
    Way(path="/messages", answer=message.messages),
    Way(path="/message/{key}", answer=message.message),
    Way(path="/message/{key}/original", answer=message.original),
    Way(path="/message/{key}/final", answer=message.final),
    Way(path="/queue", answer=queue.queue),
    Way(path="/digests", answer=digests.digests),
    Way(path="/digests/preview", answer=digests.preview),
    Way(path="/digests/sheet", answer=digests.sheet),
    Way(path="/recipients", answer=recipients.recipients),
    Way(path="/recipient", answer=recipients.recipient),
    Way(path="/policy", answer=policy.policy),
    Way(path="/policy/test", answer=policy.test, method="POST", most=_MAIL),
    Way(path="/policy/backtest", answer=policy.backtest, method="POST"),
    Way(path="/domains", answer=domains.domains),
    Way(path="/ledger", answer=ledger.ledger),
    Way(path="/ledger/verify", answer=ledger.verify, method="POST"),
    Way(path="/ledger/export", answer=ledger.export),
    Way(path="/act", answer=acts.act, method="POST"),
)


def operator_app(desk: Desk) -> Starlette:
    """Return the application."""
    door, visitors, pulse = Door(desk), Visitors(desk.now, _REQUESTS), Pulse(desk)

    async def login(request: Request) -> Response:
        if request.method == "POST":
            return await door.enter(request, await _form(request, _FEW_BYTES))
        return door.form(request)

    async def logout(request: Request) -> Response:
        await _visit(door, request, _FEW_BYTES)
        return await door.leave(request)

    async def live(request: Request) -> Response:
        await _visit(door, request, _FEW_BYTES)
        return pulse.stream(door.token(request))

    def guarded(
        answer: Callable[[Request], Awaitable[Response]],
    ) -> Callable[[Request], Awaitable[Response]]:
        return _guarded(desk, visitors, answer)

    routes = [
        Route("/login", guarded(login), methods=["GET", "POST"]),
        Route("/logout", guarded(logout), methods=["POST"]),
        Route("/live", guarded(live)),
        *(Route(f"/static/{name}", _static(name)) for name in STATIC),
        *(
            Route(way.path, guarded(_answering(desk, door, way)), methods=[way.method])
            for way in WAYS
        ),
    ]

    async def nothing(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return stranger_page(desk, "error.html", status, said="There is nothing here.", back="/")

    handlers = {404: nothing, 405: nothing}
    sealed = [Middleware(Sealed, headers=HEADERS)]
    return Starlette(routes=routes, middleware=sealed, exception_handlers=handlers)


def _static(name: str) -> Callable[[Request], Awaitable[Response]]:
    content, kind = STATIC[name]

    async def static(_: Request) -> Response:
        return Response(content, media_type=kind, headers={"Cache-Control": "max-age=3600"})

    return static


def _answering(desk: Desk, door: Door, way: Way) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await way.answer(desk, await _visit(door, request, way.most))

    return answer


class _LoggedOut(Exception):  # noqa: N818 - it is no error: somebody has to log in
    """Nobody is logged in."""


def _guarded(
    desk: Desk, visitors: Visitors, answer: Callable[[Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """Turn whatever goes wrong into a page that says so, and nothing else of it."""

    async def guard(request: Request) -> Response:
        def says(status: int, said: str) -> Response:
            return stranger_page(desk, "error.html", status, said=said, back="/")

        if not visitors.may(request.client.host if request.client else ""):
            return says(429, "Too many requests. Please try again in a minute.")
        try:
            return await answer(request)
        except _LoggedOut:
            return RedirectResponse("/login", 303)
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody reads
        except Exception as error:  # noqa: BLE001 - whoever asks learns nothing of what went wrong
            return says(*_told(error))

    return guard


def _told(error: Exception) -> tuple[int, str]:
    """Return the status and the words for what went wrong; what is our fault is journaled."""
    match error:
        case HTTPException():
            return error.status_code, _REFUSED.get(error.status_code, "That did not work.")
        case NotFoundError():
            return 404, str(error)
        case RelayError():
            return 409, str(error)
        case _:
            journal.worker_failed("operator", error)
            return 500, "That did not work, and it is our fault. The log says more."


_REFUSED = {
    400: "Something is missing in that form, or is not what it should be.",
    403: "You may not do that: it needs the role operator, and a form of this session.",
    413: "That was too much.",
    503: "Too many people are doing that at the moment. Please try again in a minute.",
}


async def _visit(door: Door, request: Request, most: int) -> Visit:
    """Return who asks; raise unless they are logged in, and their form is one of ours."""
    token = door.token(request)
    session = await door.session(token)
    if session is None:
        raise _LoggedOut
    csrf, form = csrf_of(token), Form()
    if "\0" in "".join((*request.query_params.values(), *request.path_params.values())):
        raise HTTPException(400)  # which PostgreSQL has no text for
    if request.method == "POST":
        if request.headers.get("sec-fetch-site") in _CROSS:
            raise HTTPException(403)
        form = await _form(request, most)
        if any("\0" in text for text in form.values() if len(text) < _FEW_BYTES):
            raise HTTPException(400)
        if not hmac.compare_digest(form.get("csrf", "").encode(), csrf.encode()):
            raise HTTPException(403)
    return Visit(
        session=session,
        csrf=csrf,
        query=dict(request.query_params),
        path={name: str(value) for name, value in request.path_params.items()},
        form=form,
    )


async def _form(request: Request, most: int) -> Form:
    """Return a form's fields, each once; raise HTTPException if it is too large, or none."""
    body = await body_of(request, most)
    async with again(request, body).form(max_files=1, max_fields=50, max_part_size=most) as sent:
        form = Form()
        for name, value in sent.multi_items():
            if isinstance(value, UploadFile):
                form[name] = (await value.read()).decode("latin-1")
            else:
                form[name] = value
        return form
