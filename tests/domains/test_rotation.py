"""Rotation of keys against real name servers: nothing signs that one of them does not show."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dkim
import pytest

from relay.domains.authority import sights
from relay.domains.checks.dkim import judge
from relay.domains.estate import PublishedKey
from relay.domains.lookup import Answer, Dns
from relay.domains.publish import Action, Change, publish
from relay.domains.settings import DomainsSettings, UpdateSettings, endpoint
from relay.errors import UpdateError
from relay.signing.keys import Algorithm, dns_record, load_keys, make_key, record_text
from relay.signing.live import LiveSigner
from relay.signing.ring import Stage
from relay.signing.settings import KeySettings, SigningSettings
from relay.workers.rotate import Progress, Rotation
from tests.conftest import Clock
from tests.dns_authority import KEY, NameServer

pytestmark = pytest.mark.needs("knotd")

MAIL = b"From: a@example.org\r\nTo: b@example.net\r\nSubject: hello\r\n\r\nhello\r\n"
OLD = "old-rsa._domainkey.example.org"


@pytest.fixture
def signing(tmp_path: Path) -> SigningSettings:
    folder = tmp_path / "keys"
    folder.mkdir()
    make_key(Algorithm.RSA, folder / "old-rsa.pem")
    key = KeySettings(selector="old-rsa", file=folder / "old-rsa.pem")
    return SigningSettings(keys=(key,))


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[NameServer, NameServer]]:
    """A primary and its secondary."""
    primary = NameServer(tmp_path / "ns1", {"example.org": "ns1 A 127.0.0.1"})
    secondary = NameServer(tmp_path / "ns2", {}, primary)
    with primary, secondary:
        yield primary, secondary


def wishes(primary: NameServer, *others: NameServer, **changes: Any) -> DomainsSettings:
    update = UpdateSettings(
        server=primary.place, zone="example.org", key_name=KEY, key_file=primary.key_file, ttl=60
    )
    authorities = tuple(each.place for each in (primary, *others))
    settings: dict[str, Any] = {"update": update, "authorities": authorities}
    return DomainsSettings(**settings | changes)


def rotation(signing: SigningSettings, wanted: DomainsSettings, clock: Clock) -> Rotation:
    async def nothing_under_way(_: object) -> int:
        return 0

    return Rotation(
        signing=signing,
        default_domain="example.org",
        wishes=wanted,
        under_way=nothing_under_way,
        now=clock,
    )


def verified(signer: LiveSigner, server: NameServer) -> list[str]:
    """Sign a mail, verify its signatures by what `server` shows; return their selectors.

    dkimpy knows RSA only: of the other kind, the record must be that of the key that signs.
    """
    mail = signer.sign(MAIL, datetime.now(UTC)) + MAIL  # verifiers mistrust the future
    for key in load_keys(signer.settings, signer.domain):
        shown = server.ask(dns_record(key)[0])
        wanted = PublishedKey(selector=key.selector, domain=key.domain, text=record_text(key))
        assert judge(wanted, Answer(records=tuple(shown))).id == "RD200", shown

    def look_up(name: bytes, timeout: int = 5) -> bytes | None:
        found = server.ask(name.decode())
        return found[0].encode() if found else None

    checker = dkim.DKIM(mail)
    assert checker.verify(idx=0, dnsfunc=look_up), mail.decode()
    text = mail.decode()
    return [part.partition(";")[0] for part in text.split(" s=")[1:]]


async def until(turning: Rotation, stage: Stage) -> Progress:
    """Advance until that stage is reached; servers may take a moment."""
    for _ in range(100):
        progress = await turning.advance("example.org")
        if progress.moved_to is stage:
            return progress
        await asyncio.sleep(0.05)
    raise AssertionError(progress)


async def test_a_whole_rotation_by_dynamic_update_with_every_mail_verifying(
    signing: SigningSettings, servers: tuple[NameServer, NameServer], clock: Clock
) -> None:
    primary, secondary = servers
    turning = rotation(signing, wishes(primary, secondary), clock)
    old = await _publish_old(signing, turning)
    signer = LiveSigner(signing, "example.org")
    assert verified(signer, secondary) == ["old-rsa"]

    turning.begin("example.org")
    assert verified(signer, secondary) == ["old-rsa"]
    await until(turning, Stage.PUBLISHED)
    assert verified(signer, secondary) == ["old-rsa"]
    before = signer.sign(MAIL, datetime.now(UTC)) + MAIL  # it is on its way while the keys change
    await until(turning, Stage.SIGNING)
    new = ["202611a-rsa", "202611a-ed25519"]
    assert verified(signer, secondary) == new
    assert verified(signer, primary) == new

    clock.advance(days=6)
    assert "the old key stays until" in (await turning.advance("example.org")).waits_for
    assert secondary.ask(OLD) == [old]
    assert dkim.verify(before, dnsfunc=lambda *_, **__: secondary.ask(OLD)[0].encode())
    clock.advance(days=2)
    await until(turning, Stage.REVOKED)
    await until(turning, Stage.RETIRED)
    assert primary.ask(OLD) == secondary.ask(OLD) == ["v=DKIM1; p="]
    assert verified(signer, secondary) == new
    assert await turning.advance("example.org") == Progress(domain="example.org")


async def _publish_old(signing: SigningSettings, turning: Rotation) -> str:
    """Publish the first key, and wait until every server shows it."""
    text = record_text(load_keys(signing, "example.org")[0])
    await publish(turning.wishes, [Change(action=Action.ADD, name=OLD, text=text)])
    place = [endpoint(each) for each in turning.wishes.authorities]
    while not all(each.answer.records for each in await sights(Dns(place, 2), OLD, place)):
        await asyncio.sleep(0.05)
    return text


async def test_one_server_that_does_not_show_the_key_keeps_it_from_signing(
    tmp_path: Path, signing: SigningSettings, clock: Clock
) -> None:
    """The sabotage: the second server is nobody's secondary."""
    with (
        NameServer(tmp_path / "ns1", {"example.org": ""}) as primary,
        NameServer(tmp_path / "ns2", {"example.org": ""}) as stale,
    ):
        turning = rotation(signing, wishes(primary, stale), clock)
        turning.begin("example.org")
        await until(turning, Stage.PUBLISHED)
        assert primary.ask("202611a-rsa._domainkey.example.org")
        progress = await turning.advance("example.org")
        assert progress.moved_to is None
        assert f"{stale.place} the DNS does not show the key" in progress.waits_for
        signer = LiveSigner(signing, "example.org")
        assert b"s=old-rsa" in signer.sign(MAIL, clock())


async def test_a_server_that_is_away_keeps_it_from_signing(
    tmp_path: Path, signing: SigningSettings, clock: Clock
) -> None:
    with NameServer(tmp_path / "ns1", {"example.org": ""}) as primary:
        away = ("127.0.0.1:9", primary.place)
        wanted = wishes(primary, authorities=away, timeout=1)
        turning = rotation(signing, wanted, clock)
        turning.begin("example.org")
        await until(turning, Stage.PUBLISHED)
        progress = await turning.advance("example.org")
        assert (progress.moved_to, "127.0.0.1:9" in progress.waits_for) == (None, True)


async def test_mail_under_way_keeps_the_old_key(
    signing: SigningSettings, servers: tuple[NameServer, NameServer], clock: Clock
) -> None:
    left = [3, 0]

    async def under_way(moment: object) -> int:
        assert moment == switched_at
        return left.pop(0)

    turning = rotation(signing, wishes(*servers), clock)
    turning = replace(turning, under_way=under_way)
    await _publish_old(signing, turning)
    turning.begin("example.org")
    switched_at = clock()
    await until(turning, Stage.SIGNING)
    clock.advance(days=8)
    progress = await turning.advance("example.org")
    assert progress.waits_for == "3 mails signed by it have not left"
    await until(turning, Stage.REVOKED)


async def test_without_a_way_to_change_the_dns_the_records_are_told(
    tmp_path: Path, signing: SigningSettings, clock: Clock
) -> None:
    with NameServer(tmp_path / "ns1", {"example.org": ""}) as primary:
        by_hand = wishes(primary, update=None)
        turning = rotation(signing, by_hand, clock)
        turning.begin("example.org")
        await until(turning, Stage.PUBLISHED)
        progress = await turning.advance("example.org")
        names = [name.split(".")[0] for name, _ in progress.to_publish]
        assert names == ["202611a-rsa", "202611a-ed25519"]
        changes = [
            Change(action=Action.ADD, name=name, text=text) for name, text in progress.to_publish
        ]
        await publish(wishes(primary), changes)  # the operator does it
        await until(turning, Stage.SIGNING)


async def test_a_second_rotation_replaces_the_keys_of_the_first(
    signing: SigningSettings, servers: tuple[NameServer, NameServer], clock: Clock
) -> None:
    turning = rotation(signing, wishes(*servers), clock)
    await _publish_old(signing, turning)
    signer = LiveSigner(signing, "example.org")
    for letter in "ab":
        turning.begin("example.org")
        await until(turning, Stage.SIGNING)
        selectors = [f"202611{letter}-rsa", f"202611{letter}-ed25519"]
        assert verified(signer, servers[0]) == selectors
        clock.advance(hours=1)
    retiring = turning.ring().at("example.org", Stage.RETIRING)
    assert {key.selector for key in retiring} == {"old-rsa", "202611a-rsa", "202611a-ed25519"}


def test_it_is_due_by_the_age_of_the_keys(signing: SigningSettings, clock: Clock) -> None:
    every = signing.model_copy(update={"rotate_every": timedelta(days=180)})
    made = every.keys[0].file.stat().st_mtime
    clock.time = clock.time.fromtimestamp(made, clock.time.tzinfo)
    turning = rotation(every, DomainsSettings(), clock)
    assert not turning.is_due("example.org")
    clock.advance(days=181)
    assert turning.is_due("example.org")
    turning.begin("example.org")
    assert not turning.is_due("example.org")
    assert not rotation(signing, DomainsSettings(), clock).is_due("example.org")


async def test_authorities_are_found_by_the_zone_and_a_cname_is_followed(tmp_path: Path) -> None:
    text = "key TXT hello\nhosted CNAME key.example.net.\n"
    zones = {"example.org": text, "example.net": "key TXT elsewhere"}
    with NameServer(tmp_path / "ns1", zones) as server:
        resolver = Dns([("127.0.0.1", server.port)], 3)
        place = [("127.0.0.1", server.port)]
        [seen] = await sights(resolver, "key.example.org", place)
        assert seen.answer.records == ("hello",)
        [seen] = await sights(resolver, "hosted.example.org", place)
        assert seen.answer.records == ("elsewhere",)
        [seen] = await sights(resolver, "none.example.org", place)
        assert seen.answer.empty
        [seen] = await sights(resolver, "key.example.org")  # ns1 has no address in this zone
        assert "has no address" in str(seen.answer.failed)


async def test_a_resolver_is_no_authority(tmp_path: Path) -> None:
    """What a cache says is not what the zone says."""
    with NameServer(tmp_path / "ns1", {"example.net": ""}) as server:
        place = [("127.0.0.1", server.port)]
        [seen] = await sights(Dns(place, 2), "key.example.org", place)
        assert seen.answer.failed


class TestUpdates:
    CHANGE = Change(
        action=Action.ADD, name="x._domainkey.example.org", text="v=DKIM1; p=" + "A" * 400
    )

    async def test_a_long_text_arrives_whole_and_twice_is_once(self, tmp_path: Path) -> None:
        with NameServer(tmp_path / "ns1", {"example.org": ""}) as server:
            for _ in range(2):
                await publish(wishes(server), [self.CHANGE])
            assert server.ask(self.CHANGE.name) == [self.CHANGE.text]
            gone = replace(self.CHANGE, action=Action.DELETE)
            for _ in range(2):
                await publish(wishes(server), [gone])
            assert server.ask(self.CHANGE.name) == []

    async def test_a_wrong_key_is_refused_and_told(self, tmp_path: Path) -> None:
        with NameServer(tmp_path / "ns1", {"example.org": ""}) as server:
            server.key_file.write_text("c3dvcmRmaXNo")
            with pytest.raises(UpdateError) as refused:
                await publish(wishes(server), [self.CHANGE])
            assert "c3dvcmRmaXNo" not in str(refused.value)
            assert server.ask(self.CHANGE.name) == []

    async def test_a_zone_of_others_is_refused_and_told(self, tmp_path: Path) -> None:
        with NameServer(tmp_path / "ns1", {"example.org": ""}) as server:
            wanted = wishes(server)
            assert wanted.update is not None
            update = wanted.update.model_copy(update={"zone": "example.net"})
            change = replace(self.CHANGE, name="x.example.net")
            with pytest.raises(UpdateError, match=r"NOTAUTH|REFUSED|FormError"):
                await publish(wanted.model_copy(update={"update": update}), [change])

    async def test_a_key_that_others_can_read_is_not_used(self, tmp_path: Path) -> None:
        server = NameServer(tmp_path / "ns1", {"example.org": ""})
        server.key_file.chmod(0o644)
        with pytest.raises(UpdateError, match="chmod 600"):
            await publish(wishes(server), [self.CHANGE])

    async def test_a_server_that_is_away_is_told(self, tmp_path: Path) -> None:
        server = NameServer(tmp_path / "ns1", {"example.org": ""})  # never started
        with pytest.raises(UpdateError, match=r"domains\.update: 127"):
            await publish(wishes(server), [self.CHANGE])
