"""Certificates of ours and of upstreams: by date, and by what the DNS says of them (DANE)."""

import hashlib
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from relay.delivery.rehearsal import rehearse
from relay.delivery.settings import UpstreamSettings
from relay.domains.checks import certificates, upstreams
from relay.domains.doctor import examine
from relay.domains.estate import Listener
from relay.domains.finding import Finding
from relay.domains.lookup import Dns
from relay.domains.visit import Condition, Visit
from tests.certificates import Authority
from tests.domains.good import Heard, estate, fetched, visited
from tests.smtpd import Sink


async def found_in(file: Path) -> Finding:
    """Return what is found of a certificate in `file`, today."""
    listener = Listener(place="ingest 0.0.0.0:587", certificate=file)

    async def nobody() -> list[Heard]:
        return []

    visit = Visit(
        estate=estate(listeners=(listener,)), dns=Dns([("127.0.0.1", 9)], 0.2),
        now=datetime.now(UTC), condition=Condition(), rehearse=nobody, fetch=fetched,
    )  # fmt: skip
    [found] = await examine(visit, [certificates.check])
    return found


@pytest.mark.parametrize(
    ("days", "expected"),
    [((-1, 90), "RD800"), ((-90, -1), "RD801"), ((-80, 10), "RD802"), ((1, 90), "RD804")],
)
async def test_a_certificate_is_judged_by_its_dates(
    tmp_path: Path, days: tuple[int, int], expected: str
) -> None:
    found = await found_in(Authority(tmp_path).pem("relay.example.org", days))
    assert found.id == expected
    assert found.alarm == (expected in ("RD801", "RD804"))


async def test_what_is_no_certificate_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("hello")
    assert (await found_in(tmp_path / "a.pem")).id == "RD803"
    assert (await found_in(tmp_path / "none.pem")).id == "RD803"


async def heard_from(folder: Path, days: tuple[int, int]) -> Any:
    """Return a rehearsal with a real server whose certificate has these dates."""
    authority = Authority(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.pem("127.0.0.1", days))
    with Sink(tls=context) as sink:
        given = {"host": "127.0.0.1", "port": sink.port, "ca_file": authority.file}
        return await rehearse(UpstreamSettings.model_validate(given), "me.example.org", "", "a@b.c")


@pytest.mark.parametrize(
    ("days", "expected"),
    [((-9, 90), {"RD900", "RD907"}), ((-9, 9), {"RD900", "RD906", "RD907"}), ((-9, -1), {"RD902"})],
)
async def test_an_upstream_is_judged_by_its_certificate(
    tmp_path: Path, days: tuple[int, int], expected: set[str]
) -> None:
    heard = await heard_from(tmp_path, days)

    async def rehearsed() -> list[Any]:
        return [heard]

    visit = Visit(
        estate=estate(), dns=Dns([("127.0.0.1", 9)], 0.2), now=datetime.now(UTC),
        condition=Condition(), rehearse=rehearsed, fetch=fetched,
    )  # fmt: skip
    found = await examine(visit, [upstreams.check])
    assert {each.id for each in found} == expected


@pytest.fixture
def der(tmp_path: Path) -> bytes:
    pem = Authority(tmp_path).pem("mail.example.net", (-9, 900)).read_bytes()
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


def spki(der: bytes) -> bytes:
    key = x509.load_der_x509_certificate(der).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("kind", ["3 1 1", "3 0 2", "3 1 0", "2 0 1"])
@pytest.mark.parametrize("right", [True, False])
async def test_a_tlsa_record_is_compared(der: bytes, kind: str, right: bool) -> None:
    usage, selector, matching = kind.split()
    covered = (spki(der) if selector == "1" else der) if right else b"another"
    digests = {"0": covered.hex(), "1": hashlib.sha256(covered).hexdigest()}
    data = digests.get(matching) or hashlib.sha512(covered).hexdigest()
    zone = {"_587._tcp.mail.example.net": {"TLSA": [f"{kind} {data}"]}}
    heard = [Heard(certificate=der)]
    found = await visited(zone, estate(), checks=[upstreams.check], heard=heard, secure=True)
    expected = {"RD600" if right else "RD601"} if usage == "3" else set()
    assert {each.id for each in found} & {"RD600", "RD601", "RD602"} == expected
    found = await visited(zone, estate(), checks=[upstreams.check], heard=heard)
    assert ("RD602" in {each.id for each in found}) == (usage == "3")
