"""The Maildir upstream: one file for a mail, whole and synced before it counts."""

import asyncio
import mailbox
from pathlib import Path

import pytest

from relay.delivery.send import Upstream, open_upstreams
from relay.delivery.settings import UpstreamSettings
from relay.pipeline.stages import Deferred, Delivered, Refused

CONTENT = b"Subject: a\r\n\r\n.dot\r\nFrom here\r\n"


@pytest.fixture
async def upstream(tmp_path: Path) -> Upstream:
    section = UpstreamSettings.model_validate({"kind": "maildir", "path": tmp_path / "mail"})
    opened = open_upstreams([section], "relay.example.org")["smarthost"]
    await opened.open()
    return opened


async def test_a_mail_is_stored_with_its_envelope_in_front(
    upstream: Upstream, tmp_path: Path
) -> None:
    result = await upstream.send("s@example.org", "anna@example.net", CONTENT)
    assert isinstance(result, Delivered)
    (file,) = (tmp_path / "mail" / "new").iterdir()
    assert file.name in result.reply
    envelope = b"Return-Path: <s@example.org>\r\nDelivered-To: anna@example.net\r\n"
    assert file.read_bytes() == envelope + CONTENT
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []


async def test_the_null_sender_gives_an_empty_return_path(
    upstream: Upstream, tmp_path: Path
) -> None:
    await upstream.send("", "anna@example.net", CONTENT)
    (file,) = (tmp_path / "mail" / "new").iterdir()
    assert file.read_bytes().startswith(b"Return-Path: <>\r\n")


async def test_many_mails_at_once_become_as_many_files(upstream: Upstream, tmp_path: Path) -> None:
    sends = (upstream.send("", "anna@example.net", b"\r\n%d\r\n" % each) for each in range(50))
    results = await asyncio.gather(*sends)
    assert all(isinstance(result, Delivered) for result in results)
    bodies = {message.get_payload() for message in mailbox.Maildir(tmp_path / "mail")}
    assert len(bodies) == 50


async def test_a_folder_that_cannot_be_written_holds_the_upstream_not_the_mail(
    upstream: Upstream, tmp_path: Path
) -> None:
    (tmp_path / "mail" / "tmp").rmdir()
    result = await upstream.send("", "anna@example.net", CONTENT)
    assert isinstance(result, Deferred)
    assert result.session
    assert "No such file or directory" in result.reply


async def test_a_path_cannot_add_a_field(upstream: Upstream, tmp_path: Path) -> None:
    result = await upstream.send("", "a@b.example\r\nSubject: x", CONTENT)
    assert isinstance(result, Refused)
    assert list((tmp_path / "mail" / "new").iterdir()) == []
