"""A real token server on loopback: OAuth's token endpoint over HTTP, in a thread.

    with TokenServer(tokens=["first", "second"]) as server:
        server.url

It hands out `tokens` in turn and keeps the fields of each request. `answers` holds what to give
before that: (status, JSON); bytes are sent as they are, one every 0.2 s if they are a list.
"""

import contextlib
import json
import threading
import time
from collections import deque
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

Scripted = tuple[int, dict[str, Any]] | bytes | list[bytes]


class TokenServer:
    """The running server. Use it in a `with` statement."""

    def __init__(
        self,
        tokens: Sequence[str] = ("token",),
        *,
        answers: Sequence[Scripted] = (),
        seconds: float = 0,
        expires_in: float = 3600,
        more: dict[str, Any] | None = None,
    ) -> None:
        self.tokens, self.answers = deque(tokens), deque(answers)
        self.seconds, self.expires_in, self.more = seconds, expires_in, more or {}
        self.requests: list[dict[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/oauth2/v2.0/token"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> "TokenServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def answer(self) -> Scripted:
        if self.answers:
            return self.answers.popleft()
        token = self.tokens.popleft() if len(self.tokens) > 1 else self.tokens[0]
        said = {"token_type": "Bearer", "access_token": token, "expires_in": self.expires_in}
        return 200, {**said, **self.more}


def _handler(server: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            fields = self.rfile.read(int(self.headers["Content-Length"])).decode()
            server.requests.append(dict(parse_qsl(fields, strict_parsing=True)))
            time.sleep(server.seconds)
            answer = server.answer()
            if isinstance(answer, tuple):
                body = json.dumps(answer[1]).encode()
                head = f"HTTP/1.1 {answer[0]} x\r\nContent-Length: {len(body)}\r\n\r\n"
                answer = head.encode() + body
            for part in answer if isinstance(answer, list) else [answer]:
                self.wfile.write(part)
                if isinstance(answer, list):
                    time.sleep(0.2)

        def handle(self) -> None:
            with contextlib.suppress(OSError):  # the client has gone
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    return Handler
