"""What commands ask of the running relay, over a Unix socket that only its owner can open.

SQLite has one writing process, so a command cannot write beside a running relay: it asks. There is
one question, an act by its name with its arguments; both ways end in `store.acts.perform`.
"""

import http.client
import json
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from relay import journal
from relay.errors import NotFoundError, RelayError
from relay.store.acts import Arguments

Perform = Callable[[str, Arguments], Awaitable[list[str]]]
_TIMEOUT = 30.0


def control_app(perform: Perform) -> Starlette:
    """Return the application that does `perform(name, arguments)`."""

    async def operate(request: Request) -> Response:
        try:
            asked = await request.json()
            return JSONResponse({"done": await perform(asked["act"], asked["arguments"])})
        except NotFoundError as error:
            return JSONResponse({"error": str(error)}, 404)
        except RelayError as error:
            return JSONResponse({"error": str(error)}, 409)
        except Exception as error:  # noqa: BLE001 - the command is told, whatever it is
            journal.worker_failed("control", error)
            return JSONResponse({"error": f"the store failed: {type(error).__name__}"}, 503)

    return Starlette(routes=[Route("/acts", operate, methods=["POST"])])


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_TIMEOUT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def ask(path: Path, act: str, arguments: Arguments) -> list[str]:
    """Have the relay behind the socket `path` do it; raise the error that it answers."""
    connection = _UnixConnection(path)
    try:
        asked = json.dumps({"act": act, "arguments": dict(arguments)})
        connection.request("POST", "/acts", asked)
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise RelayError(f"the running relay does not answer on {path}: {error}") from error
    finally:
        connection.close()
    if response.status == 404:
        raise NotFoundError(answer["error"])
    if response.status != 200:
        raise RelayError(answer["error"])
    done: list[str] = answer["done"]
    return done
