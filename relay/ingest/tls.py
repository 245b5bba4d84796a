"""TLS on the server's side: a context for each listener, made anew at each reload.

A session keeps the context that it began with, so a renewed certificate serves new connections at
once and disturbs nobody. TLS 1.2 is the oldest version spoken (RFC 8996).
"""

import asyncio
import ssl

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
) -> asyncio.Transport | None:
    """Put TLS under `protocol`; return the new transport, None if the peer failed or left."""
    try:
        return await asyncio.get_running_loop().start_tls(
            transport,
            protocol,
            context,
            server_side=True,
            ssl_handshake_timeout=seconds,
            ssl_shutdown_timeout=LINGER,
        )
    except OSError:  # ssl.SSLError too, and every kind of lost connection
        return None
