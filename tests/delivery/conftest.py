"""Delivery is tested on both loops, asyncio's own and uvloop's, which differ in how they close."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import uvloop

from relay.delivery.send import Upstream, open_upstreams
from relay.delivery.settings import UpstreamSettings
from tests.certificates import Authority
from tests.smtpd import Sink

Open = Callable[..., Awaitable[Upstream]]


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def upstream_to() -> AsyncIterator[Open]:
    """Open upstreams to sinks, in the clear unless told otherwise, and close them at the end."""
    async with AsyncExitStack() as stack:

        async def start(sink: Sink, **settings: object) -> Upstream:
            given = {"host": sink.host, "port": sink.port, "tls": "none", **settings}
            section = UpstreamSettings.model_validate(given)
            upstream = open_upstreams([section], "relay.example.org")["smarthost"]
            await upstream.open()
            stack.push_async_callback(upstream.close)
            return upstream

        yield start


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("secret word\n")
    return file
