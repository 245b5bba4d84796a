"""`relay selftest`: a report through the whole path, to a reader or to a receiver of our own."""

import secrets
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from relay.cli.console import err, out, print_json, styled
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, order, read_config
from relay.config import Config
from relay.errors import RelayError
from relay.ingest.settings import ListenSettings, ListenTls
from relay.pipeline.story import tell
from relay.selftest.follow import End, Followed, follow
from relay.selftest.probe import Probe, submit

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to connect, not listen


def selftest(
    recipient: Annotated[
        str | None, typer.Argument(metavar="ADDRESS", help="Who is to get the report.")
    ] = None,
    loopback: Annotated[
        bool, typer.Option("--loopback", help="To a receiver of our own, which verifies it.")
    ] = False,
    failure: Annotated[bool, typer.Option("--failure", help="Report a failure.")] = False,
    seconds: Annotated[float, typer.Option("--timeout", help="How long to follow it.")] = 60,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Send a report through the whole path and follow it; exit with 1 if it does not get through.

    With --loopback nothing leaves: SPF, DKIM and DMARC of what would leave are verified.
    """
    if loopback == (recipient is not None):
        raise typer.BadParameter("give an ADDRESS, or --loopback")
    settings = read_config(config)
    if recipient is None:
        _try_out(settings, json)
    else:
        probe = Probe(name=secrets.token_hex(4), recipient=recipient, failure=failure)
        _send(settings, probe, seconds, json)


def _try_out(settings: Config, json: bool) -> None:
    from relay.selftest.loopback import try_out  # noqa: PLC0415 - it brings the whole relay

    with tempfile.TemporaryDirectory(prefix="relay-selftest-") as folder:
        trials = try_out(settings, Path(folder), lambda text: err.print(f"[dim]{escape(text)}[/]"))
    for each in trials:
        found = each.judgement
        if json:
            named = {"host": each.host, "address": each.address, "helo": each.mail.helo}
            print_json({**named, "reverse_path": each.mail.reverse_path, **asdict(found)})
            continue
        out.print(
            f"[bold]{escape(each.host)}[/] from {each.address}: dmarc {_colored(found.dmarc)}"
        )
        out.print(f"  {escape(found.line)}")
    if any(each.judgement.dmarc != "pass" for each in trials):
        err.print("`relay dns` prints what to publish, `relay doctor` says what is wrong")
        raise typer.Exit(1)


def _colored(result: str) -> str:
    return f"[{'green' if result == 'pass' else 'red'}]{escape(result)}[/]"


def _send(settings: Config, probe: Probe, seconds: float, json: bool) -> None:
    listener = _listener(settings)
    address = _ANYWHERE.get(listener.address, listener.address)
    message_id = submit(probe, listener.port, address)
    with err.status(f"queued as {message_id}"):
        followed = follow(settings.store.url, message_id, seconds)
    _forget(settings, followed)
    _print(message_id, followed, json)
    if followed.end not in (End.DELIVERED, End.WAITS):
        raise typer.Exit(1)


def _listener(settings: Config) -> ListenSettings:
    """Return a listener that takes mail without a password, without TLS from the start."""
    for each in settings.ingest.listeners:
        if not each.require_auth and each.tls is not ListenTls.IMPLICIT and each.port:
            return each
    raise RelayError("every listener wants a password or TLS from the start: nobody can try it out")


def _forget(settings: Config, followed: Followed) -> None:
    """Leave no job behind that would be missed tomorrow."""
    message = followed.found.message
    host, job = message["report_host"] or message["host"], message["job"]
    if job:
        order(settings, "jobs forget", host=host, job=job, reason="it was a self-test")


def _print(message_id: str, followed: Followed, json: bool) -> None:
    found = followed.found
    if json:
        events = [
            {"at": line.at, "event": line.event.kind, **line.event.data} for line in found.lines
        ]
        print_json({"id": message_id, "end": followed.end.name.lower(), "events": events})
        return
    for sentence in tell(
        [(each.at, each.event) for each in found.lines], found.mails, found.batches
    ):
        out.print(escape(sentence))
    out.print(f"[bold]{message_id}[/]: {styled(followed.end)}")
