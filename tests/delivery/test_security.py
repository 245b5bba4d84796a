"""TLS and AUTH: what is protected, what is never sent, what is held against nobody's mail."""

import ssl
from pathlib import Path

import pytest

from relay.delivery.send import open_upstreams
from relay.delivery.settings import UpstreamSettings
from relay.errors import ConfigError
from relay.pipeline.stages import Deferred, Delivered, Phase, Result
from tests.certificates import Authority
from tests.delivery.conftest import Open
from tests.smtpd import Sink

MAIL = ("sender@example.org", "anna@example.net", b"Subject: a\r\n\r\nb\r\n")


def assert_session_failed(result: Result, phase: Phase, words: str) -> None:
    assert isinstance(result, Deferred)
    assert (result.phase, result.session) == (phase, True)
    assert words in result.reply


async def test_starttls_protects_the_mail_and_the_name_is_said_again(
    upstream_to: Open, authority: Authority
) -> None:
    with Sink(tls=authority.server("127.0.0.1")) as sink:
        upstream = await upstream_to(sink, tls="required", ca_file=authority.file)
        assert isinstance(await upstream.send(*MAIL), Delivered)
        assert sink.mails[0].tls
        assert sink.mails[0].helo == "relay.example.org"


async def test_implicit_tls_protects_the_mail(upstream_to: Open, authority: Authority) -> None:
    with Sink(tls=authority.server("127.0.0.1"), implicit=True) as sink:
        upstream = await upstream_to(sink, tls="implicit", ca_file=authority.file)
        assert isinstance(await upstream.send(*MAIL), Delivered)
        assert sink.mails[0].tls


async def test_where_tls_is_required_a_stripped_offer_stops_the_mail(
    upstream_to: Open, authority: Authority
) -> None:
    with Sink(tls=authority.server("127.0.0.1"), starttls=False) as sink:
        upstream = await upstream_to(sink, tls="required", ca_file=authority.file)
        assert_session_failed(await upstream.send(*MAIL), Phase.TLS, "TLS is required")
        assert sink.said("MAIL") == []


async def test_where_tls_is_required_a_refused_starttls_stops_the_mail(
    upstream_to: Open, authority: Authority
) -> None:
    script = {"starttls": ["454 4.7.0 not now"]}
    with Sink(tls=authority.server("127.0.0.1"), script=script) as sink:
        upstream = await upstream_to(sink, tls="required", ca_file=authority.file)
        assert_session_failed(await upstream.send(*MAIL), Phase.TLS, "454 4.7.0 not now")
        assert sink.said("MAIL") == []


@pytest.mark.parametrize("implicit", [True, False])
async def test_a_certificate_for_another_name_stops_the_mail(
    upstream_to: Open, authority: Authority, implicit: bool
) -> None:
    tls = "implicit" if implicit else "required"
    with Sink(tls=authority.server("other.example"), implicit=implicit) as sink:
        upstream = await upstream_to(sink, tls=tls, ca_file=authority.file)
        assert_session_failed(await upstream.send(*MAIL), Phase.TLS, "certificate verify failed")
        assert sink.said("MAIL") == []


@pytest.mark.parametrize("implicit", [True, False])
async def test_a_certificate_of_an_unknown_authority_stops_the_mail(
    upstream_to: Open, authority: Authority, implicit: bool
) -> None:
    with Sink(tls=authority.server("127.0.0.1"), implicit=implicit) as sink:
        upstream = await upstream_to(sink, tls="implicit" if implicit else "required")
        assert_session_failed(await upstream.send(*MAIL), Phase.TLS, "certificate verify failed")


async def test_opportunistic_tls_takes_what_it_gets(
    upstream_to: Open, authority: Authority
) -> None:
    with Sink(tls=authority.server("other.example")) as sink:
        upstream = await upstream_to(sink, tls="opportunistic")
        assert isinstance(await upstream.send(*MAIL), Delivered)
        assert sink.mails[0].tls
    with Sink() as sink:
        upstream = await upstream_to(sink, tls="opportunistic")
        assert isinstance(await upstream.send(*MAIL), Delivered)
        assert not sink.mails[0].tls


async def test_a_connection_lost_instead_of_a_handshake_is_the_sessions_fault(
    upstream_to: Open, authority: Authority
) -> None:
    with Sink(tls=authority.server("127.0.0.1"), script={"starttls": ["DROP"]}) as sink:
        upstream = await upstream_to(sink, tls="required", ca_file=authority.file)
        assert_session_failed(await upstream.send(*MAIL), Phase.TLS, "EOF")


@pytest.mark.parametrize("tls", ["required", "opportunistic"])
async def test_a_handshake_that_fails_does_not_lead_to_a_mail_in_the_clear(
    upstream_to: Open, tls: str
) -> None:
    without_certificate = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with Sink(tls=without_certificate) as sink:
        upstream = await upstream_to(sink, tls=tls)
        assert_session_failed(await upstream.send(*MAIL), Phase.TLS, "")
        assert sink.said("MAIL") == []


async def test_what_was_injected_before_the_handshake_is_not_taken_for_an_offer(
    upstream_to: Open, authority: Authority
) -> None:
    injected = b"220 go ahead\r\n250-injected\r\n250 AUTH PLAIN\r\n"
    with Sink(tls=authority.server("127.0.0.1"), script={"starttls": [injected]}) as sink:
        upstream = await upstream_to(sink, tls="required", ca_file=authority.file)
        assert isinstance(await upstream.send(*MAIL), Delivered)
        assert sink.said("AUTH") == []


@pytest.mark.parametrize("implicit", [True, False])
async def test_the_user_is_authenticated_under_tls(
    upstream_to: Open, authority: Authority, password_file: Path, implicit: bool
) -> None:
    users = {"relay": "secret word"}
    with Sink(tls=authority.server("127.0.0.1"), users=users, implicit=implicit) as sink:
        upstream = await upstream_to(
            sink,
            tls="implicit" if implicit else "opportunistic",  # which a password makes required
            ca_file=authority.file,
            user="relay",
            password_file=password_file,
        )
        assert isinstance(await upstream.send(*MAIL), Delivered)
        assert sink.mails[0].user == "relay"


async def test_login_is_used_where_plain_is_not_offered(
    upstream_to: Open, authority: Authority
) -> None:
    offer = "250 sink.example\n250 AUTH LOGIN"
    users, script = {"relay": "word"}, {"ehlo": [None, offer]}
    with Sink(tls=authority.server("127.0.0.1"), users=users, script=script) as sink:
        upstream = await upstream_to(
            sink, tls="required", ca_file=authority.file, user="relay", password="word"
        )
        assert isinstance(await upstream.send(*MAIL), Delivered)
        assert sink.said("AUTH")[0].startswith("AUTH LOGIN")


async def test_a_wrong_password_is_tried_once_and_is_the_sessions_fault(
    upstream_to: Open, authority: Authority
) -> None:
    with Sink(tls=authority.server("127.0.0.1"), users={"relay": "right"}) as sink:
        upstream = await upstream_to(
            sink, tls="required", ca_file=authority.file, user="relay", password="wrong"
        )
        assert_session_failed(await upstream.send(*MAIL), Phase.AUTH, "535 5.7.8")
        assert len(sink.said("AUTH")) == 1


@pytest.mark.parametrize("ehlo", ["250 sink.example", "250 sink.example\n250 AUTH GSSAPI"])
async def test_no_method_in_common_is_the_sessions_fault(
    upstream_to: Open, authority: Authority, ehlo: str
) -> None:
    script = {"ehlo": [None, ehlo]}
    with Sink(tls=authority.server("127.0.0.1"), script=script) as sink:
        upstream = await upstream_to(
            sink, tls="required", ca_file=authority.file, user="relay", password="word"
        )
        assert_session_failed(await upstream.send(*MAIL), Phase.AUTH, "none of plain, login")


async def test_a_password_never_goes_out_in_the_clear(upstream_to: Open) -> None:
    with Sink(users={"relay": "word"}, auth_without_tls=True) as sink:
        upstream = await upstream_to(sink, tls="opportunistic", user="relay", password="word")
        assert_session_failed(await upstream.send(*MAIL), Phase.TLS, "TLS is required")
        assert sink.said("AUTH") == []


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"host": "a", "tls": "none", "user": "relay", "password": "x"}, "user needs TLS"),
        ({"host": "a", "user": "relay"}, "give password_file"),
        ({"host": "a", "user": "relay", "password_file": "/nowhere"}, "/nowhere"),
        ({"host": "a", "ca_file": "/nowhere.pem"}, "No such file"),
        ({"host": "a", "helo": "two words"}, "is no host name"),
        ({"host": "a", "helo": "büro.example"}, "is no host name"),
        ({}, "give its host"),
        ({"kind": "maildir"}, "give its path"),
    ],
)
def test_an_upstream_that_cannot_work_is_a_configuration_error(
    settings: dict[str, object], problem: str
) -> None:
    section = UpstreamSettings.model_validate({"name": "out", **settings})
    with pytest.raises(ConfigError) as caught:
        open_upstreams([section], "relay.example.org")
    assert str(caught.value).startswith("upstreams: out: ")
    assert problem in str(caught.value)


def test_two_upstreams_of_one_name_are_a_configuration_error(tmp_path: Path) -> None:
    section = UpstreamSettings.model_validate({"kind": "maildir", "path": tmp_path})
    with pytest.raises(ConfigError, match="occurs twice"):
        open_upstreams([section, section], "relay.example.org")


async def test_a_client_certificate_is_shown_where_the_server_asks_for_one(
    upstream_to: Open, authority: Authority
) -> None:
    server = authority.server("127.0.0.1")
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(authority.file)
    trusted = {"tls": "required", "ca_file": authority.file}
    with Sink(tls=server) as sink:
        pem = authority.pem("relay.example.org")
        upstream = await upstream_to(sink, **trusted, client_certificate=pem)
        assert isinstance(await upstream.send(*MAIL), Delivered)
        without = await (await upstream_to(sink, **trusted)).send(*MAIL)
        assert isinstance(without, Deferred)
        assert without.session
        assert len(sink.mails) == 1
