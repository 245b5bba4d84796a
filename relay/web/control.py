"""What commands ask of the running relay, over a Unix socket that only its owner can open.

SQLite has one writing process, so `relay queue hold` cannot write beside a running relay: it asks.
Both ways end in the same function, `store.operate.act`.
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
from relay.errors import NoSuchMessageError, RelayError
from relay.store.operate import Action

Act = Callable[[Action, str, str], Awaitable[list[str]]]
_TIMEOUT = 30.0


def control_app(act: Act) -> Starlette:
    """Return the application that does `act(action, key, reason)`."""

    async def operate(request: Request) -> Response:
        asked = await request.json()
        try:
            action = Action(request.path_params["action"])
            return JSONResponse({"done": await act(action, asked["key"], asked["reason"])})
        except NoSuchMessageError as error:
            return JSONResponse({"error": str(error)}, 404)
        except RelayError as error:
            return JSONResponse({"error": str(error)}, 409)
        except Exception as error:  # noqa: BLE001 - the command is told, whatever it is
            journal.worker_failed("control", error)
            return JSONResponse({"error": f"the store failed: {type(error).__name__}"}, 503)

    return Starlette(routes=[Route("/queue/{action}", operate, methods=["POST"])])


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_TIMEOUT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def ask(path: Path, action: Action, key: str, reason: str) -> list[str]:
    """Have the relay behind the socket `path` do it; raise the error that it answers."""
    connection = _UnixConnection(path)
    try:
        connection.request("POST", f"/queue/{action}", json.dumps({"key": key, "reason": reason}))
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise RelayError(f"the running relay does not answer on {path}: {error}") from error
    finally:
        connection.close()
    if response.status == 404:
        raise NoSuchMessageError(answer["error"])
    if response.status != 200:
        raise RelayError(answer["error"])
    done: list[str] = answer["done"]
    return done
