"""The server of the public pages: TLS of its own, and connections that end."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from relay.web import bounded
from relay.web.bounded import Bounded
from relay.web.server import WebServer, tcp_socket
from tests.certificates import Authority


async def _read(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


@asynccontextmanager
async def running(pem: Path | None = None) -> AsyncIterator[int]:
    app = Starlette(routes=[Route("/", _read, methods=["GET", "POST"])])
    web = WebServer(app, tcp_socket("127.0.0.1", 0), pem, pem, Bounded)
    web.start()
    try:
        yield web.port
    finally:
        await web.close()


def answered(
    connection: socket.socket, sent: bytes = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
) -> bytes:
    with connection:
        connection.settimeout(10)
        connection.sendall(sent)
        try:
            return connection.recv(1000)
        except ConnectionError:
            return b""


def opened(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


async def test_a_certificate_is_all_that_tls_takes(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    trusting = ssl.create_default_context(cafile=authority.file)

    def ask(port: int) -> bytes:
        return answered(trusting.wrap_socket(opened(port), server_hostname="localhost"))

    async with running(authority.pem("localhost")) as port:
        assert (await asyncio.to_thread(ask, port)).startswith(b"HTTP/1.1 200")


def test_a_pair_that_does_not_work_stops_the_start(tmp_path: Path) -> None:
    pem = tmp_path / "bad.pem"
    pem.write_text("nonsense")
    with tcp_socket("127.0.0.1", 0) as listener, pytest.raises(OSError):
        WebServer(Starlette(), listener, pem, pem, Bounded)


SLOW = {
    "silent": b"",
    "in the head": b"GET / HTTP/1.1\r\nHost",
    "in the form": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\na",
}


@pytest.mark.parametrize("where", SLOW)
async def test_who_is_slow_is_sent_away(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "LASTS", 0.2)  # a test must not wait for what people may
    monkeypatch.setattr(bounded, "GRACE", 0.2)

    def stays(port: int) -> float:
        began = time.monotonic()
        assert answered(opened(port), SLOW[where]) == b""
        return time.monotonic() - began

    async with running() as port:
        assert await asyncio.to_thread(stays, port) < 8


async def test_a_house_that_is_full_opens_when_somebody_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounded, "MOST", 3)

    def visit(port: int) -> None:
        guests = [opened(port) for _ in range(3)]
        eventually(lambda: answered(opened(port)) == b"")
        for guest in guests:
            guest.close()
        eventually(lambda: answered(opened(port)).startswith(b"HTTP/1.1 200"))

    async with running() as port:
        await asyncio.to_thread(visit, port)


def eventually(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
