"""HTTP by uvicorn inside our own loop: started, stopped, and leaving signals alone.

One class serves all sockets that we have: TCP for health and metrics, TCP with or without TLS for
the public pages, whose connections are bounded, and a Unix socket, which only its owner can open,
for the commands of the same machine.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

_PATIENCE = 2  # seconds for answers under way when we stop


def tcp_socket(address: str, port: int) -> socket.socket:
    """Return a listening TCP socket; raise OSError with the address in its text."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, port), family=family)


def private_socket(path: Path) -> socket.socket:
    """Return a listening Unix socket that nobody but its owner can open."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(mask)
    listener.listen()
    return listener


class _Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the composition root."""
        yield


class WebServer:
    """A running HTTP server on one socket; its connections are those of `protocol`.

    Raises OSError (ssl.SSLError is one) where certificate and key cannot be used.
    """

    def __init__(
        self,
        app: Starlette,
        listener: socket.socket,
        certificate: Path | None = None,
        key: Path | None = None,
        protocol: type[H11Protocol] = H11Protocol,
    ) -> None:
        self._listener = listener
        config = uvicorn.Config(
            app,
            http=protocol,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_PATIENCE,
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
        config.load()
        self._server = _Quiet(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The TCP port that was bound."""
        number: int = self._listener.getsockname()[1]
        return number

    def start(self) -> None:
        """Start answering; what connects before that waits in the socket's backlog."""
        self._task = asyncio.create_task(self._server.serve([self._listener]))

    async def close(self) -> None:
        """Finish what is being answered, then stop."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._listener.close()
