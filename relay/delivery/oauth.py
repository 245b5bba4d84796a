"""Access tokens instead of passwords: asked for once, kept in memory, renewed ahead of time.

A token is good for an hour or so. In the last part of its life one caller renews it while the
others go on with it; whoever finds none at all waits for the one request that is under way. A
server that refuses a token which ought to be good gets a new one, once. A token server that says
no or nothing is our trouble: the session fails, the upstream is held, no mail ages by it. Secrets
stand in no text that leaves this module.
What happens next: dial.py authenticates with the token (XOAUTH2).
"""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from relay.delivery.grant import Client, form, keep_refresh_token
from relay.delivery.https import FETCH_FAILURES, Answer, Request, fetch

_SECONDS = 15.0
_LONGEST_TOKEN = 8192
_LIFE = 300.0  # where the server does not say (RFC 6749 s5.1)
_AHEAD = 0.1  # renewed in the last tenth of its life, and up to half as much sooner or later
_PAUSE = 30.0  # between tries to renew a token that is still good
_MARGIN = 5.0  # a token this near its end is not worth showing


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token; times are those of the monotonic clock."""

    text: str = field(repr=False)
    renew_at: float
    ends_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NoToken:
    """Why there is no token, fit to be shown."""

    why: str


class Tokens:
    """The tokens of one upstream."""

    def __init__(self, client: Client, seconds: float = _SECONDS) -> None:
        self._client = client
        self._seconds = seconds
        self._refresh_token = client.refresh_token
        self._token: Token | None = None
        self._asking = asyncio.Lock()

    async def current(self) -> str | NoToken:
        """Return a token that is good, as far as anybody can know."""
        token, now = self._token, time.monotonic()
        if token is not None and now < token.ends_at:
            if now >= token.renew_at and not self._asking.locked():
                await self._renew(token)
            return self._token.text if self._token else token.text
        return await self._renew(token)

    async def instead_of(self, refused: str) -> str | NoToken:
        """Return another token than the one that a server has just refused."""
        token = self._token
        if token is not None and token.text != refused:
            return token.text
        return await self._renew(token)

    async def _renew(self, old: Token | None) -> str | NoToken:
        """Ask for a token, unless somebody has replaced `old` while we waited for our turn."""
        async with self._asking:
            if self._token is not None and self._token is not old:
                return self._token.text
            outcome = await asyncio.to_thread(self._ask)
            now = time.monotonic()
            if isinstance(outcome, Token):
                self._token = outcome
                return outcome.text
            if old is not None:  # good a little longer, so do not ask again at once
                self._token = Token(text=old.text, renew_at=now + _PAUSE, ends_at=old.ends_at)
            return outcome

    def _ask(self) -> Token | NoToken:
        """Do one request. It runs in a thread."""
        body = urlencode(form(self._client, self._refresh_token, time.time())).encode()
        request = Request(
            url=self._client.token_url,
            body=body,
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            seconds=self._seconds,
        )
        try:
            return self._read(fetch(request))
        except FETCH_FAILURES as error:
            why = str(error) or type(error).__name__
            return self._failed(why)

    def _read(self, answer: Answer) -> Token | NoToken:
        said = _object(answer.body)
        if answer.status != 200 or "access_token" not in said:
            told = [str(said[key]) for key in ("error", "error_description") if said.get(key)]
            return self._failed(": ".join([f"HTTP {answer.status}", *told]))
        text = said["access_token"]
        # RFC 6749 A.12; a control character would end the SASL string.
        if not isinstance(text, str) or not _is_plain(text) or len(text) > _LONGEST_TOKEN:
            return self._failed("the token is no token")
        fresh = said.get("refresh_token")
        if (
            self._refresh_token
            and isinstance(fresh, str)
            and fresh not in ("", self._refresh_token)
        ):
            self._refresh_token = fresh
            keep_refresh_token(self._client, fresh)
        return _token(text, said.get("expires_in"))

    def _failed(self, why: str) -> NoToken:
        for secret in (self._client.secret, self._refresh_token):
            why = why.replace(secret, "***") if secret else why
        return NoToken(why=f"no token from {self._client.token_url}: {why}")


def sasl(user: str, token: str) -> str:
    """Return what XOAUTH2 shows, before base64."""
    # https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def _token(text: str, expires_in: object) -> Token:
    try:
        life = max(float(str(expires_in)), 0.0)
    except ValueError:
        life = _LIFE
    now = time.monotonic()
    ahead = life * _AHEAD * random.uniform(0.5, 1.5)  # noqa: S311 - spreads, guards nothing
    return Token(text=text, renew_at=now + life - ahead, ends_at=now + life - min(_MARGIN, ahead))


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _is_plain(text: str) -> bool:
    return bool(text) and all("!" <= each <= "~" for each in text)
