"""A real HTTP server that records what is posted to it, or fetched from it.

    with Webhook(statuses=[500]) as hook:
        ...
        hook.wait_for(2)

`statuses` are answered first, one a request, then 200. `url` is Apprise's for it, `http` the plain
one.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Webhook:
    """The running server."""

    def __init__(self, statuses: Sequence[int] = ()) -> None:
        self.statuses = deque(statuses)
        self.posts: list[dict[str, Any]] = []
        self.gets: list[str] = []
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                hook._came(self, lambda: hook.posts.append(json.loads(body)))

            def do_GET(self) -> None:
                hook._came(self, lambda: hook.gets.append(self.path))

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def _came(self, handler: BaseHTTPRequestHandler, keep: Callable[[], None]) -> None:
        with self._changed:
            status = self.statuses.popleft() if self.statuses else 200
            if status == 200:
                keep()
            self._changed.notify_all()
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """How Apprise names it; it holds a secret."""
        return f"json://{self.place}/s3cr3t-path"

    def wait_for(self, true: Callable[[Self], bool], seconds: float = 10) -> None:
        """Wait until something is true of what came; raise if it does not become so."""
        with self._changed:
            if not self._changed.wait_for(lambda: true(self), seconds):
                raise AssertionError(f"not within {seconds} s; {self.posts} {self.gets}")

    def told(self) -> str:
        """Return all that was posted, as one text."""
        return "\n".join(f"{each['title']}\n{each['message']}" for each in self.posts)
