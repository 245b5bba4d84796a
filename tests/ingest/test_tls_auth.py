"""STARTTLS, implicit TLS, AUTH: what is encrypted, what is discarded, who is believed."""

import asyncio
import base64
import smtplib
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from relay.errors import ConfigError
from relay.ingest.server import Server
from relay.ingest.settings import IngestSettings, ListenSettings, ListenTls
from relay.ingest.users import hash_password, read_users, write_users
from tests.ingest.client import (
    LOOPBACK,
    MESSAGE,
    STRANGERS,
    Client,
    Store,
    build,
    connected,
    insecure,
    serving,
    settings,
    tls_listener,
    visiting,
)
from tests.ingest.conftest import make_certificate

HASHES = {"web": hash_password("pass word"), "idle": hash_password("x")}
Certificate = tuple[Path, Path]


@pytest.fixture
def users_file(tmp_path: Path) -> Path:
    write_users(tmp_path / "users", HASHES)
    return tmp_path / "users"


@pytest.fixture
def starttls(certificate: Certificate, users_file: Path) -> IngestSettings:
    listener = tls_listener(certificate, ListenTls.STARTTLS)
    return settings(listeners=(listener,), users_file=users_file)


@asynccontextmanager
async def secured(
    store: Store, given: IngestSettings, hosts: list[object] | None = None
) -> AsyncIterator[Client]:
    """A client past STARTTLS and EHLO, from a network that nobody knows."""
    async with serving(store, given, hosts or [STRANGERS]) as server, connected(server) as client:
        await client.hello()
        assert (await client.ask("STARTTLS")).startswith("220 ")
        await client.start_tls()
        assert (await client.ask("EHLO web01")).startswith("250-")
        yield client


def plain(name: str, password: str, identity: str = "") -> str:
    return base64.b64encode(f"{identity}\0{name}\0{password}".encode()).decode()


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


async def test_starttls_encrypts_and_begins_anew(starttls: IngestSettings) -> None:
    store = Store()
    async with serving(store, starttls) as server, connected(server) as client:
        await client.hello()
        assert "STARTTLS" in await client.ask("EHLO web01")
        assert await client.ask("STARTTLS now") == "501 5.5.4 syntax error in the argument"
        assert await client.ask("STARTTLS") == "220 2.0.0 go ahead"
        await client.start_tls()
        assert (await client.ask("MAIL FROM:<a@b>")).startswith("503 5.5.1 ")
        offers = await client.ask("EHLO web01")
        assert "STARTTLS" not in offers
        assert "AUTH PLAIN LOGIN" in offers
        assert (await client.ask("STARTTLS")).startswith("503 ")
        assert (await client.message()).startswith("250 ")
    assert store.received[0].origin.tls in ("TLSv1.2", "TLSv1.3")
    assert store.received[0].raw == MESSAGE


async def test_p8_what_was_sent_before_the_handshake_is_discarded(
    starttls: IngestSettings,
) -> None:
    store = Store()
    async with serving(store, starttls) as server, connected(server) as client:
        await client.hello()
        client.send(b"STARTTLS\r\nEHLO injected\r\nMAIL FROM:<evil@example.org>\r\nNOOP")
        assert (await client.reply()).startswith("220 ")
        await client.start_tls()
        assert await client.ask("RCPT TO:<a@b>") == "503 5.5.1 send MAIL first"
        assert await client.ask("MAIL FROM:<a@b>") == "503 5.5.1 send EHLO first"


async def test_p8_starttls_is_refused_within_a_message(starttls: IngestSettings) -> None:
    async with visiting(Store(), starttls) as client:
        await client.envelope()
        assert (await client.ask("STARTTLS")).startswith("503 5.5.1 ")


async def test_implicit_tls_encrypts_from_the_first_byte(certificate: Certificate) -> None:
    store = Store()
    given = settings(listeners=(tls_listener(certificate, ListenTls.IMPLICIT),))
    async with serving(store, given) as server:
        for _ in range(20):
            async with connected(server, ssl=insecure()) as client:
                await client.hello()
                assert "STARTTLS" not in await client.ask("EHLO web01")
                assert await client.ask("STARTTLS") == "502 5.5.1 command not offered"
                assert (await client.message()).startswith("250 ")
                assert await client.ask("QUIT") == "221 2.0.0 bye"
                assert await client.is_closed()
    assert len(store.received) == 20
    assert store.received[0].origin.tls == "TLSv1.3"


async def test_p8_plain_text_at_an_implicit_listener_gets_no_session(
    certificate: Certificate,
) -> None:
    given = settings(listeners=(tls_listener(certificate, ListenTls.IMPLICIT),))
    async with serving(Store(), given) as server, connected(server) as client:
        client.send(b"EHLO web01\r\nMAIL FROM:<a@b>\r\n")
        assert b"250" not in await client.reader.read()


async def test_p8_a_handshake_that_never_comes_is_cut_off(certificate: Certificate) -> None:
    given = settings(
        listeners=(
            tls_listener(certificate, ListenTls.IMPLICIT),
            tls_listener(certificate, ListenTls.STARTTLS),
        ),
        command_time=timedelta(seconds=0.3),
    )
    async with serving(Store(), given) as server:
        began = time.monotonic()
        async with connected(server) as client:
            assert await client.is_closed()
        async with connected(server, which=1) as client:
            await client.hello()
            await client.ask("STARTTLS")
            assert await client.is_closed()
        assert time.monotonic() - began < 3


async def test_p8_connections_in_their_handshake_are_counted(certificate: Certificate) -> None:
    given = settings(
        listeners=(tls_listener(certificate, ListenTls.IMPLICIT),), connections_per_address=2
    )
    async with serving(Store(), given) as server, connected(server), connected(server):
        await asyncio.sleep(0.05)
        async with connected(server) as third:
            assert await third.is_closed()


async def test_p8_tls_below_1_2_is_refused(certificate: Certificate) -> None:
    given = settings(listeners=(tls_listener(certificate, ListenTls.IMPLICIT),))
    old = insecure()
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    async with serving(Store(), given) as server:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            async with connected(server, ssl=old):
                pass


async def test_a_renewed_certificate_serves_the_next_connection(
    certificate: Certificate, tmp_path: Path
) -> None:
    def at_port(files: Certificate, port: int) -> IngestSettings:
        listener = ListenSettings(
            port=port, tls=ListenTls.IMPLICIT, certificate=files[0], key=files[1]
        )
        return settings(listeners=(listener,))

    async def shown(server: Server) -> bytes:
        async with connected(server, ssl=insecure()) as client:
            await client.hello()
            link = client.writer.get_extra_info("ssl_object")
            certificate: bytes = link.getpeercert(binary_form=True)
            return certificate

    async with serving(Store(), at_port(certificate, 0)) as server:
        before = await shown(server)
        server.reconfigure(at_port(make_certificate(tmp_path, "renewed"), 0), [LOOPBACK])
        assert await shown(server) != before
        with pytest.raises(ConfigError, match="no usable pair"):
            server.reconfigure(at_port((certificate[0], tmp_path / "renewed.key"), 0), [LOOPBACK])
        assert await shown(server) != before


async def test_auth_plain_makes_a_stranger_the_host_of_its_user(starttls: IngestSettings) -> None:
    store = Store()
    async with secured(store, starttls) as client:
        assert (await client.ask("MAIL FROM:<a@b>")).startswith("550 5.7.1 ")
        reply = await client.ask(f"AUTH PLAIN {plain('web', 'pass word')}")
        assert reply == "235 2.7.0 authenticated"
        assert (await client.ask(f"AUTH PLAIN {plain('web', 'pass word')}")).startswith("503 ")
        assert (await client.message()).startswith("250 ")
    assert (store.received[0].origin.user, store.received[0].origin.host) == ("web", "other")


async def test_auth_plain_and_login_may_be_asked_for_it(starttls: IngestSettings) -> None:
    async with secured(Store(), starttls) as client:
        assert await client.ask("auth plain") == "334"
        assert (await client.ask(plain("web", "wrong"))).startswith("535 5.7.8 ")
        assert await client.ask("AUTH LOGIN") == "334 VXNlcm5hbWU6"
        assert await client.ask(encoded("web")) == "334 UGFzc3dvcmQ6"
        assert (await client.ask(encoded("wrong"))).startswith("535 5.7.8 ")
        assert await client.ask(f"AUTH LOGIN {encoded('web')}") == "334 UGFzc3dvcmQ6"
        assert (await client.ask(encoded("pass word"))).startswith("235 2.7.0 ")


BAD_AUTH = [
    (["AUTH"], "504 5.5.4"),
    (["AUTH CRAM-MD5"], "504 5.5.4"),
    (["AUTH PLAIN ***"], "501 5.5.2"),
    (["AUTH PLAIN ="], "501 5.5.2"),
    (["AUTH PLAIN " + encoded("web\0pass word")], "501 5.5.2"),
    (["AUTH PLAIN " + plain("web", "pass word", "root")], "501 5.5.2"),
    (["AUTH PLAIN /w=="], "501 5.5.2"),
    (["AUTH PLAIN é"], "501 5.5.2"),
    (["AUTH PLAIN", "*"], "501 5.7.0"),
    (["AUTH LOGIN", "*"], "501 5.7.0"),
    (["AUTH LOGIN", encoded("web"), "*"], "501 5.7.0"),
    (["AUTH LOGIN", encoded("web"), "x" * 5_000], "501 5.5.2"),
    (["AUTH PLAIN " + plain("nobody", "x")], "535 5.7.8"),
    (["AUTH PLAIN " + plain("", "")], "535 5.7.8"),
    (["AUTH PLAIN " + plain("nobody", "nobody")], "535 5.7.8"),
]


@pytest.mark.parametrize(("lines", "code"), BAD_AUTH)
async def test_p8_credentials_that_are_wrong_or_no_credentials_do_not_let_in(
    starttls: IngestSettings, lines: list[str], code: str
) -> None:
    async with secured(Store(), starttls) as client:
        replies = [await client.ask(line) for line in lines]
        assert replies[-1].startswith(code)
        assert (await client.ask("MAIL FROM:<a@b>")).startswith("550 5.7.1 ")


@pytest.mark.parametrize("kind", [ListenTls.STARTTLS, ListenTls.IMPLICIT])
async def test_smtplib_logs_in_and_submits(
    certificate: Certificate, users_file: Path, kind: ListenTls
) -> None:
    store = Store()
    given = settings(listeners=(tls_listener(certificate, kind),), users_file=users_file)

    def submit(port: int) -> None:
        if kind is ListenTls.IMPLICIT:
            client: smtplib.SMTP = smtplib.SMTP_SSL("127.0.0.1", port, context=insecure())
        else:
            client = smtplib.SMTP("127.0.0.1", port)
            client.starttls(context=insecure())
        with client:
            client.login("web", "pass word")
            client.sendmail("root@web01", "ops@example.org", MESSAGE)

    async with serving(store, given, [STRANGERS]) as server:
        await asyncio.to_thread(submit, server.ports[0])
    assert store.received[0].origin.user == "web"
    assert store.received[0].raw == MESSAGE


async def test_a_large_message_passes_through_tls(starttls: IngestSettings) -> None:
    store = Store()
    line = b"x" * 98 + b"\r\n"
    async with secured(store, starttls, [LOOPBACK]) as client:
        assert (await client.message(line * 50_000 + b".\r\n")).startswith("250 ")
        assert await client.ask("QUIT") == "221 2.0.0 bye"
        assert await client.is_closed()
    assert store.received[0].raw == line * 50_000


async def test_p8_a_user_that_speaks_for_no_host_does_not_relay(starttls: IngestSettings) -> None:
    async with secured(Store(), starttls, [LOOPBACK]) as client:
        assert (await client.ask(f"AUTH PLAIN {plain('idle', 'x')}")).startswith("235 ")
        assert (await client.ask("MAIL FROM:<a@b>")).startswith("550 5.7.1 ")


async def test_p8_auth_is_neither_offered_nor_taken_without_tls(starttls: IngestSettings) -> None:
    async with visiting(Store(), starttls, [STRANGERS]) as client:
        assert "AUTH" not in await client.ask("EHLO web01")
        reply = await client.ask(f"AUTH PLAIN {plain('web', 'pass word')}")
        assert reply == "538 5.7.11 encryption required"


async def test_p8_three_failed_logins_are_answered_and_there_is_no_fourth(
    starttls: IngestSettings,
) -> None:
    async with secured(Store(), starttls) as client:
        for _ in range(3):
            assert (await client.ask(f"AUTH PLAIN {plain('web', 'wrong')}")).startswith("535 ")
        right = await client.ask(f"AUTH PLAIN {plain('web', 'pass word')}")
        assert right == "421 4.7.0 too many failed logins"
        assert await client.is_closed()


async def test_p8_require_auth_refuses_a_known_network_without_it(
    certificate: Certificate, users_file: Path
) -> None:
    listener = tls_listener(certificate, ListenTls.STARTTLS, require_auth=True)
    given = settings(listeners=(listener,), users_file=users_file)
    async with secured(Store(), given, [LOOPBACK]) as client:
        assert await client.ask("MAIL FROM:<a@b>") == "530 5.7.0 authentication required"
        assert (await client.ask(f"AUTH PLAIN {plain('web', 'pass word')}")).startswith("235 ")
        assert (await client.ask("MAIL FROM:<a@b>")).startswith("250 ")


async def test_hashing_leaves_the_loop_free(starttls: IngestSettings) -> None:
    async with secured(Store(), starttls) as client:
        client.send(f"AUTH PLAIN {plain('web', 'wrong')}\r\n".encode())
        gaps, last = [], time.perf_counter()
        reply = asyncio.create_task(client.reply())
        while not reply.done():
            await asyncio.sleep(0.001)
            gaps.append(time.perf_counter() - last)
            last = time.perf_counter()
    # A hash takes some 50 ms; in the loop, it would be one gap of that length and no other.
    assert len(gaps) > 5


def test_p8_a_users_file_that_others_can_read_is_refused(users_file: Path) -> None:
    assert read_users(users_file) == HASHES
    assert users_file.stat().st_mode & 0o777 == 0o600
    for mode in (0o640, 0o400):
        users_file.chmod(mode)
        assert read_users(users_file) == HASHES
    for mode in (0o644, 0o604, 0o602, 0o660, 0o601):
        users_file.chmod(mode)
        with pytest.raises(ConfigError, match="chmod 600"):
            read_users(users_file)


def test_a_wrong_users_file_says_what_is_wrong_on_which_line(tmp_path: Path) -> None:
    path = tmp_path / "users"
    good = HASHES["web"]
    path.write_text(f"# people\n\nweb:{good}\nold:$1$abc\nweb:{good}\nplain:secret\nempty\n")
    path.chmod(0o600)
    with pytest.raises(ConfigError) as error:
        read_users(path)
    lines = [problem.removeprefix(f"{path}:").split(" ")[0] for problem in error.value.problems]
    assert lines == ["4", "5", "6", "7"]
    assert "secret" not in str(error.value)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_users(tmp_path / "none")


def test_a_listener_that_cannot_work_is_refused_as_configuration(
    certificate: Certificate, tmp_path: Path
) -> None:
    def refused(listener: ListenSettings) -> str:
        with pytest.raises(ConfigError) as error:
            build(Store(), settings(listeners=(listener,)))
        return str(error.value)

    assert "needs `certificate` and `key`" in refused(ListenSettings(tls=ListenTls.STARTTLS))
    wrong = tls_listener((certificate[0], tmp_path / "none"), ListenTls.IMPLICIT)
    assert "no usable pair" in refused(wrong)
    no_users = tls_listener(certificate, ListenTls.STARTTLS, require_auth=True)
    assert "require_auth, which needs ingest.users_file" in refused(no_users)
