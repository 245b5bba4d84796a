"""Keys: private from the moment they exist, refused when they are not, published by the RFCs."""

import base64
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
)

from relay.errors import KeyUnusableError
from relay.signing.keys import Algorithm, SigningKey, dns_record, load_keys, make_key, record_text
from relay.signing.settings import KeySettings, SigningSettings
from tests.dns_server import DnsServer


def loaded(file: Path, selector: str = "s1", domain: str | None = None) -> SigningKey:
    key = KeySettings(selector=selector, file=file)
    return load_keys(SigningSettings(keys=(key,), domain=domain), "example.org")[0]


def private_file(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    file.chmod(0o600)
    return file


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_new_key_is_private_and_leaves_nothing_else_behind(
    algorithm: Algorithm, tmp_path: Path
) -> None:
    file = tmp_path / "key.pem"
    umask = os.umask(0)
    try:
        make_key(algorithm, file)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    assert loaded(file).algorithm is algorithm


def test_a_new_rsa_key_has_2048_bits(tmp_path: Path) -> None:
    make_key(Algorithm.RSA, tmp_path / "key.pem")
    private = loaded(tmp_path / "key.pem").private
    assert isinstance(private, rsa.RSAPrivateKey)
    assert private.key_size == 2048


def test_a_key_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    file = private_file(tmp_path / "key.pem", b"precious")
    with pytest.raises(KeyUnusableError, match="exists already"):
        make_key(Algorithm.ED25519, file)
    assert file.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [file]


def test_a_key_for_a_folder_that_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusableError, match="cannot be written: No such file"):
        make_key(Algorithm.ED25519, tmp_path / "none" / "key.pem")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666])
def test_a_key_that_others_may_use_is_refused_with_what_to_do(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    make_key(Algorithm.ED25519, file)
    file.chmod(mode)
    with pytest.raises(KeyUnusableError, match=f"chmod 600 {file}"):
        loaded(file)


def test_what_is_no_usable_private_key_is_refused(tmp_path: Path) -> None:
    pem, pkcs8, plain = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    edwards, curve = Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    public = edwards.public_key().public_bytes(pem, PublicFormat.SubjectPublicKeyInfo)
    cases = {
        "is no private key": [b"", b"junk", b"\xff" * 100, public],
        "is encrypted": [edwards.private_bytes(pem, pkcs8, BestAvailableEncryption(b"x"))],
        "neither RSA nor Ed25519": [curve.private_bytes(pem, pkcs8, plain)],
    }
    for problem, contents in cases.items():
        for content in contents:
            with pytest.raises(KeyUnusableError, match=problem):
                loaded(private_file(tmp_path / "key.pem", content))


def test_a_missing_key_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusableError, match="relay keys new"):
        loaded(tmp_path / "none.pem")


@pytest.mark.parametrize("name", ["", "a b", "a;b", "a\r\nb", "a..b", "-a", "x" * 64 + ".é"])
def test_a_name_that_is_no_dns_name_is_refused(name: str, tmp_path: Path) -> None:
    make_key(Algorithm.ED25519, tmp_path / "key.pem")
    with pytest.raises(KeyUnusableError, match="is no DNS name"):
        loaded(tmp_path / "key.pem", selector=name)


def test_an_international_domain_is_signed_for_in_its_ascii_form(tmp_path: Path) -> None:
    make_key(Algorithm.ED25519, tmp_path / "key.pem")
    key = loaded(tmp_path / "key.pem", domain="Bücher.example")
    assert dns_record(key)[0] == "s1._domainkey.xn--bcher-kva.example"


def test_the_domain_of_the_identity_is_the_default(keys: tuple[SigningKey, ...]) -> None:
    assert [dns_record(key)[0] for key in keys] == [
        "rsa._domainkey.example.org",
        "ed25519._domainkey.example.org",
    ]


def test_an_rsa_record_holds_the_public_key_info(keys: tuple[SigningKey, ...]) -> None:
    tags = dict(tag.split("=", 1) for tag in record_text(keys[0]).split("; "))
    assert (tags["v"], tags["k"]) == ("DKIM1", "rsa")
    public = load_der_public_key(base64.b64decode(tags["p"]))
    assert public == keys[0].private.public_key()


def test_an_ed25519_record_holds_the_bare_32_bytes(keys: tuple[SigningKey, ...]) -> None:
    tags = dict(tag.split("=", 1) for tag in record_text(keys[1]).split("; "))
    assert tags["k"] == "ed25519"
    assert len(base64.b64decode(tags["p"])) == 32


def test_a_long_record_is_split_into_strings_that_the_dns_can_carry(
    keys: tuple[SigningKey, ...], dns: DnsServer
) -> None:
    name, value = dns_record(keys[0])
    strings = [string.strip('"') for string in value.split('" "')]
    assert len(strings) == 2
    assert all(len(string) <= 255 for string in strings)
    served = dns.resolver().resolve(name, "TXT")[0].strings
    assert b"".join(served).decode() == "".join(strings) == record_text(keys[0])
