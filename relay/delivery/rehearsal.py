"""A dialogue with an upstream that ends before a mail is sent: would it take one from us?

EHLO, STARTTLS, AUTH, MAIL, RCPT, then RSET and QUIT; never DATA. It goes over a connection of its
own, and with short limits, because nobody's mail depends on it.
What happens next: domains/checks/upstreams.py judges it.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from relay.delivery.dial import Dialling, Line, abort
from relay.delivery.send import open_upstreams
from relay.delivery.settings import UpstreamSettings
from relay.delivery.step import ended
from relay.delivery.upstream import SmtpUpstream
from relay.errors import ConfigError
from relay.pipeline.stages import Phase

_STEP = timedelta(seconds=30)
_QUIT_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How far it went. Without a `host` there was nobody to talk to."""

    upstream: str
    host: str = ""
    port: int = 0
    failed_at: str | None = None
    reply: str = ""
    extensions: tuple[str, ...] = ()
    certificate: bytes | None = None
    authenticated: bool = False


async def rehearse(
    settings: UpstreamSettings, default_helo: str, reverse_path: str, recipient: str
) -> Rehearsal:
    """Return what the upstream of `settings` says to a mail for `recipient`; nothing is raised."""
    nobody = Rehearsal(upstream=settings.name)
    try:
        upstream = open_upstreams([settings], default_helo)[settings.name]
    except ConfigError as error:
        return replace(
            nobody, host=settings.host or "?", failed_at="configuration", reply=str(error)
        )
    if not isinstance(upstream, SmtpUpstream):
        return nobody
    line = _hurried(upstream.line)
    start = replace(nobody, host=line.host, port=line.port)
    dialling = Dialling(line)
    failed = await dialling.run()
    if failed is not None:
        return replace(start, failed_at=str(failed.phase), reply=failed.reply)
    try:
        return await _transaction(dialling, start, line, reverse_path, recipient)
    finally:
        abort(dialling.client)


async def _transaction(
    dialling: Dialling, start: Rehearsal, line: Line, reverse_path: str, recipient: str
) -> Rehearsal:
    client = dialling.client
    session = client.get_transport_info("ssl_object")
    heard = replace(
        start,
        extensions=tuple(sorted(client.esmtp_extensions)),
        certificate=session.getpeercert(binary_form=True) if session else None,
        authenticated=line.user is not None,
    )
    for phase, command in (
        (Phase.MAIL, f"MAIL FROM:<{reverse_path}>"),
        (Phase.RCPT, f"RCPT TO:<{recipient}>"),
    ):
        reply = await ended(client.execute_command(command.encode()))
        if not reply.positive:
            text = f"{reply.code or ''} {reply.text}".strip()
            return replace(heard, failed_at=str(phase), reply=text)
    await ended(client.rset())
    await ended(client.quit(timeout=_QUIT_SECONDS))
    return replace(heard, reply=reply.text)


def _hurried(line: Line) -> Line:
    times = line.times
    hurried = {"connect": min(times.connect, _STEP), "command": min(times.command, _STEP)}
    return replace(line, times=times.model_copy(update=hurried))
