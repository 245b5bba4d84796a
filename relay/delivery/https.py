"""One HTTP request and its answer, for servers that nobody has reason to trust with our time.

TLS is verified, plain HTTP goes to this very machine only, a redirect is an answer like any other
(what is sent may be a secret), an answer is read up to a limit, and all of it ends at a deadline,
even where a server sends a byte now and then.
What happens next: oauth.py reads a token from the answer, sts.py a policy.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

FETCH_FAILURES = (OSError, http.client.HTTPException, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask for; with a `body` it is a POST. `seconds` is for everything together."""

    url: str
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 15
    most_bytes: int = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. `kind` is the media type, in small letters."""

    status: int
    kind: str
    body: bytes = field(repr=False)


def unsafe(url: str) -> str | None:
    """Return why nothing secret may be sent to `url`, None if it may."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is no URL"
    if port == 0 or not parts.hostname or parts.username is not None:
        return "is no URL of a server"
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname)):
        return None
    return "must begin with https://"


def fetch(request: Request) -> Answer:
    """Ask, in the thread that calls; raise one of FETCH_FAILURES where no answer came."""
    problem = unsafe(request.url)
    if problem is not None:
        raise ValueError(f"{request.url} {problem}")
    parts = urlsplit(request.url)
    connection = http.client.HTTPConnection(parts.netloc)
    expired = threading.Event()
    timer = threading.Timer(request.seconds, _cut, (connection, expired))
    timer.daemon = True
    timer.start()
    try:
        _connect(connection, parts, request.seconds)
        return _exchange(connection, parts, request)
    finally:
        timer.cancel()
        connection.close()
        if expired.is_set():
            raise TimeoutError("timed out")


def _connect(connection: http.client.HTTPConnection, parts: SplitResult, seconds: float) -> None:
    host, secure = parts.hostname or "", parts.scheme == "https"
    connection.sock = socket.create_connection(
        (host, parts.port or (443 if secure else 80)), seconds
    )
    if secure:
        tls = ssl.create_default_context().wrap_socket(
            connection.sock, server_hostname=host, do_handshake_on_connect=False
        )
        connection.sock = tls  # within reach of the timer, whatever the handshake takes
        tls.do_handshake()


def _exchange(
    connection: http.client.HTTPConnection, parts: SplitResult, request: Request
) -> Answer:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    method = "GET" if request.body is None else "POST"
    fixed = {"Host": parts.netloc, "Accept-Encoding": "identity", "Connection": "close"}
    connection.request(method, path, body=request.body, headers={**fixed, **request.headers})
    response = connection.getresponse()
    body = response.read(request.most_bytes + 1)
    if len(body) > request.most_bytes:
        raise ValueError(f"the answer has more than {request.most_bytes} bytes")
    kind = response.headers.get_content_type()
    return Answer(status=response.status, kind=kind, body=body)


def _cut(connection: http.client.HTTPConnection, expired: threading.Event) -> None:
    """End what a thread waits for, whatever it is."""
    expired.set()
    open_socket: socket.socket | None = connection.sock
    if open_socket is not None:
        with suppress(OSError):
            open_socket.shutdown(socket.SHUT_RDWR)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
