"""Direct delivery, against a real DNS server and real SMTP servers on loopback addresses."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import dns.asyncresolver
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from relay.delivery import direct
from relay.delivery.dial import Line
from relay.delivery.direct import DirectUpstream, Plan
from relay.delivery.https import Answer, Request
from relay.delivery.mx import Dns, NoRoute, ranked
from relay.delivery.protect import Protector
from relay.delivery.settings import PhaseTimes, UpstreamTls
from relay.delivery.sts import Mode, Sts, read
from relay.delivery.width import Width, widened
from relay.pipeline.stages import Deferred, Delivered, Phase, Refused
from tests.certificates import Authority
from tests.dns_server import SILENT, DnsServer
from tests.smtpd import Sink

FROM, CONTENT = "sender@example.org", b"Subject: a\r\n\r\nb\r\n"
POLICY = "version: STSv1\nmode: enforce\nmx: mx1.example.net\nmax_age: 86400\n"
Start = Callable[..., DirectUpstream]


def one_mx(*hosts: str) -> dict[str, Mapping[str, list[str]]]:
    """Return a zone of example.net with these exchanges, on 127.0.0.2 and so on."""
    records = [f"{10 * n} {host}.example.net." for n, host in enumerate(hosts, 1)]
    zone: dict[str, Mapping[str, list[str]]] = {"example.net": {"MX": records}}
    return zone | {
        f"{host}.example.net": {"A": [f"127.0.0.{n}"]} for n, host in enumerate(hosts, 2)
    }


@pytest.fixture
async def directly(authority: Authority) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        def start(
            zone: DnsServer, port: int, policies: Mapping[str, str] | None = None, **limits: int
        ) -> DirectUpstream:
            resolver = dns.asyncresolver.Resolver(configure=False)
            resolver.nameservers, resolver.port = [zone.host], zone.port
            names = Dns(resolver, trusted=True)

            def policy(request: Request) -> Answer:
                """Stands in for a web server: there is no other way to its name and port."""
                domain = request.url.removeprefix("https://mta-sts.").partition("/")[0]
                text = (policies or {}).get(domain)
                status = 200 if text else 404
                return Answer(status=status, kind="text/plain", body=(text or "").encode())

            line = Line(
                host="",
                port=port,
                helo="relay.example.org",
                tls=UpstreamTls.OPPORTUNISTIC,
                context=None,
                user=None,
                password="",
                times=PhaseTimes(connect=timedelta(seconds=2), command=timedelta(seconds=2)),
            )
            plan = Plan(line=line, connections=limits.get("connections", 4), mails_each=100)
            protector = Protector(
                names,
                Sts(names, policy),
                port,
                lambda: ssl.create_default_context(cafile=authority.file),
            )
            upstream = DirectUpstream("direct", plan, names, protector)
            stack.push_async_callback(upstream.close)
            return upstream

        yield start


async def test_the_best_exchange_gets_the_mail(directly: Start) -> None:
    with DnsServer(one_mx("mx1", "mx2")) as zone, Sink(host="127.0.0.2") as sink:
        result = await directly(zone, sink.port).send(FROM, "anna@example.net", CONTENT)
        assert isinstance(result, Delivered)
        assert result.remote == "mx1.example.net (127.0.0.2)"
        assert sink.mails[0].recipients == ("anna@example.net",)


async def test_the_next_exchange_gets_it_if_the_best_is_away(directly: Start) -> None:
    with DnsServer(one_mx("mx1", "mx2")) as zone, Sink(host="127.0.0.3") as sink:
        result = await directly(zone, sink.port).send(FROM, "anna@example.net", CONTENT)
        assert isinstance(result, Delivered)
        assert result.remote == "mx2.example.net (127.0.0.3)"


async def test_a_domain_without_mx_is_its_own_exchange(directly: Start) -> None:
    with (
        DnsServer({"example.net": {"A": ["127.0.0.2"]}}) as zone,
        Sink(host="127.0.0.2") as sink,
    ):
        result = await directly(zone, sink.port).send(FROM, "anna@example.net", CONTENT)
        assert isinstance(result, Delivered)


@pytest.mark.parametrize(
    ("zone", "code", "words"),
    [
        ({"example.net": {"MX": ["0 ."]}}, 556, "null MX"),
        ({}, 550, "example.net does not exist"),
        ({"example.net": SILENT}, None, "451 4.4.3"),
        ({"example.net": {"MX": ["10 relay.example.org."]}}, None, "come back to us"),
        ({"example.net": {"MX": ["10 mx.example.net."]}}, None, "mx.example.net does not exist"),
        ({"example.net": {"TXT": ['"x"']}}, None, "no exchange of example.net has an address"),
    ],
)
async def test_where_there_is_no_way_it_is_said_why(
    directly: Start, zone: dict[str, object], code: int | None, words: str
) -> None:
    with DnsServer(zone) as server:  # type: ignore[arg-type]
        result = await directly(server, 1).send(FROM, "anna@example.net", CONTENT)
    assert isinstance(result, Deferred if code is None else Refused)
    assert (result.code, words in result.reply) == (code, True)  # type: ignore[union-attr]


@pytest.mark.parametrize("phase", ["greeting", "ehlo", "mail"])
async def test_what_one_destination_says_holds_no_other(directly: Start, phase: str) -> None:
    script = {phase: ["421 4.3.2 go away", "421 4.3.2 go away"], "helo": ["421 no"]}
    with DnsServer(one_mx("mx1")) as zone, Sink(host="127.0.0.2", script=script) as sink:
        result = await directly(zone, sink.port).send(FROM, "anna@example.net", CONTENT)
    assert isinstance(result, Deferred)
    assert not result.session


async def test_a_refused_recipient_is_refused_and_no_other_exchange_is_asked(
    directly: Start,
) -> None:
    with (
        DnsServer(one_mx("mx1", "mx2")) as zone,
        Sink(host="127.0.0.2", script={"rcpt": ["550 5.1.1 gone"]}) as sink,
        Sink(host="127.0.0.3", port=sink.port) as other,
    ):
        result = await directly(zone, sink.port).send(FROM, "anna@example.net", CONTENT)
        assert isinstance(result, Refused)
        assert other.connections == 0


def test_equal_preferences_take_turns_and_better_ones_stay_first() -> None:
    records = ["20 c.example.", "10 a.example.", "10 B.Example."]
    orders = set()
    for _ in range(50):
        found = ranked("example.net", records, False, ())
        assert not isinstance(found, NoRoute)
        orders.add(tuple(each.host for each in found))
    assert orders == {
        ("a.example", "b.example", "c.example"),
        ("b.example", "a.example", "c.example"),
    }


def test_where_we_stand_in_the_list_only_what_is_better_is_left() -> None:
    records = ["10 a.example.", "20 relay.example.org.", "20 b.example.", "30 c.example."]
    found = ranked("example.net", records, False, ("Relay.example.org.",))
    assert not isinstance(found, NoRoute)
    assert [each.host for each in found] == ["a.example"]


class TestSts:
    async def test_an_enforced_policy_wants_a_certificate_for_the_name(
        self, directly: Start, authority: Authority
    ) -> None:
        zone = one_mx("mx1") | {"_mta-sts.example.net": {"TXT": ['"v=STSv1; id=1;"']}}
        for name, delivered in (("mx1.example.net", True), ("other.example.net", False)):
            with (
                DnsServer(zone) as server,
                Sink(host="127.0.0.2", tls=authority.server(name)) as sink,
            ):
                upstream = directly(server, sink.port, {"example.net": POLICY})
                result = await upstream.send(FROM, "anna@example.net", CONTENT)
                assert isinstance(result, Delivered) is delivered, result
                assert [mail.tls for mail in sink.mails] == [True] * delivered

    @pytest.mark.parametrize(
        ("policy", "delivered"),
        [
            (POLICY, False),
            (POLICY.replace("enforce", "testing"), True),
            (POLICY.replace("mx1", "mx7"), False),
            (POLICY.replace("STSv1", "STSv2"), True),
            ("", True),
        ],
    )
    async def test_without_tls_only_an_enforced_policy_stops_the_mail(
        self, directly: Start, policy: str, delivered: bool
    ) -> None:
        zone = one_mx("mx1") | {"_mta-sts.example.net": {"TXT": ['"v=STSv1; " "id=1;"']}}
        with DnsServer(zone) as server, Sink(host="127.0.0.2") as sink:
            upstream = directly(server, sink.port, {"example.net": policy})
            result = await upstream.send(FROM, "anna@example.net", CONTENT)
        assert isinstance(result, Delivered) is delivered
        if isinstance(result, Deferred):
            assert (result.phase, result.session) == (Phase.TLS, False)

    async def test_a_policy_counts_while_its_server_is_away(self) -> None:
        answers = [Answer(status=200, kind="text/plain", body=POLICY.encode())]

        def fetch(_request: Request) -> Answer:
            if not answers:
                raise OSError("away")
            return answers.pop()

        zone = {"_mta-sts.example.net": {"TXT": ['"v=STSv1; id=1"']}}
        with DnsServer(zone) as server:
            resolver = dns.asyncresolver.Resolver(configure=False)
            resolver.nameservers, resolver.port = [server.host], server.port
            sts = Sts(Dns(resolver, trusted=False), fetch)
            first = await sts.policy("example.net")
            server.serve({"_mta-sts.example.net": {"TXT": ['"v=STSv1; id=2"']}})
            assert first is not None
            assert await sts.policy("example.net") == first
            server.serve({})
            assert await sts.policy("example.net") == first

    def test_a_policy_is_read_as_the_standard_says(self) -> None:
        policy = read(
            "version: STSv1\r\nmode: enforce\r\nmx: *.example.net\r\n"
            "mx: A.example.\r\nmax_age: 9\r\n"
        )
        assert policy is not None
        assert (policy.mode, policy.max_age) == (Mode.ENFORCE, 9)
        assert policy.allows("mx.example.net")
        assert policy.allows("a.example")
        assert not policy.allows("example.net")
        assert not policy.allows("a.b.example.net")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "mode: enforce",
            POLICY.replace("86400", "soon"),
            POLICY.replace("mx: mx1.example.net", ""),
        ],
    )
    def test_what_is_no_policy_is_none(self, text: str) -> None:
        assert read(text) is None


class TestDane:
    @pytest.mark.parametrize("right", [True, False])
    @pytest.mark.parametrize("usage", ["3 1 1", "3 0 1", "3 1 2", "3 1 0", "2 0 1", "2 1 1"])
    async def test_the_certificate_must_match_the_record(
        self, directly: Start, authority: Authority, usage: str, right: bool
    ) -> None:
        pem = authority.pem("mx1.example.net")
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(_with_authority(pem, authority))
        record = _tlsa(usage, authority.file if usage.startswith("2") else pem)
        if not right:
            record = record[:-2] + ("00" if record[-2:] != "00" else "11")
        with Sink(host="127.0.0.2", tls=tls) as sink:
            zone = one_mx("mx1") | {f"_{sink.port}._tcp.mx1.example.net": {"TLSA": [record]}}
            with DnsServer(zone, secure=True) as server:
                result = await directly(server, sink.port).send(FROM, "a@example.net", CONTENT)
        assert isinstance(result, Delivered) is right
        if isinstance(result, Deferred):
            assert (result.phase, result.session) == (Phase.TLS, False)
            assert "DANE" in result.reply

    async def test_an_anchor_counts_only_for_the_right_name(
        self, directly: Start, authority: Authority
    ) -> None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(_with_authority(authority.pem("other.example"), authority))
        with Sink(host="127.0.0.2", tls=tls) as sink:
            record = _tlsa("2 0 1", authority.file)
            zone = one_mx("mx1") | {f"_{sink.port}._tcp.mx1.example.net": {"TLSA": [record]}}
            with DnsServer(zone, secure=True) as server:
                result = await directly(server, sink.port).send(FROM, "a@example.net", CONTENT)
        assert isinstance(result, Deferred)

    @pytest.mark.parametrize("secure", [True, False])
    async def test_a_record_stops_mail_in_the_clear_only_if_it_is_secure(
        self, directly: Start, secure: bool
    ) -> None:
        with Sink(host="127.0.0.2") as sink:
            record = "3 1 1 " + "00" * 32
            zone = one_mx("mx1") | {f"_{sink.port}._tcp.mx1.example.net": {"TLSA": [record]}}
            with DnsServer(zone, secure=secure) as server:
                result = await directly(server, sink.port).send(FROM, "a@example.net", CONTENT)
        assert isinstance(result, Delivered) is not secure

    async def test_no_answer_about_records_is_not_none(self, directly: Start) -> None:
        with Sink(host="127.0.0.2") as sink:
            zone = one_mx("mx1") | {f"_{sink.port}._tcp.mx1.example.net": SILENT}
            with DnsServer(zone, secure=True) as server:
                result = await directly(server, sink.port).send(FROM, "a@example.net", CONTENT)
                assert sink.mails == []
        assert isinstance(result, Deferred)


def _with_authority(pem: Path, authority: Authority) -> Path:
    file = pem.with_suffix(".chain.pem")
    file.write_bytes(pem.read_bytes() + authority.file.read_bytes())
    return file


def _tlsa(kind: str, pem: Path) -> str:
    certificate = x509.load_pem_x509_certificate(pem.read_bytes())
    _, selector, matching = kind.split()
    data = certificate.public_bytes(Encoding.DER)
    if selector == "1":
        key = certificate.public_key()
        data = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = {"0": None, "1": hashlib.sha256, "2": hashlib.sha512}[matching]
    return f"{kind} {(digest(data).digest() if digest else data).hex()}"


class TestWidth:
    def test_it_grows_with_success_and_halves_when_asked_for_less(self) -> None:
        width = Width(most=4)
        for _ in range(20):
            width = widened(width, Delivered(reply="250", remote=""))
        assert width.whole == 4
        busy = Deferred(phase=Phase.MAIL, code=421, reply="421", remote="")
        assert widened(width, busy).whole == 2
        assert widened(widened(widened(width, busy), busy), busy).whole == 1
        silent = Deferred(phase=Phase.RCPT, code=None, reply="", remote="")
        assert widened(width, silent).whole == 2

    def test_a_refused_recipient_says_nothing_about_it(self) -> None:
        width = Width(most=4, now=3)
        assert widened(width, Refused(phase=Phase.RCPT, code=550, reply="", remote="")) == width

    async def test_a_destination_gets_one_at_a_time_at_first_and_more_later(
        self, directly: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(direct, "_BEHIND", 100)  # a limit, so that all may wait here
        with DnsServer(one_mx("mx1")) as zone, Sink(host="127.0.0.2") as sink:
            upstream = directly(zone, sink.port, connections=3)
            mails = [upstream.send(FROM, f"a{n}@example.net", CONTENT) for n in range(30)]
            results = await asyncio.gather(*mails)
            assert all(isinstance(result, Delivered) for result in results)
            assert 2 <= sink.most_at_once <= 3

    async def test_what_a_slow_destination_cannot_take_is_put_off_at_once(
        self, directly: Start
    ) -> None:
        with (
            DnsServer(one_mx("mx1")) as zone,
            Sink(host="127.0.0.2", script={"final": ["LATE 0.5"]}) as sink,
        ):
            upstream = directly(zone, sink.port)
            mails = [upstream.send(FROM, f"a{n}@example.net", CONTENT) for n in range(6)]
            results = await asyncio.gather(*mails)
        put_off = [each for each in results if isinstance(each, Deferred)]
        assert len(put_off) == 3
        assert all("is busy" in each.reply and not each.session for each in put_off)


class TestReach:
    """Three domains in a row that nobody answers for are our own network."""

    ZONE: ClassVar = {f"{name}.example": {"A": ["127.0.0.9"]} for name in ("a", "b", "c", "d")}

    async def test_it_holds_the_whole_upstream_until_one_answers(self, directly: Start) -> None:
        there = {"there.example": {"A": ["127.0.0.2"]}}
        with DnsServer({**self.ZONE, **there}) as zone, Sink(host="127.0.0.2") as sink:
            upstream = directly(zone, sink.port)
            held = []
            for name in ("a", "a", "b", "c", "d", "there", "a"):
                result = await upstream.send(FROM, f"anna@{name}.example", CONTENT)
                held.append(result.session if isinstance(result, Deferred) else None)
        assert held == [False, False, False, True, True, None, False]

    async def test_a_name_server_that_is_silent_is_ours_too(self, directly: Start) -> None:
        with DnsServer(dict.fromkeys(("a.example", "b.example", "c.example"), SILENT)) as zone:
            upstream = directly(zone, 1)
            sends = (upstream.send(FROM, f"anna@{n}.example", CONTENT) for n in "abc")
            results = await asyncio.gather(*sends)
        assert sum(isinstance(each, Deferred) and each.session for each in results) == 1

    async def test_an_answer_of_any_kind_shows_that_we_are_there(self, directly: Start) -> None:
        script = {"greeting": ["421 4.3.2 go away"] * 9}
        with DnsServer(self.ZONE) as zone, Sink(host="127.0.0.9", script=script) as sink:
            upstream = directly(zone, sink.port)
            for name in "abcd":
                result = await upstream.send(FROM, f"anna@{name}.example", CONTENT)
                assert isinstance(result, Deferred)
                assert not result.session
