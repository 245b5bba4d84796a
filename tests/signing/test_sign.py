"""P7: a signature that we verified on the exact bytes sent, and that others verify too."""

import pickle
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.errors import SignatureError
from relay.signing.keys import SigningKey, load_keys
from relay.signing.settings import SigningSettings
from relay.signing.sign import OVERSIGNED, Signer, sign, verify_own
from tests.dns_server import DnsServer
from tests.signing.conftest import MAIL, NOW
from tests.signing.verifiers import by_dkimpy, by_mail_dkim, by_opendkim

Keys = tuple[SigningKey, ...]


def signed(mail: bytes, keys: Keys) -> bytes:
    return Signer(keys=keys).sign(mail, NOW) + mail


def on_the_wire(mail: bytes, keys: Keys) -> bytes:
    final = signed(mail, keys)
    return final if final.endswith(b"\r\n") else final + b"\r\n"


def own_verdict(final: bytes, keys: Keys) -> bool:
    try:
        verify_own(final, keys)
    except SignatureError:
        return False
    return True


ELDER_SIGNATURE = (
    b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=old.example; s=old; h=from;\r\n"
    b" bh=QUFB; b=QUFB\r\n"
)
ODD_MAILS = [
    MAIL,
    b"From: a@example.org\r\n\r\n",
    b"From: a@example.org\r\n\r\n\r\n\r\n",
    b"From: a@example.org\r\n\r\n \r\n\t\r\n",
    b"From: a@example.org\r\n\r\nend without a line end",
    b"From: a@example.org\r\nSubject : spaced\r\nX-Empty:\r\nTo:\r\n\r\nbody\r\n",
    b"From: a@example.org\r\nTo: a\r\nTo: b\r\nTo: c\r\n\r\nthree To\r\n",
    b"From: a@example.org\r\nSubject: " + b"x" * 900 + b"\r\n\r\n" + b"y" * 990 + b"\r\n",
    b"From: a@example.org\r\nSubject:\r\n folded at once\r\n  and\t again\r\n\r\nb\r\n",
    b"From: a@example.org\r\n" + ELDER_SIGNATURE + b"\r\nresent\r\n",
]


@pytest.mark.parametrize("mail", ODD_MAILS)
def test_dkimpy_verifies_rsa_by_dns(mail: bytes, keys: Keys, dns: DnsServer) -> None:
    if b"Subject :" in mail:
        mail = mail.replace(b"Subject :", b"Subject:")  # dkimpy reads no field with that space
    assert by_dkimpy(on_the_wire(mail, keys), 0, dns)
    assert dns.queries == ["rsa._domainkey.example.org."]


@pytest.mark.needs("perl")
@pytest.mark.parametrize("mail", ODD_MAILS)
def test_mail_dkim_verifies_rsa_by_dns(
    mail: bytes, keys: Keys, dns: DnsServer, tmp_path: Path
) -> None:
    assert by_mail_dkim(on_the_wire(mail, keys), dns, tmp_path)["rsa-sha256"] == "pass"
    assert "rsa._domainkey.example.org." in dns.queries


@pytest.mark.needs("opendkim")
@pytest.mark.parametrize("mail", ODD_MAILS)
def test_opendkim_verifies_rsa_and_ed25519(mail: bytes, keys: Keys, tmp_path: Path) -> None:
    results = by_opendkim(on_the_wire(mail, keys), keys, tmp_path)
    assert results == {"rsa-sha256": "pass", "ed25519-sha256": "pass"}


@pytest.mark.needs("opendkim", "perl")
def test_the_verifiers_notice_a_changed_mail(keys: Keys, dns: DnsServer, tmp_path: Path) -> None:
    changed = signed(MAIL, keys).replace(b"code 23)\r\n\r\n", b"code 24)\r\n\r\n")
    with pytest.raises(Exception, match="body hash mismatch"):
        by_dkimpy(changed, 0, dns)
    assert by_mail_dkim(changed, dns, tmp_path)["rsa-sha256"] == "fail"
    assert by_opendkim(changed, keys, tmp_path)["rsa-sha256"] == "fail"
    assert by_opendkim(changed, keys, tmp_path)["ed25519-sha256"] == "fail"


def test_any_changed_byte_breaks_our_own_verification(keys: Keys) -> None:
    final = signed(MAIL, keys)
    visible = [at for at, byte in enumerate(final) if byte > 0x20]
    survived = [at for at in visible if own_verdict(_changed(final, at), keys)]
    assert survived == []


def _changed(final: bytes, at: int) -> bytes:
    """Put another visible byte at one place, and not only its other case."""
    other = b"!" if final[at : at + 1] != b"!" else b"?"
    return final[:at] + other + final[at + 1 :]


@given(st.data())
def test_any_byte_added_or_taken_away_breaks_it_unless_it_is_blank(
    keys: Keys, data: st.DataObject
) -> None:
    final = signed(MAIL, keys)
    at = data.draw(st.integers(0, len(final) - 1))
    if data.draw(st.booleans()):
        changed = final[:at] + b"#" + final[at:]
    else:
        changed = final[:at] + final[at + 1 :]
    if changed.split() != final.split() and not final[at : at + 1].isspace():
        assert not own_verdict(changed, keys)


@pytest.mark.parametrize("name", OVERSIGNED)
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("mail", [MAIL, b"From: a@example.org\r\n\r\nlittle\r\n"])
def test_no_covered_field_can_be_added(
    mail: bytes, name: bytes, place: int, keys: Keys, dns: DnsServer
) -> None:
    final = signed(mail, keys)
    head, _, body = final.partition(b"\r\n\r\n")
    added = name.title() + b": forged"
    lines = [added, head] if place == 0 else [head, added]
    forged = b"\r\n".join(lines) + b"\r\n\r\n" + body
    assert not by_dkimpy(forged, 0, dns)
    unsigned = b"\r\n".join([added, mail]) if place == 0 else forged[len(final) - len(mail) :]
    assert not own_verdict(final[: len(final) - len(mail)] + unsigned, keys)


def test_what_servers_may_do_on_the_way_breaks_nothing(keys: Keys, dns: DnsServer) -> None:
    final = signed(MAIL, keys)
    carried = b"Received: from a by b; Tue, 24 Nov 2026 12:00:01 +0000\r\n" + final
    carried = carried.replace(b"Subject: [FAILED]  web01", b"SUBJECT:   [FAILED]\r\n web01")
    carried = carried.replace(b" \t\r\n", b"\r\n").rstrip() + b"\r\n"
    assert by_dkimpy(carried, 0, dns)


def test_the_timestamp_is_the_one_given(keys: Keys) -> None:
    at = NOW + timedelta(days=9)
    fields = Signer(keys=keys).sign(MAIL, at)  # a clock that is ahead must not stop the mail
    assert fields.count(b"; t=%d;" % at.timestamp()) == 2


def test_every_line_of_a_signature_is_short_and_there_is_one_for_each_key(keys: Keys) -> None:
    fields = sign(MAIL, keys, NOW)
    assert max(map(len, fields.split(b"\r\n"))) <= 78
    assert fields.count(b"DKIM-Signature:") == 2
    assert fields.index(b"a=rsa-sha256") < fields.index(b"a=ed25519-sha256")


def test_with_no_keys_a_mail_stays_as_it_is() -> None:
    assert Signer(keys=()).sign(MAIL, NOW) == b""


def test_a_signature_by_another_key_is_not_taken_for_ours(keys: Keys) -> None:
    assert not own_verdict(signed(MAIL, keys), keys[::-1])
    assert not own_verdict(signed(MAIL, keys[:1]), keys)
    assert not own_verdict(MAIL, keys)
    assert not own_verdict(b"\r\n", keys)


@given(st.binary(max_size=300))
def test_verifying_what_is_no_mail_raises_nothing_else(keys: Keys, junk: bytes) -> None:
    assert not own_verdict(junk, keys)
    assert not own_verdict(b"DKIM-Signature:" + junk, keys)


@given(
    st.lists(st.sampled_from([b"From: a", b"\r\n", b" ", b"\t", b"x", b":", b"\r", b"\n", b"."]))
)
def test_whatever_has_been_signed_verifies(keys: Keys, pieces: list[bytes]) -> None:
    mail = b"From: a@example.org\r\n" + b"".join(pieces)
    assert own_verdict(signed(mail, keys[1:]), keys[1:])


def _signed_elsewhere(load: Callable[[], Keys], at: datetime) -> bytes:
    return Signer(keys=load()).sign(MAIL, at)


def test_a_process_that_loads_the_keys_itself_signs_alike(settings: SigningSettings) -> None:
    load = partial(load_keys, settings, "example.org")
    assert pickle.loads(pickle.dumps(load))() != ()
    with ProcessPoolExecutor(1, mp_context=get_context("forkserver")) as processes:
        elsewhere = processes.submit(_signed_elsewhere, load, NOW).result(60)
    assert elsewhere == _signed_elsewhere(load, NOW)  # both algorithms are deterministic


HOSTILE_BODIES = [
    b" ",
    b"\t",
    b"a ",
    b" \r\n",
    b"\r\n",
    b"\r",
    b"\n",
    b"x",
    b"a  b\t\r\n",
    b".\r\n",
]


@pytest.mark.parametrize("piece", HOSTILE_BODIES)
def test_signing_takes_time_in_proportion_to_the_body(piece: bytes, keys: Keys) -> None:
    def mail(size: int) -> bytes:
        return b"From: a@example.org\r\n\r\n" + piece * (size // len(piece)) + b"\r\n"

    assert _seconds(mail(8 << 20), keys) < 0.02 + 6 * _seconds(mail(2 << 20), keys)


@pytest.mark.parametrize(
    "piece", [b"To: a\r\n", b"X: a\r\n", b"X:\r\n \r\n", b" a\r\n", b"a" * 999]
)
def test_signing_takes_time_in_proportion_to_the_header(piece: bytes, keys: Keys) -> None:
    def mail(size: int) -> bytes:
        return b"From: a@example.org\r\nX: x\r\n" + piece * (size // len(piece)) + b"\r\n\r\nb\r\n"

    assert _seconds(mail(256_000), keys) < 0.02 + 6 * _seconds(mail(64_000), keys)


def _seconds(mail: bytes, keys: Keys) -> float:
    """Return the CPU time that signing and verifying takes, the least of three tries."""

    def once() -> float:
        before = time.process_time()
        signed(mail, keys)
        return time.process_time() - before

    return min(once() for _ in range(3))
