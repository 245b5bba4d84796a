"""Alarms to a real webhook: taken, refused, hanging; never a secret in what is said about it."""

import socket
import time

import pytest

from relay.alerts import channel
from relay.alerts.channel import open_channels
from relay.alerts.ping import ping
from relay.errors import ConfigError
from tests.webhook import Webhook


async def test_a_notice_arrives_as_it_was_written() -> None:
    with Webhook() as hook:
        (only,) = open_channels([hook.url])
        assert await only.tell("relay: no mail leaves", "3 mails <wait> & *more*\nsecond") is None
        assert hook.posts[0]["title"] == "relay: no mail leaves"
        assert hook.posts[0]["message"] == "3 mails <wait> & *more*\nsecond"


async def test_a_refusal_is_told_without_the_secrets_of_the_url() -> None:
    with Webhook(statuses=[500]) as hook:
        url = hook.url.replace("json://", "json://us3rname:passw0rd@")
        (only,) = open_channels([url])
        why = await only.tell("t", "b")
        assert why is not None
        assert "500" in why
        for secret in ("us3rname", "passw0rd", "s3cr3t-path"):
            assert secret not in why + only.name + repr(only)
        assert await only.tell("t", "b") is None


async def test_a_channel_that_nobody_listens_on_says_why() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    (only,) = open_channels([f"json://{place}/path"])
    assert await only.tell("t", "b") is not None


async def test_a_channel_that_hangs_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # A second of waiting is enough to see it.
    monkeypatch.setattr(channel, "_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        (only,) = open_channels([f"json://127.0.0.1:{silent.getsockname()[1]}/?rto=2&cto=1"])
        began = time.monotonic()
        assert "no answer" in str(await only.tell("t", "b"))
        assert "has not ended" in str(await only.tell("t", "b"))
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("url", ["nonsense", "foo://t0ken", ""])
def test_a_url_that_is_none_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_channels([url])
    assert "t0ken" not in str(caught.value)


async def test_a_ping_is_a_get_and_says_why_it_failed() -> None:
    with Webhook(statuses=[503]) as hook:
        assert await ping(f"http://{hook.place}/uuid") == "HTTP status 503 Service Unavailable"
        assert await ping(f"http://{hook.place}/uuid") is None
        assert hook.gets == ["/uuid"]
    assert await ping(f"http://{hook.place}/uuid") == "URLError"
    assert "neither" in str(await ping("file:///etc/passwd"))
