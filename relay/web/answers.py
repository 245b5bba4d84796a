"""What every answer of the public pages has in common: the look, the headers, the limits of a form.

A page loads nothing but its style, runs nothing, sends no referrer, is not kept, and can be framed
by nobody.
What happens next: choice.py says what is on it.
"""

from collections.abc import Iterator
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Message

_MOST_BYTES = 1 << 20
_MOST_FIELDS = 5000
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


def answer(page: str, status: int = 200, **shown: object) -> Response:
    """Return the page as an answer."""
    asked = {"asked": False} | shown
    return HTMLResponse(_PAGES.get_template(page).render(**asked), status, headers=_HEADERS)


async def form_of(request: Request) -> Form:
    """Return what was sent, urlencoded or as multipart/form-data; raise HTTPException if too much.

    What is no form is an empty one: the link alone says enough.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise HTTPException(413)
    return frozenset(_texts(await _parsed(request, bytes(body))))


async def _parsed(request: Request, body: bytes) -> FormData:
    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    whole = Request(request.scope, again)
    try:
        return await whole.form(max_files=0, max_fields=_MOST_FIELDS)
    except HTTPException:
        return FormData()


def _texts(form: FormData) -> Iterator[tuple[str, str]]:
    for name, value in form.multi_items():
        if isinstance(value, str):
            yield name, value
