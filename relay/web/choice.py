"""The public pages where recipients say what they want, without a login: the link is the proof.

A GET or a HEAD changes nothing, whoever follows the link: mail scanners do. A POST does, once; the
same again is answered the same. All that is wrong with a link gets one answer. There are no cookies
and no scripts, nothing is loaded from elsewhere, and no token is logged.
What happens next: store/consent.py keeps what was chosen; preferences.py arranges the long page.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from relay import journal
from relay.choice.choice import EVERYTHING, Choice, Level, Source, addressee
from relay.choice.token import Purpose
from relay.pipeline.addressing import Addressing
from relay.store import consent
from relay.store.consent import Word
from relay.store.links import Holder, holder_of
from relay.store.store import Store
from relay.web.answers import STYLE, Form, Sealed, answer, form_of
from relay.web.preferences import board, wishes
from relay.web.visitors import Visitors

_ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058 s3.1
_MOST_BYTES = {Purpose.PREFERENCES: 1 << 20, Purpose.STEWARD: 1 << 20}  # a field for each job
_FEW_BYTES = 1 << 16
_SAME = "Nothing was changed."
_SAVED = "Saved."
_SAVED_AND_TOLD = "Saved. A mail tells you what changed, and how to take it back."


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the pages need: the store, what addressing is at the moment, a bell for new mail."""

    store: Store
    addressing: Callable[[], Addressing]
    changed: Callable[[], None]
    now: Callable[[], datetime]


def choice_app(desk: Desk, visitors: Visitors) -> Starlette:
    """Return the application."""

    async def link(request: Request) -> Response:
        if not visitors.may(request.client.host if request.client else ""):
            busy = answer("busy.html", 429)
            busy.headers["Retry-After"] = "60"
            return busy
        try:
            return await _link(desk, request)
        except HTTPException as error:
            return answer("large.html", error.status_code)
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody reads
        except Exception as error:  # noqa: BLE001 - a visitor learns nothing of what went wrong
            journal.worker_failed("choice", error)
            return answer("failed.html", 500)

    async def home(_: Request) -> Response:
        return answer("home.html")

    async def robots(_: Request) -> Response:
        return PlainTextResponse("User-agent: *\nDisallow: /\n")

    async def style(_: Request) -> Response:
        fresh = {"Cache-Control": "max-age=3600"}
        return Response(STYLE, media_type="text/css", headers=fresh)

    async def nothing(_request: Request, _error: Exception) -> Response:
        return answer("refused.html", 404)

    ways = ["GET", "HEAD", "POST"]
    routes = [
        Route("/", home),
        Route("/robots.txt", robots),
        Route("/style.css", style),
        Route("/{purpose}/{token}", link, methods=ways),
        Route("/{purpose}/{token}/", link, methods=ways),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Sealed)],
        exception_handlers={404: nothing, 405: nothing},
    )
    app.router.redirect_slashes = False
    return app


async def _link(desk: Desk, request: Request) -> Response:
    """Answer a link: show its page, or do what its form says, which only a good link has read."""
    purpose, token = request.path_params["purpose"], request.path_params["token"]
    known = purpose in set(Purpose)
    asked = Purpose(purpose) if known else Purpose.UNSUBSCRIBE
    holder = await desk.store.read(partial(holder_of, text=token, purpose=asked))
    if holder is None or not known:
        journal.link_refused(request.client.host if request.client else "")
        return answer("refused.html", 404)
    most = _MOST_BYTES.get(asked, _FEW_BYTES)
    form = await form_of(request, most) if request.method == "POST" else None
    return await _ANSWERS[asked](desk, holder, form)


async def _unsubscribe(desk: Desk, holder: Holder, form: Form | None) -> Response:
    addressing = desk.addressing()
    if addressing.is_shared(holder.recipient):
        return await _shared(desk, holder, form)
    more = _link_to(desk, holder)
    last = addressee(holder.recipient) == addressee(addressing.postmaster)
    if form is None:
        return answer("ask.html", holder=holder, more=more, last=last)
    source = Source.ONE_CLICK if _ONE_CLICK in form else Source.PAGE
    await _choose(desk, Word(holder=holder, wishes={holder.scope: Level.NOTHING}, source=source))
    undo = _link_to(desk, holder, Purpose.UNDO)
    return answer("done.html", undo=undo, holder=holder, more=more, last=last)


async def _shared(desk: Desk, holder: Holder, form: Form | None) -> Response:
    """Tell whoever is in charge what a member asks for; no member may decline for the others."""
    if form is not None:
        wishes = {holder.scope: Level.NOTHING}
        await _choose(desk, Word(holder=holder, wishes=wishes, source=Source.PAGE))
    return answer("shared.html", holder=holder, asked=form is not None)


async def _preferences(desk: Desk, holder: Holder, form: Form | None) -> Response:
    addressing = desk.addressing()
    if addressing.is_shared(holder.recipient) and holder.purpose is not Purpose.STEWARD:
        return await _shared(desk, holder, form)
    present = partial(board, recipient=holder.recipient, zone=addressing.zone)
    said = ""
    if form is not None:
        wanted = wishes(await desk.store.read(present), form)
        told = await _choose(desk, Word(holder=holder, wishes=wanted, source=Source.PAGE))
        said = _SAVED_AND_TOLD if told else _SAVED if wanted else _SAME
    shown = await desk.store.read(present)
    return answer("preferences.html", board=shown, holder=holder, said=said, levels=tuple(Level))


async def _undo(desk: Desk, holder: Holder, form: Form | None) -> Response:
    more = _link_to(desk, holder)
    now = desk.now()
    if await desk.store.read(lambda connection: consent.would_silence(connection, holder, now)):
        return answer("less.html", holder=holder, more=more)
    if form is None:
        return answer("undo.html", holder=holder)
    taken = await desk.store.write(lambda tx: consent.take_back(tx, holder))
    _note(taken, "took-back")
    return answer("undone.html", holder=holder, more=more)


_ANSWERS: dict[Purpose, Callable[[Desk, Holder, Form | None], Awaitable[Response]]] = {
    Purpose.UNSUBSCRIBE: _unsubscribe,
    Purpose.PREFERENCES: _preferences,
    Purpose.STEWARD: _preferences,
    Purpose.UNDO: _undo,
}


def _link_to(desk: Desk, holder: Holder, purpose: Purpose = Purpose.PREFERENCES) -> str | None:
    """Return the path of another page of the holder's."""
    links = desk.addressing().links
    scope = holder.scope if purpose is Purpose.UNDO else EVERYTHING
    page = links and links.link(purpose, holder.mail_id, holder.recipient, scope)
    return f"/{'/'.join(page.rsplit('/', 2)[1:])}" if page else None


async def _choose(desk: Desk, word: Word) -> tuple[Choice, ...]:
    addressing = desk.addressing()
    made = await desk.store.write(lambda tx: consent.choose(tx, word, addressing))
    _note(made, "chose")
    desk.changed()
    return made


def _note(choices: tuple[Choice, ...], what: str) -> None:
    for each in choices:
        journal.chose(what, each.recipient, str(each.scope), each.level.word, each.source)
