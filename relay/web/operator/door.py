"""Who may come in: name, password and, where it was set up, a one-time code.

All that is wrong is answered alike, in the same time, whether the name exists or not. A token is
made anew at each login, travels in a cookie that scripts cannot read and other sites cannot send
along, and is kept as its hash alone. Each form holds a second value that is made from it.
What happens next: app.py asks for the session of each request.
"""

import asyncio
import hashlib
import hmac
import secrets
from functools import partial

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from relay import journal
from relay.ingest.users import matches, nobody
from relay.store import operators, sessions
from relay.store.operators import Operator
from relay.store.sessions import Entry, Session
from relay.web.operator.desk import Desk, Form
from relay.web.operator.page import stranger_page
from relay.web.operator.throttle import Throttle

_AT_ONCE = 2  # each hash costs 64 MiB
_STEP = 30  # seconds, RFC 6238 s4.1
_LONGEST = 1000  # of a password


class Door:
    """Opens and ends sessions; remembers who fails too often."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._throttle = Throttle(desk.now)
        self._slots = asyncio.Semaphore(_AT_ONCE)
        prefix = "__Host-" if desk.secure else ""
        self._cookie, self._ticket = f"{prefix}relay-session", f"{prefix}relay-login"

    def token(self, request: Request) -> str:
        """Return the token that a request came with, empty if none did."""
        return request.cookies.get(self._cookie, "")

    async def session(self, token: str) -> Session | None:
        """Return the session of a token, if it is one."""
        if not token:
            return None
        now = self._desk.now()
        return await self._desk.store.read(lambda c: sessions.find(c, token, now))

    def form(self, request: Request, status: int = 200, said: str = "") -> Response:
        """Return the page where somebody logs in."""
        ticket = request.cookies.get(self._ticket) or secrets.token_urlsafe(32)
        answer = stranger_page(self._desk, "login.html", status, said=said, csrf=csrf_of(ticket))
        self._set(answer, self._ticket, ticket)
        return answer

    async def enter(self, request: Request, form: Form) -> Response:
        """Log somebody in, or say that it did not work."""
        ticket = request.cookies.get(self._ticket, "")
        if not ticket or not hmac.compare_digest(form.get("csrf", ""), csrf_of(ticket)):
            return self.form(request, 403, "The page was too old. Please try again.")
        name, address = form.get("name", ""), request.client.host if request.client else ""
        wait = self._throttle.waits(address, name)
        if wait:
            journal.login_refused(address, "too many failures")
            busy = self.form(request, 429, "Too many failures. Please wait some minutes.")
            busy.headers["Retry-After"] = str(wait)
            return busy
        self._throttle.failed(address, name)  # taken back below: many at once get no more tries
        token = await self._begin(name, form, address)
        if token is None:
            journal.login_refused(address, "wrong name, password or code")
            return self.form(request, 401, "Name, password or code is wrong.")
        self._throttle.succeeded(address, name)
        await self._end(self.token(request))
        answer = RedirectResponse("/", 303)
        self._set(answer, self._cookie, token, int(self._desk.lasts.total_seconds()))
        answer.delete_cookie(self._ticket, secure=self._desk.secure)
        return answer

    async def _begin(self, name: str, form: Form, address: str) -> str | None:
        """Return the token of a new session, None if anything is wrong."""
        found = await self._desk.store.read(partial(operators.find, name=name))
        hashed = found.password if found else nobody()
        async with self._slots:
            right = await asyncio.to_thread(matches, hashed, form.get("password", "")[:_LONGEST])
        step = self._step(found, form.get("code", ""))
        if found is None or not right or step is None:
            return None
        token, until = secrets.token_urlsafe(32), self._desk.now() + self._desk.lasts
        entry = Entry(name=found.name, password=found.password, step=step, address=address)
        begun = await self._desk.store.write(lambda tx: sessions.begin(tx, token, entry, until))
        return token if begun else None

    def _step(self, operator: Operator | None, code: str) -> int | None:
        """Return the time step that a code is of, 0 if none is asked for, None if it is wrong.

        The step before and the one after are good, too: clocks differ (RFC 6238 s5.2).
        """
        if operator is None or operator.totp is None:
            return 0
        digits = "".join(code.split())
        now = int(self._desk.now().timestamp())
        for near in (now, now - _STEP, now + _STEP):
            try:
                codes(operator.totp).verify(digits.encode(), near)
            except InvalidToken:
                continue
            return near // _STEP
        return None

    async def leave(self, request: Request) -> Response:
        """Log somebody out."""
        await self._end(self.token(request))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(self._cookie, secure=self._desk.secure)
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    async def _end(self, token: str) -> None:
        if token:
            await self._desk.store.write(lambda tx: sessions.end(tx, token))

    def _set(self, answer: Response, name: str, value: str, lasts: int | None = None) -> None:
        answer.set_cookie(
            name, value, lasts, path="/", secure=self._desk.secure, httponly=True, samesite="strict"
        )


def csrf_of(token: str) -> str:
    """Return what a form has to hold that belongs to a session."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def codes(secret: bytes) -> TOTP:
    """Return what makes and checks the one-time codes of a secret, as phones do (RFC 6238)."""
    return TOTP(secret, 6, SHA1(), _STEP, enforce_key_length=False)  # noqa: S303 - what phones speak
