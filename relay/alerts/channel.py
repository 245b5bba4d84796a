"""Channels that take alarms: a webhook, ntfy, Slack, Matrix, Telegram, PagerDuty and many more.

Apprise speaks to them. It blocks, so each notice has a thread of its own that nobody waits for
longer than some seconds; a channel that hangs is left alone until its thread has ended. A URL holds
secrets: a channel is called by its sort and a few digits of a hash, and what went wrong is told
without any part of the URL.
What happens next: workers/alarms.py writes down who was reached.
"""

import asyncio
import hashlib
import logging
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import apprise

from relay.errors import ConfigError

_SECONDS = 20.0
_LONGEST_REASON = 200
_SECRET = re.compile(r"[^\s/:@?&=,]{4,}")
_TIMES = "cto=5&rto=10"  # to connect, to read
_ASSET = apprise.AppriseAsset(async_mode=False, secure_logging=True, app_id="honest-relay")
# It logs by itself, at a level and in a form that are not ours.
logging.getLogger("apprise").addHandler(logging.NullHandler())
logging.getLogger("apprise").propagate = False


@dataclass(slots=True, kw_only=True)
class Channel:
    """One place to tell alarms. `name` may be shown, `url` may not."""

    name: str
    url: str = field(repr=False)
    _busy: threading.Lock = field(default_factory=threading.Lock, repr=False)

    async def tell(self, title: str, body: str) -> str | None:
        """Send a notice; return why it was not taken, None if it was."""
        if not self._busy.acquire(blocking=False):
            return "the notice before has not ended yet"
        loop = asyncio.get_running_loop()
        done: asyncio.Future[str | None] = loop.create_future()
        threading.Thread(
            target=self._work, args=(title, body, loop, done), name=self.name, daemon=True
        ).start()
        try:
            return await asyncio.wait_for(done, _SECONDS)
        except TimeoutError:
            return f"no answer within {_SECONDS:.0f} seconds"

    def _work(
        self, title: str, body: str, loop: asyncio.AbstractEventLoop, done: "asyncio.Future[Any]"
    ) -> None:
        try:
            why = self._send(title, body)
        except Exception as error:  # noqa: BLE001 - whatever a library of a hundred services raises
            why = f"{type(error).__name__}: {error}"
        finally:
            self._busy.release()
        told = None if why is None else self._without_secrets(why)
        try:
            loop.call_soon_threadsafe(_settle, done, told)
        except RuntimeError:
            return  # the loop has ended meanwhile

    def _send(self, title: str, body: str) -> str | None:
        service = _service(self.url)
        if service is None:
            return "Apprise does not know such a URL any more"
        capture = apprise.LogCapture(level=logging.WARNING, fmt="%(message)s")  # type: ignore[no-untyped-call]  # untyped there
        with capture as said:
            taken = service.notify(
                title=title,
                body=body,
                notify_type=apprise.NotifyType.WARNING,
                body_format=apprise.NotifyFormat.TEXT,
            )
            return None if taken else said.getvalue().strip() or "it was not taken"

    def _without_secrets(self, text: str) -> str:
        line = " ".join(text.split())
        for secret in sorted(_SECRET.findall(self.url), key=len, reverse=True):
            line = line.replace(secret, "***")
        return line[:_LONGEST_REASON]


def _settle(done: "asyncio.Future[Any]", why: str | None) -> None:
    if not done.done():
        done.set_result(why)


def _service(url: str) -> Any:
    """Return Apprise's object for a URL, None if there is none; our times go under its own."""
    timed = url if "cto=" in url else f"{url}{'&' if '?' in url else '?'}{_TIMES}"
    return apprise.Apprise.instantiate(timed, asset=_ASSET, suppress_exceptions=True)


def open_channels(urls: Iterable[str]) -> tuple[Channel, ...]:
    """Return the channels of `urls`; raise ConfigError for one that Apprise does not know."""
    channels, problems = {}, []
    for number, url in enumerate(urls, 1):
        sort = url.partition(":")[0]
        if _service(url) is None:
            known = f"begins with {sort[:12]}:" if "://" in url else "has no ://"
            problems.append(f"alerts: URL {number} ({known}) is none that Apprise knows")
            continue
        name = f"{sort}-{hashlib.sha256(url.encode()).hexdigest()[:6]}"
        channels[name] = Channel(name=name, url=url)
    if problems:
        raise ConfigError(problems)
    return tuple(channels.values())
