"""What every answer of the public pages has in common: the look, the headers, the limits of a form.

A page loads nothing but its style, runs nothing, sends no referrer, is not kept, and can be framed
by nobody.
What happens next: choice.py says what is on it.
"""

from collections.abc import Mapping
from importlib.resources import files
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MOST_FIELDS = 20_000
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
_PAGES = Environment(
    loader=PackageLoader("relay.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
STYLE = (files("relay.web") / "templates/style.css").read_text()

Form = frozenset[tuple[str, str]]
"""The fields of a form, names and values."""


class Sealed:
    """Puts the headers on whatever is answered, a page or not; an answer may have its own."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str] = _HEADERS) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, and seal it."""

        async def sealing(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sealing)


def answer(page: str, status: int = 200, **shown: object) -> Response:
    """Return the page as an answer."""
    asked = {"asked": False} | shown
    return HTMLResponse(_PAGES.get_template(page).render(**asked), status)


async def form_of(request: Request, most_bytes: int) -> Form:
    """Return what was sent, urlencoded or as multipart/form-data; raise HTTPException if too much.

    What is no form is an empty one: the link alone says enough.
    """
    body = await body_of(request, most_bytes)
    if request.headers.get("content-type", "").strip().lower().startswith("multipart/form-data"):
        return await _parts(request, body)
    return _pairs(body)


async def body_of(request: Request, most_bytes: int) -> bytes:
    """Return what was sent; raise HTTPException if that is too much."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise HTTPException(413)
    return bytes(body)


def _pairs(body: bytes) -> Form:
    try:
        return frozenset(parse_qsl(body.decode("latin-1"), True, max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise HTTPException(413) from error


async def _parts(request: Request, body: bytes) -> Form:
    whole = again(request, body)
    try:
        form = await whole.form(max_files=0, max_fields=_MOST_FIELDS)
    except HTTPException:
        return frozenset()
    fields = form.multi_items()
    return frozenset((name, value) for name, value in fields if isinstance(value, str))


def again(request: Request, body: bytes) -> Request:
    """Return a request whose body has been read, to be read once more."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)
