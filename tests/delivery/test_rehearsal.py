"""A rehearsal goes as far as RCPT, says where it failed, and never sends anything."""

from pathlib import Path

import pytest
from cryptography import x509

from relay.delivery.rehearsal import Rehearsal, rehearse
from relay.delivery.settings import UpstreamSettings
from tests.certificates import Authority
from tests.smtpd import Sink

SENDER, RECIPIENT = "bounces@example.org", "postmaster@example.org"


async def rehearsed(sink: Sink, **settings: object) -> Rehearsal:
    given = {"host": sink.host, "port": sink.port, "tls": "none", **settings}
    section = UpstreamSettings.model_validate(given)
    return await rehearse(section, "relay.example.org", SENDER, RECIPIENT)


async def test_it_logs_in_and_sends_nothing(authority: Authority) -> None:
    users = {"relay": "swordfish"}
    with Sink(tls=authority.server("127.0.0.1"), users=users) as sink:
        heard = await rehearsed(
            sink, tls="required", ca_file=authority.file, user="relay", password="swordfish"
        )
        assert (heard.failed_at, heard.authenticated) == (None, True)
        assert "8bitmime" in heard.extensions
        assert heard.certificate is not None
        x509.load_der_x509_certificate(heard.certificate)
        assert sink.said("MAIL") == [f"MAIL FROM:<{SENDER}>"]
        assert sink.said("RCPT") == [f"RCPT TO:<{RECIPIENT}>"]
        assert sink.said("RSET") == ["RSET"]
        assert sink.said("DATA") == []
        assert sink.mails == []


@pytest.mark.parametrize(
    ("script", "phase"),
    [
        ({"greeting": ["554 5.7.1 go away"]}, "greeting"),
        ({"ehlo": ["421 4.3.2 closing"]}, "ehlo"),
        ({"mail": ["550 5.7.60 not as this sender"]}, "mail"),
        ({"rcpt": ["550 5.1.1 nobody"]}, "rcpt"),
        ({"mail": ["DROP"]}, "mail"),
    ],
)
async def test_it_says_where_it_failed(script: dict[str, list[str]], phase: str) -> None:
    with Sink(script=script) as sink:
        heard = await rehearsed(sink)
    assert heard.failed_at == phase
    assert script[phase] == ["DROP"] or script[phase][0][4:] in heard.reply


async def test_a_wrong_password_is_told(authority: Authority) -> None:
    with Sink(tls=authority.server("127.0.0.1"), users={"relay": "swordfish"}) as sink:
        heard = await rehearsed(
            sink, tls="required", ca_file=authority.file, user="relay", password="haddock"
        )
        assert heard.failed_at == "auth"
        assert "haddock" not in heard.reply


async def test_an_expired_certificate_is_told(authority: Authority) -> None:
    import ssl  # noqa: PLC0415

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.pem("127.0.0.1", (-3, -1)))
    with Sink(tls=context) as sink:
        heard = await rehearsed(sink, tls="required", ca_file=authority.file)
    assert heard.failed_at == "tls"
    assert "expired" in heard.reply


async def test_nobody_there_is_told() -> None:
    section = UpstreamSettings.model_validate({"host": "127.0.0.1", "port": 9, "tls": "none"})
    heard = await rehearse(section, "relay.example.org", SENDER, RECIPIENT)
    assert heard.failed_at == "connect"


async def test_a_maildir_has_nobody_to_rehearse_with(tmp_path: Path) -> None:
    section = UpstreamSettings.model_validate({"kind": "maildir", "path": tmp_path})
    heard = await rehearse(section, "relay.example.org", SENDER, RECIPIENT)
    assert (heard.host, heard.failed_at) == ("", None)
