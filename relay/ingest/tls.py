"""TLS on the server's side: a context for each listener, made anew at each reload.

A session keeps the context that it began with, so a renewed certificate serves new connections at
once and disturbs nobody. TLS 1.2 is the oldest version spoken (RFC 8996).
"""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import cast

from relay.errors import ConfigError
from relay.ingest.settings import ListenSettings, ListenTls

LINGER = 5.0  # seconds for a peer to read our last words, or to end TLS properly


def server_context(listener: ListenSettings) -> ssl.SSLContext | None:
    """Return the listener's TLS context, None if it has none; ConfigError if it cannot be."""
    if listener.tls is ListenTls.NONE:
        return None
    where = f"ingest.listeners: {listener.address}:{listener.port}"
    if listener.certificate is None or listener.key is None:
        raise ConfigError([f"{where}: tls {listener.tls.value} needs `certificate` and `key`"])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(listener.certificate, listener.key)
    except (OSError, ssl.SSLError) as error:
        text = f"{where}: {listener.certificate} and {listener.key} are no usable pair: {error}"
        raise ConfigError([text]) from error
    return context


async def handshake(
    transport: asyncio.Transport,
    protocol: asyncio.Protocol,
    context: ssl.SSLContext,
    seconds: float,
    early: Callable[[], bytes] | None = None,
) -> asyncio.Transport | None:
    """Put TLS under `protocol`; return the new transport, None if the peer failed or left.

    Reading stops before anything is awaited, so that no byte of the handshake gets lost. `early`
    gives bytes of it that were read even before that, as uvloop does on a new connection.
    """
    upgrade = asyncio.get_running_loop().start_tls(
        transport,
        protocol,
        context,
        server_side=True,
        ssl_handshake_timeout=seconds,
        ssl_shutdown_timeout=LINGER,
    )
    try:
        return await (upgrade if early is None else _with_early_bytes(upgrade, transport, early))
    except OSError:  # ssl.SSLError too, and every kind of lost connection
        return None


async def _with_early_bytes(
    upgrade: Coroutine[None, None, asyncio.Transport | None],
    transport: asyncio.Transport,
    early: Callable[[], bytes],
) -> asyncio.Transport | None:
    """Run `upgrade`, and show its protocol `early` between its first step and its second."""
    task = asyncio.get_running_loop().create_task(upgrade)
    try:
        await asyncio.sleep(0)  # start_tls puts its protocol under the transport, and pauses it
        data = early()
        if data:
            beneath = cast("asyncio.BufferedProtocol", transport.get_protocol())
            memoryview(beneath.get_buffer(len(data)))[: len(data)] = data
            beneath.buffer_updated(len(data))
        return await task
    finally:
        task.cancel()
