"""XOAUTH2: tokens from a real server, verified by a real SMTP server, and never a mail's fault."""

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from relay.delivery import oauth
from relay.delivery.grant import Client
from relay.delivery.https import unsafe
from relay.delivery.oauth import NoToken, Tokens
from relay.delivery.send import Upstream
from relay.pipeline.stages import Deferred, Delivered, Phase, Result
from tests.certificates import Authority
from tests.delivery.conftest import Open
from tests.smtpd import Sink
from tests.token_server import TokenServer

MAIL = ("sender@example.org", "anna@example.net", b"Subject: a\r\n\r\nb\r\n")
USER = "reports@example.org"
SECRET = "swordfish"


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    return file


@pytest.fixture
def logged_in(upstream_to: Open, authority: Authority, secret_file: Path) -> Callable[..., object]:
    async def start(sink: Sink, server: TokenServer, **oauth: object) -> Upstream:
        given = {
            "token_url": server.url,
            "client_id": "relay",
            "client_secret_file": secret_file,
            "scope": "https://mail.example/.default",
            **oauth,
        }
        return await upstream_to(
            sink, tls="required", ca_file=authority.file, user=USER, oauth=given
        )

    return start


def sink_for(authority: Authority, tokens: dict[str, str], **more: object) -> Sink:
    return Sink(tls=authority.server("127.0.0.1"), tokens=tokens, **more)


def client(server: TokenServer, **more: object) -> Client:
    fields = {"token_url": server.url, "user": USER, "client_id": "relay", "scope": None}
    return Client(**{**fields, "secret": SECRET, **more})


def assert_auth_failed(result: Result, words: str) -> None:
    assert isinstance(result, Deferred)
    assert (result.phase, result.session) == (Phase.AUTH, True)
    assert words in result.reply
    assert SECRET not in result.reply


async def test_client_credentials_get_a_token_that_the_server_takes(
    logged_in: Open, authority: Authority
) -> None:
    with TokenServer() as server, sink_for(authority, {USER: "token"}) as sink:
        upstream = await logged_in(sink, server)
        assert isinstance(await upstream.send(*MAIL), Delivered)
        assert sink.mails[0].user == USER
    assert server.requests == [
        {
            "grant_type": "client_credentials",
            "client_id": "relay",
            "client_secret": SECRET,
            "scope": "https://mail.example/.default",
        }
    ]


async def test_one_token_serves_many_connections(logged_in: Open, authority: Authority) -> None:
    with TokenServer(seconds=0.1) as server, sink_for(authority, {USER: "token"}) as sink:
        upstream = await logged_in(sink, server)
        results = await asyncio.gather(*(upstream.send(*MAIL) for _ in range(4)))
        assert all(isinstance(result, Delivered) for result in results)
        assert len(sink.said("AUTH")) == 4
    assert len(server.requests) == 1


async def test_a_refused_token_is_replaced_once_on_the_same_connection(
    logged_in: Open, authority: Authority
) -> None:
    with TokenServer(["revoked", "fresh"]) as server, sink_for(authority, {USER: "fresh"}) as sink:
        assert isinstance(await (await logged_in(sink, server)).send(*MAIL), Delivered)
        assert (sink.connections, len(sink.said("AUTH"))) == (1, 2)
    assert len(server.requests) == 2


async def test_a_token_that_stays_refused_holds_the_upstream_and_says_why(
    logged_in: Open, authority: Authority
) -> None:
    with TokenServer(["a", "b", "c"]) as server, sink_for(authority, {USER: "other"}) as sink:
        result = await (await logged_in(sink, server)).send(*MAIL)
        assert_auth_failed(result, "535 5.7.8 token not accepted")
        assert '"status":"401"' in result.reply
        assert sink.said("MAIL") == []
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, {"error": "invalid_client", "error_description": f"no {SECRET}"}), "invalid_client"),
        ((400, {"error": "invalid_grant"}), "HTTP 400: invalid_grant"),
        ((200, {"token_type": "Bearer"}), "HTTP 200"),
        ((200, {"access_token": "a\x01b"}), "the token is no token"),
        ((200, {"access_token": ["a"]}), "the token is no token"),
        ((302, {}), "HTTP 302"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 60_000, "HTTP 200"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 70_000, "more than 65536 bytes"),
        (b"nonsense\r\n\r\n", "nonsense"),
        (b"", "no token from"),
    ],
)
async def test_a_token_server_that_says_no_or_nonsense_is_the_sessions_fault(
    logged_in: Open, authority: Authority, answer: object, words: str
) -> None:
    with (
        TokenServer(answers=[answer]) as server,
        sink_for(authority, {USER: "token"}) as sink,
    ):
        upstream = await logged_in(sink, server)
        assert_auth_failed(await upstream.send(*MAIL), words)
        assert sink.said("AUTH") == []
        assert isinstance(await upstream.send(*MAIL), Delivered)  # it works again


async def test_a_token_server_that_is_away_is_the_sessions_fault(
    logged_in: Open, authority: Authority
) -> None:
    with TokenServer() as server:
        pass
    with sink_for(authority, {USER: "token"}) as sink:
        result = await (await logged_in(sink, server)).send(*MAIL)
        assert_auth_failed(result, "Connection refused")


@pytest.mark.parametrize("drip", [False, True])
async def test_a_slow_token_server_is_not_waited_for_long(drip: bool) -> None:
    answers = [[b"H", b"T", b"T", b"P"] * 20] if drip else []
    with TokenServer(answers=answers, seconds=0 if drip else 2) as server:
        tokens = Tokens(client(server), seconds=0.3)
        began = asyncio.get_running_loop().time()
        outcome = await tokens.current()
        assert asyncio.get_running_loop().time() - began < 1.5
    assert isinstance(outcome, NoToken)
    assert "timed out" in outcome.why


async def test_a_token_is_renewed_before_it_ends_by_one_of_those_who_need_it() -> None:
    with TokenServer(["first", "second"]) as server:
        tokens = Tokens(client(server))
        assert await tokens.current() == "first"
        tokens._token = _aged(tokens._token)
        shown = await asyncio.gather(*(tokens.current() for _ in range(5)))
        assert shown == ["second"] + ["first"] * 4
        assert await tokens.current() == "second"
    assert len(server.requests) == 2


async def test_while_the_token_server_is_away_a_good_token_goes_on() -> None:
    answers = [(200, {"access_token": "first", "expires_in": 3600}), (503, {}), (503, {})]
    with TokenServer(["second"], answers=answers) as server:
        tokens = Tokens(client(server))
        await tokens.current()
        tokens._token = _aged(tokens._token)
        assert [await tokens.current() for _ in range(3)] == ["first"] * 3
    assert len(server.requests) == 2  # and nobody storms it


async def test_a_token_that_has_ended_is_not_shown() -> None:
    with TokenServer(["first", "second"], expires_in=0) as server:
        tokens = Tokens(client(server))
        assert [await tokens.current(), await tokens.current()] == ["first", "second"]


def _aged(token: oauth.Token | None) -> oauth.Token:
    assert token is not None
    return oauth.Token(text=token.text, renew_at=0, ends_at=token.ends_at)


async def test_a_refresh_token_is_used_and_a_new_one_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "refresh"
    file.write_text("old grant\n")
    with TokenServer(["a", "b"], more={"refresh_token": "new grant"}) as server:
        tokens = Tokens(client(server, refresh_token="old grant", refresh_token_file=file))
        assert await tokens.current() == "a"
        assert await tokens.instead_of("a") == "b"
    assert [each["refresh_token"] for each in server.requests] == ["old grant", "new grant"]
    assert server.requests[0]["grant_type"] == "refresh_token"
    assert file.read_text() == "new grant\n"
    assert file.stat().st_mode & 0o077 == 0


async def test_a_refresh_token_that_cannot_be_kept_is_used_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "gone" / "refresh"
    with TokenServer(["a", "b"], more={"refresh_token": "new"}) as server:
        tokens = Tokens(client(server, refresh_token="old", refresh_token_file=file))
        await tokens.current()
        await tokens.instead_of("a")
    assert server.requests[1]["refresh_token"] == "new"


async def test_a_service_account_signs_for_the_mailbox(
    logged_in: Open, authority: Authority, tmp_path: Path
) -> None:
    key, file = generate_private_key(65537, 2048), tmp_path / "account.json"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with TokenServer() as server, sink_for(authority, {USER: "token"}) as sink:
        account = {
            "client_email": "relay@project.example",
            "private_key_id": "k1",
            "private_key": pem,
            "token_uri": server.url,
        }
        file.write_text(json.dumps(account))
        given = {"token_url": None, "client_secret_file": None, "service_account_file": file}
        upstream = await logged_in(sink, server, **given)
        assert isinstance(await upstream.send(*MAIL), Delivered)
    (request,) = server.requests
    assert request["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    head, claims, signature = request["assertion"].split(".")
    key.public_key().verify(_raw(signature), f"{head}.{claims}".encode(), PKCS1v15(), SHA256())
    said = json.loads(_raw(claims))
    assert (said["iss"], said["sub"], said["aud"]) == ("relay@project.example", USER, server.url)
    assert said["exp"] - said["iat"] == 3600
    assert json.loads(_raw(head)) == {"alg": "RS256", "typ": "JWT", "kid": "k1"}


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://login.example/token", None),
        ("http://127.0.0.1:8080/token", None),
        ("http://[::1]/token", None),
        ("http://login.example/token", "must begin with https://"),
        ("http://127.0.0.1.example/token", "must begin with https://"),
        ("https://user@login.example/", "is no URL of a server"),
        ("https://", "is no URL of a server"),
        ("https://[x/", "is no URL"),
        ("file:///etc/passwd", "is no URL of a server"),
        ("", "is no URL of a server"),
    ],
)
def test_secrets_go_out_by_https_only(url: str, problem: str | None) -> None:
    assert unsafe(url) == problem


def test_no_secret_stands_in_a_representation(secret_file: Path) -> None:
    with TokenServer() as server:
        assert SECRET not in repr(client(server, refresh_token=SECRET))
