"""The ring of keys: who signs for whom, what takes force at once, what is set aside."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from relay.errors import KeyUnusableError
from relay.signing.keyfile import change_ring, read_ring
from relay.signing.keys import Algorithm, load_keys, make_key, present_keys
from relay.signing.live import LiveSigner
from relay.signing.ring import Ring, RingKey, Stage, begun, last_change, moved, switched
from relay.signing.settings import KeySettings, SigningSettings
from relay.signing.sign import author_domain

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def key(
    folder: Path, selector: str, stage: Stage = Stage.MADE, domain: str = "example.org"
) -> RingKey:
    file = folder / f"{selector}.pem"
    make_key(Algorithm.ED25519, file)
    return RingKey(domain=domain, selector=selector, file=file, stage=stage, since=NOW)


def settings(folder: Path, *selectors: str) -> SigningSettings:
    keys = []
    for each in selectors:
        selector, _, domain = each.partition("@")
        file = folder / f"{each}.pem"
        make_key(Algorithm.ED25519, file)
        keys.append(KeySettings(selector=selector, file=file, domain=domain or None))
    return SigningSettings(keys=tuple(keys), folder=folder)


def selectors(signing: SigningSettings) -> list[str]:
    return [each.selector for each in load_keys(signing, "example.org")]


def mail(author: str) -> bytes:
    return f"From: Somebody <{author}>\r\nTo: b@example.net\r\n\r\nhello\r\n".encode()


def signed_by(signing: SigningSettings, author: str) -> set[str]:
    fields = LiveSigner(signing, "example.org").sign(mail(author), NOW).decode()
    return {part.partition(";")[0] for part in fields.split(" s=")[1:]}


class TestTheTable:
    @pytest.mark.parametrize(
        ("author", "expected"),
        [
            ("a@example.org", "default"),
            ("a@web.example.org", "default"),
            ("a@other.example", "other"),
            ("a@x.other.example", "other"),
            ("a@mail.other.example", "mail"),
            ("a@x.mail.other.example", "mail"),
            ("a@stranger.example", "default"),
        ],
    )
    def test_the_key_closest_to_from_signs(
        self, tmp_path: Path, author: str, expected: str
    ) -> None:
        signing = settings(tmp_path, "default", "other@other.example", "mail@mail.other.example")
        assert signed_by(signing, author) == {expected}

    @pytest.mark.parametrize(
        ("field", "domain"),
        [
            (b"From: a@Example.ORG", "example.org"),
            (b'from:\r\n "a@b" <c@example.net>', "example.net"),
            (b"Subject: none", ""),
            (b"From: root", ""),
            (b"From: \xff\xfe <a@example.org>", "example.org"),
        ],
    )
    def test_the_author_is_read_from_any_from(self, field: bytes, domain: str) -> None:
        assert author_domain(field + b"\r\n\r\nbody\r\n") == domain


class TestStages:
    def test_a_new_key_signs_only_after_the_switch(self, tmp_path: Path) -> None:
        signing = settings(tmp_path, "old")
        new = key(tmp_path, "new")
        old = RingKey(
            domain="example.org", selector="old", file=signing.keys[0].file,
            stage=Stage.SIGNING, since=NOW,
        )  # fmt: skip
        change_ring(tmp_path, lambda ring: begun(ring, [new]))
        assert selectors(signing) == ["old"]
        change_ring(
            tmp_path, lambda ring: moved(ring, "example.org", Stage.MADE, Stage.PUBLISHED, NOW)
        )
        assert selectors(signing) == ["old"]
        later = NOW + timedelta(hours=1)
        ring = change_ring(tmp_path, lambda ring: switched(ring, "example.org", [old], later))
        assert selectors(signing) == ["new"]
        assert last_change(ring, "example.org") == later
        assert [each.selector for each in ring.at("example.org", Stage.RETIRING)] == ["old"]

    def test_keys_of_other_domains_are_left_alone(self, tmp_path: Path) -> None:
        signing = settings(tmp_path, "old", "other@other.example")
        new = key(tmp_path, "new", Stage.PUBLISHED)
        change_ring(tmp_path, lambda ring: switched(begun(ring, [new]), "example.org", [], NOW))
        assert selectors(signing) == ["new", "old", "other"]  # no word on the old one was given

    def test_the_same_change_twice_is_one(self, tmp_path: Path) -> None:
        ring = switched(Ring(keys=(key(tmp_path, "new", Stage.PUBLISHED),)), "example.org", [], NOW)
        assert switched(ring, "example.net", [], NOW) == ring


class TestDenied:
    def test_a_key_that_the_dns_denies_is_set_aside_while_another_can_sign(
        self, tmp_path: Path
    ) -> None:
        signing = settings(tmp_path, "a", "b", "c@other.example")
        denied = ("a._domainkey.example.org", "c._domainkey.other.example")
        change_ring(tmp_path, lambda ring: replace(ring, denied=denied))
        assert selectors(signing) == ["b", "c"]
        assert [each.selector for each in present_keys(signing, "example.org")] == ["a", "b", "c"]


class TestOnDisk:
    def test_a_running_signer_notices_the_switch(self, tmp_path: Path) -> None:
        signing = settings(tmp_path, "old", "other@other.example")
        signer = LiveSigner(signing, "example.org")
        assert b"s=old" in signer.sign(mail("a@example.org"), NOW)
        new = key(tmp_path, "new", Stage.PUBLISHED)
        old = RingKey(
            domain="example.org", selector="old", file=signing.keys[0].file,
            stage=Stage.SIGNING, since=NOW,
        )  # fmt: skip
        change_ring(tmp_path, lambda ring: switched(begun(ring, [new]), "example.org", [old], NOW))
        fields = signer.sign(mail("a@example.org"), NOW)
        assert b"s=new" in fields
        assert b"s=old" not in fields

    def test_a_damaged_ring_leaves_a_running_signer_as_it_was(self, tmp_path: Path) -> None:
        signing = settings(tmp_path, "old")
        signer = LiveSigner(signing, "example.org")
        (tmp_path / "rotation.json").write_text("{")
        assert b"s=old" in signer.sign(mail("a@example.org"), NOW)
        with pytest.raises(KeyUnusableError, match=r"rotation\.json: is no state"):
            LiveSigner(signing, "example.org")

    @pytest.mark.parametrize("text", ["[]", "{}", '{"keys": [{}], "denied": []}', "\xff", "null"])
    def test_what_is_no_ring_is_told(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "rotation.json").write_text(text, encoding="latin-1")
        with pytest.raises(KeyUnusableError, match="restore it"):
            read_ring(tmp_path)

    def test_the_folder_can_be_moved(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        change_ring(tmp_path / "a", lambda ring: begun(ring, [key(tmp_path / "a", "k")]))
        os.rename(tmp_path / "a", tmp_path / "b")  # noqa: PTH104 - as mv does
        assert read_ring(tmp_path / "b").keys[0].file == tmp_path / "b/k.pem"

    def test_nothing_is_left_behind(self, tmp_path: Path) -> None:
        change_ring(tmp_path, lambda ring: begun(ring, [key(tmp_path, "k")]))
        assert sorted(each.name for each in tmp_path.iterdir()) == ["k.pem", "rotation.json"]
