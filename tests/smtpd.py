"""A real SMTP server that records what it is given, for every test that sends mail.

    with Sink(script={"rcpt": ["450 4.2.1 busy"]}) as sink:
        ...
        assert sink.wait_for(1)[0].content == b"..."

It runs in a thread with a loop of its own, so that tests of any kind can use it, and it keeps
envelope and exact bytes (dots unstuffed) in the order of acceptance. `script` holds for a phase
the replies to give before the usual one; a reply is a text (`\\n` makes it several lines), bytes
to send as they are, None for the usual one, or

    DROP              close the connection instead of replying
    LOSE              do what was asked, then close without replying: the reply is lost
    LATE 0.5 [REPLY]  wait so many seconds first
    CLOSE REPLY       reply, and close in the same moment

Phases: greeting ehlo helo starttls auth mail rcpt data content final rset noop quit unknown;
`content` is asked after the first line of a message. `python -m tests.smtpd --port 2525 --maildir
DIR` runs one as a process, which writes each mail to DIR/new before it says 250, and envelopes to
DIR/envelopes.jsonl.
"""

import argparse
import asyncio
import base64
import binascii
import contextlib
import json
import os
import signal
import ssl
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

Script = Mapping[str, Sequence[str | bytes | None]]

OFFERS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
_LIMIT = 1 << 22  # of a line; twice that is read ahead
_CLOSING_SECONDS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One accepted mail. `parameters` are those of MAIL, `connection` counts from 1."""

    reverse_path: str
    recipients: tuple[str, ...]
    content: bytes
    parameters: tuple[str, ...]
    helo: str
    tls: bool
    user: str | None
    connection: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the server offers and asks for."""

    offers: Sequence[str] = OFFERS
    size: int | None = None
    tls: ssl.SSLContext | None = None
    starttls: bool = True
    implicit: bool = False
    users: Mapping[str, str] | None = None
    tokens: Mapping[str, str] | None = None
    auth_without_tls: bool = False


class Sink:
    """The running server. Use it in a `with` statement; `port` is known inside."""

    def __init__(
        self,
        *,
        script: Script | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        maildir: Path | None = None,
        **behaviour: object,
    ) -> None:
        self.script = {phase: deque(replies) for phase, replies in (script or {}).items()}
        self.host, self.port = host, port
        self.behaviour = Behaviour(**behaviour)  # type: ignore[arg-type]
        self.mails: list[Mail] = []
        self.commands: list[tuple[int, str]] = []
        self.connections = self.open_connections = self.most_at_once = 0
        self.peers: list[str] = []
        self._maildir = maildir
        self._arrived = threading.Condition()
        self._listening = threading.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)

    def __enter__(self) -> "Sink":
        if self._maildir is not None:
            for folder in ("tmp", "new", "cur"):
                (self._maildir / folder).mkdir(parents=True, exist_ok=True)
        self._thread.start()
        if not self._listening.wait(10):
            raise RuntimeError("the sink does not listen")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        if self._thread.is_alive():
            raise RuntimeError("the sink does not stop")

    def wait_for(self, count: int, seconds: float = 10) -> list[Mail]:
        """Return all mails once there are at least `count`; raise if they do not come."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.mails) >= count, seconds):
                raise AssertionError(f"{len(self.mails)} of {count} mails came in {seconds} s")
            return list(self.mails)

    def said(self, verb: str) -> list[str]:
        """Return the commands that began with `verb`, from all connections in order."""
        return [line for _, line in self.commands if line.upper().startswith(verb.upper())]

    def close_connections(self) -> None:
        """Close every open connection, as a server does that restarts."""
        closing = asyncio.run_coroutine_threadsafe(self._close_connections(), self._loop)
        closing.result(10)

    def keep(self, mail: Mail) -> None:
        """Record a mail, in the Maildir too, before the client hears that it was taken."""
        with self._arrived:
            if self._maildir is not None:
                _store(self._maildir, mail, len(self.mails) + 1)
            self.mails.append(mail)
            self._arrived.notify_all()

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        tls = self.behaviour.tls if self.behaviour.implicit else None
        server = await asyncio.start_server(
            self._connected, self.host, self.port, limit=_LIMIT, ssl=tls
        )
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        await self._stop.wait()
        server.close()
        await self._close_connections()
        if sys.version_info >= (3, 13):
            server.abort_clients()  # those that still shake hands
            await server.wait_closed()

    async def _close_connections(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.peers.append(writer.get_extra_info("peername")[0])
        self.connections += 1
        self.open_connections += 1
        self.most_at_once = max(self.most_at_once, self.open_connections)
        try:
            await Dialogue(self, reader, writer, self.connections).run()
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass  # it ends with the connection
        except asyncio.CancelledError:
            writer.transport.abort()  # over TLS, closing would wait for the other side
        finally:
            self.open_connections -= 1
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await asyncio.wait_for(writer.wait_closed(), _CLOSING_SECONDS)
            writer.transport.abort()


class Dialogue:
    """One SMTP session, from the greeting to the end."""

    def __init__(
        self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        self.sink, self.reader, self.writer, self.number = sink, reader, writer, number
        self.behaviour = sink.behaviour
        self.tls = sink.behaviour.implicit
        self.helo = ""
        self.user: str | None = None
        self.reset()

    def reset(self) -> None:
        """Forget the transaction."""
        self.reverse_path: str | None = None
        self.parameters: list[str] = []
        self.recipients: list[str] = []

    async def run(self) -> None:
        """Greet, then do what is asked; EOFError ends it."""
        await self.answer("greeting", "220 sink.example ESMTP")
        while True:
            line = await self.line()
            self.sink.commands.append((self.number, line))
            verb, _, argument = line.partition(" ")
            step = getattr(self, f"on_{verb.lower()}", None)
            if step is None:
                await self.answer("unknown", "500 5.5.2 unknown command")
            else:
                await step(argument)

    async def line(self) -> str:
        return (await self.reader.readuntil(b"\r\n"))[:-2].decode("utf-8", "replace")

    async def answer(self, phase: str, usual: str) -> bool:
        """Reply; return whether the command takes effect."""
        return await self.say(await self.chosen(phase, usual))

    async def chosen(self, phase: str, usual: str) -> str | bytes:
        """Return the scripted reply of `phase`, else the usual one, after waiting if it is late."""
        waiting = self.sink.script.get(phase)
        reply = waiting.popleft() if waiting else None
        if isinstance(reply, str) and reply.startswith("LATE "):
            seconds, _, reply = reply.removeprefix("LATE ").partition(" ")
            await asyncio.sleep(float(seconds))
        return reply or usual

    async def say(self, reply: str | bytes) -> bool:
        if reply in ("DROP", "LOSE"):
            raise EOFError
        if isinstance(reply, str) and reply.startswith("CLOSE "):
            self.writer.write(_wire(reply.removeprefix("CLOSE ")))
            raise EOFError
        if reply:
            await self.write(_wire(reply))
        return reply[:1] in ("2", "3", b"2", b"3")

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def on_ehlo(self, argument: str) -> None:
        self.helo = argument
        self.reset()
        behaviour, offers = self.behaviour, ["sink.example", *self.behaviour.offers]
        if behaviour.size is not None:
            offers.append(f"SIZE {behaviour.size}")
        if behaviour.tls and behaviour.starttls and not self.tls:
            offers.append("STARTTLS")
        if self.tls or behaviour.auth_without_tls:
            offers += ["AUTH PLAIN LOGIN"] if behaviour.users else []
            offers += ["AUTH XOAUTH2"] if behaviour.tokens is not None else []
        await self.answer("ehlo", "\n".join(f"250 {offer}" for offer in offers))

    async def on_helo(self, argument: str) -> None:
        self.helo = argument
        self.reset()
        await self.answer("helo", "250 sink.example")

    async def on_starttls(self, _: str) -> None:
        if self.behaviour.tls is None or self.tls:
            await self.answer("starttls", "454 4.7.0 TLS not available")
        elif await self.answer("starttls", "220 2.0.0 go ahead"):
            await self.writer.start_tls(self.behaviour.tls)
            self.tls, self.helo = True, ""

    async def on_auth(self, argument: str) -> None:
        method, _, initial = argument.partition(" ")
        if method.upper() == "XOAUTH2":
            await self.on_token(initial)
            return
        user, password = await self.credentials(method.upper(), initial)
        right = (self.behaviour.users or {}).get(user) == password
        usual = "235 2.7.0 welcome" if right else "535 5.7.8 wrong user or password"
        if await self.answer("auth", usual):
            self.user = user

    async def on_token(self, initial: str) -> None:
        """Verify `user=...^Aauth=Bearer ...^A^A` exactly; the set may change while we run."""
        known = self.behaviour.tokens or {}
        right = [user for user in known if _decoded(initial) == _bearer(user, known[user])]
        if not right:
            said = '{"status":"401","schemes":"bearer","scope":"https://mail.example/"}'
            answer = await self.challenge(base64.b64encode(said.encode()).decode())
            assert answer == "", "the answer to an error challenge is empty"
        usual = "235 2.7.0 welcome" if right else "535 5.7.8 token not accepted"
        if await self.answer("auth", usual):
            self.user = right[0] if right else None

    async def credentials(self, method: str, initial: str) -> tuple[str, str]:
        if method == "PLAIN":
            parts = _decoded(initial or await self.challenge("")).split("\0")
            return (parts[1], parts[2]) if len(parts) == 3 else ("", "")
        user = _decoded(initial or await self.challenge("VXNlcm5hbWU6"))
        return user, _decoded(await self.challenge("UGFzc3dvcmQ6"))

    async def challenge(self, text: str) -> str:
        await self.write(f"334 {text}\r\n".encode())
        return await self.line()

    async def on_mail(self, argument: str) -> None:
        path, *parameters = _path_and_parameters(argument)
        declared = [int(each[5:]) for each in parameters if each.upper().startswith("SIZE=")]
        usual = "250 2.1.0 sender ok"
        if self.behaviour.size is not None and declared and declared[0] > self.behaviour.size:
            usual = "552 5.3.4 message too big"
        if self.reverse_path is not None:
            usual = "503 5.5.1 nested MAIL"
        if await self.answer("mail", usual):
            self.reverse_path, self.parameters = path, parameters

    async def on_rcpt(self, argument: str) -> None:
        usual = "250 2.1.5 ok" if self.reverse_path is not None else "503 5.5.1 need MAIL"
        if await self.answer("rcpt", usual):
            self.recipients.append(_path_and_parameters(argument)[0])

    async def on_data(self, _: str) -> None:
        usual = "354 go ahead" if self.recipients else "503 5.5.1 need RCPT"
        if not await self.answer("data", usual):
            return
        mail = self.mail(await self.content())
        self.reset()
        reply = await self.chosen("final", f"250 2.0.0 kept as {len(self.sink.mails) + 1}")
        if reply[:1] in ("2", b"2") or reply == "LOSE":
            self.sink.keep(mail)
        await self.say(reply)

    async def content(self) -> bytes:
        lines: list[bytes] = []
        while (line := await self.reader.readuntil(b"\r\n")) != b".\r\n":
            if not lines:
                await self.answer("content", "")
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def mail(self, content: bytes) -> Mail:
        return Mail(
            reverse_path=self.reverse_path or "",
            recipients=tuple(self.recipients),
            content=content,
            parameters=tuple(self.parameters),
            helo=self.helo,
            tls=self.tls,
            user=self.user,
            connection=self.number,
        )

    async def on_rset(self, _: str) -> None:
        self.reset()
        await self.answer("rset", "250 2.0.0 ok")

    async def on_noop(self, _: str) -> None:
        await self.answer("noop", "250 2.0.0 ok")

    async def on_quit(self, _: str) -> None:
        await self.answer("quit", "221 2.0.0 bye")
        raise EOFError


def _wire(reply: str | bytes) -> bytes:
    """Return a reply as it is sent; a text of several lines repeats the code of the first."""
    if isinstance(reply, bytes):
        return reply
    first, *others = reply.split("\n")
    lines = [first, *(line if line[:3] == first[:3] else f"{first[:3]} {line}" for line in others)]
    lines = [f"{line[:3]}-{line[4:]}" for line in lines[:-1]] + lines[-1:]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _bearer(user: str, token: str) -> str:
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def _decoded(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _path_and_parameters(argument: str) -> list[str]:
    """Split `FROM:<path> A=1 B=2`; the path may hold quoted spaces."""
    path, _, parameters = argument.partition(":")[2].strip().partition(">")
    return [path.removeprefix("<"), *parameters.split()]


def _store(maildir: Path, mail: Mail, number: int) -> None:
    name = f"{number:06d}.{os.getpid()}.sink"
    (maildir / "tmp" / name).write_bytes(mail.content)
    (maildir / "tmp" / name).rename(maildir / "new" / name)
    envelope = {**asdict(mail), "content": name}
    with (maildir / "envelopes.jsonl").open("a") as envelopes:
        envelopes.write(json.dumps(envelope) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.smtpd", description="A recording sink.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--maildir", type=Path, required=True)
    parser.add_argument("--script", type=json.loads, default={}, help="JSON, as Sink takes it")
    parser.add_argument("--certificate", type=Path, help="PEM of certificate and key: STARTTLS")
    return parser.parse_args()


def main() -> None:
    """Run until SIGTERM or SIGINT; say on standard output where it listens."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    options, tls = _options(), None
    if options.certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(options.certificate)
    place = {"host": options.host, "port": options.port, "maildir": options.maildir}
    with Sink(script=options.script, tls=tls, **place) as sink:
        print(f"listening on {sink.host}:{sink.port}", flush=True)
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
