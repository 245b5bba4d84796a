"""P8: only known hosts and their users relay, and no slip in the configuration changes that."""

from ipaddress import ip_address, ip_network

import pytest
from pydantic import ValidationError

from relay.errors import ConfigError
from relay.ingest.admission import Admission, admission, canonical, open_networks
from relay.ingest.check import problems
from relay.ingest.settings import IngestSettings, ListenSettings
from relay.policy.settings import HostSettings
from tests.ingest.client import STRANGERS, Store, build, connected, serving, settings, visiting


def host(name: str, *networks: str, users: tuple[str, ...] = ()) -> HostSettings:
    return HostSettings(name=name, networks=networks, users=users)


def known(*hosts: HostSettings, allowed: tuple[str, ...] = ("*",)) -> Admission:
    return admission(hosts, allowed)


async def test_p8_a_stranger_hears_550_at_mail_and_never_relays() -> None:
    store = Store()
    async with visiting(store, hosts=[STRANGERS]) as client:
        for path in ("root@web01", "root", "", "postmaster"):
            reply = await client.ask(f"MAIL FROM:<{path}>")
            assert reply == "550 5.7.1 relaying denied: 127.0.0.1 is no host of ours"
        assert (await client.ask("RCPT TO:<victim@example.org>")).startswith("503 ")
        assert (await client.ask("DATA")).startswith("503 ")
    assert store.received == []


async def test_p8_with_no_hosts_at_all_nobody_relays() -> None:
    async with visiting(Store(), hosts=[]) as client:
        assert (await client.ask("MAIL FROM:<a@b>")).startswith("550 5.7.1 ")


@pytest.mark.parametrize(
    "network",
    [
        "0.0.0.0/0",
        "::/0",
        "0.0.0.0/1",
        "128.0.0.0/1",
        "8.0.0.0/8",
        "192.0.0.0/8",
        "2000::/3",
        "::/1",
        "::ffff:0:0/96",
        "0.0.0.0/8",
        "172.0.0.0/8",
        "198.50.0.0/15",
        "fe00::/7",
        "::/16",
    ],
)
def test_p8_a_network_of_strangers_is_refused_as_configuration(network: str) -> None:
    if network == "::ffff:0:0/96":
        # IPv4 in IPv6 is looked up as IPv4, so this one matches nobody.
        assert known(host("all", network)).host_at("203.0.113.9") is None
        return
    hosts = [host("good", "192.0.2.0/24"), host("all", network)]
    (problem,) = open_networks(hosts)
    assert problem.startswith(f"host all: {network} ")
    with pytest.raises(ConfigError, match="would let strangers relay"):
        admission(hosts, ["*"])
    with pytest.raises(ConfigError, match="would let strangers relay"):
        build(Store(), IngestSettings(), hosts)


@pytest.mark.parametrize(
    "network",
    [
        "10.0.0.0/8",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
        "198.51.0.0/16",
        "2001:db8::/32",
        "203.0.113.7/32",
    ],
)
def test_a_network_of_ones_own_is_fine(network: str) -> None:
    assert open_networks([host("mine", network)]) == []


def test_p8_the_default_settings_know_nobody_and_listen_on_loopback() -> None:
    assert [each.address for each in IngestSettings().listeners] == ["127.0.0.1"]
    assert HostSettings(name="a").networks == ()
    assert known(HostSettings(name="a")).host_at("127.0.0.1") is None


def test_p8_a_network_with_host_bits_is_refused() -> None:
    with pytest.raises(ValidationError):
        host("slip", "192.0.2.7/0")


async def test_p8_a_reload_cannot_open_the_relay() -> None:
    async with serving(Store(), hosts=[STRANGERS]) as server:
        with pytest.raises(ConfigError):
            server.reconfigure(settings(), [host("all", "0.0.0.0/0")])
        async with connected(server) as client:
            await client.hello()
            assert (await client.ask("MAIL FROM:<a@b>")).startswith("550 5.7.1 ")


def test_the_longest_prefix_decides_which_host_it_is() -> None:
    admitted = known(
        host("office", "10.0.0.0/8"),
        host("rack", "10.1.0.0/16"),
        host("web01", "10.1.2.3/32", "2001:db8::1/128"),
        host("lab", "2001:db8::/64"),
    )
    found = {
        address: one.name if (one := admitted.host_at(address)) else None
        for address in (
            "10.9.9.9",
            "10.1.9.9",
            "10.1.2.3",
            "::ffff:10.1.2.3",
            "2001:db8::1",
            "2001:db8::2",
            "2001:db9::1",
            "11.0.0.1",
            "::1",
            "::a01:203",
        )
    }
    assert found == {
        "10.9.9.9": "office",
        "10.1.9.9": "rack",
        "10.1.2.3": "web01",
        "::ffff:10.1.2.3": "web01",
        "2001:db8::1": "web01",
        "2001:db8::2": "lab",
        "2001:db9::1": None,
        "11.0.0.1": None,
        "::1": None,
        "::a01:203": None,
    }


def test_p8_lookups_agree_with_the_networks_themselves() -> None:
    networks = ["10.0.0.0/8", "10.128.0.0/9", "192.0.2.128/25", "192.0.2.200/29", "fe80::/10"]
    admitted = known(*(host(each, each) for each in networks))
    for address in (
        "10.0.0.0",
        "10.127.255.255",
        "10.128.0.0",
        "192.0.2.127",
        "192.0.2.128",
        "192.0.2.199",
        "192.0.2.200",
        "192.0.2.207",
        "192.0.2.208",
        "fe80::1%eth0",
    ):
        bare = canonical(address)
        fitting = [ip_network(each) for each in networks]
        inside = [str(each) for each in fitting if ip_address(bare) in each]
        found = admitted.host_at(address)
        best = max(inside, key=lambda each: int(each.partition("/")[2]), default=None)
        assert (found.name if found else None) == best


ROUTED = [
    "user%evil.example@example.org",
    "user%evil.example",
    "user%evil.example%example.org@example.org",
    "evil.example!user@example.org",
    "evil.example!user",
    '"user%evil.example"@example.org',
    '"user@evil.example"@example.org',
    '"user@evil.example"',
    '"user\\@evil.example"@example.org',
    '"evil.example!user"@web01',
]


@pytest.mark.parametrize("recipient", ROUTED)
async def test_p8_an_address_that_asks_us_to_route_is_refused(recipient: str) -> None:
    async with visiting(Store()) as client:  # everything is allowed here
        await client.ask("MAIL FROM:<a@b>")
        reply = await client.ask(f"RCPT TO:<{recipient}>")
        assert reply == "550 5.7.1 routing in the local part is refused"


async def test_p8_source_routes_are_refused() -> None:
    async with visiting(Store()) as client:
        assert (await client.ask("MAIL FROM:<@a,@b:c@d>")).startswith("553 5.1.7 ")
        await client.ask("MAIL FROM:<a@b>")
        assert (await client.ask("RCPT TO:<@example.org:u@evil.example>")).startswith("553 5.1.3 ")


ALLOWED = ("*@example.org", "boss@partner.example", "*@*.sub.example", "*@[192.0.2.1]")
RECIPIENTS = {
    "ops@example.org": True,
    "OPS@EXAMPLE.ORG": True,
    "ops@example.orgy": False,
    "ops@notexample.org": False,
    "ops@sub.example.org": False,
    "ops@example.org.evil.example": False,
    "boss@partner.example": True,
    "boss2@partner.example": False,
    "a@x.sub.example": True,
    "a@sub.example": False,
    "a@[192.0.2.1]": True,
    "a@[9.9.9.9]": False,
    "a@[IPv6:::1]": True,  # a host's own, as policy sees it
    "root": True,
    "postmaster": True,
    "root@web01": True,
    "root@localhost": True,
    "root@web01.internal": True,
    "root@WEB02.Internal": True,
    "root@internal": True,
}


@pytest.mark.parametrize(("recipient", "passes"), RECIPIENTS.items())
def test_p8_mail_goes_only_to_allowed_recipients_and_local_names(
    recipient: str, passes: bool
) -> None:
    admitted = admission([], ALLOWED, local_domains=["Web01.internal"])
    assert (admitted.objection(recipient) is None) == passes


def test_p8_no_allowed_pattern_allows_nobody_but_local_names() -> None:
    admitted = admission([], [])
    assert admitted.objection("ops@example.org") is not None
    assert admitted.objection("root") is None


async def test_p8_a_recipient_that_is_not_allowed_hears_550() -> None:
    store = Store()
    async with visiting(store, settings(allowed=["*@example.org"])) as client:
        await client.ask("MAIL FROM:<a@b>")
        assert await client.ask("RCPT TO:<a@b.example>") == "550 5.7.1 recipient not allowed here"
        assert (await client.ask("DATA")).startswith("503 ")
        assert (await client.ask("RCPT TO:<root>")).startswith("250 ")


def test_p8_require_auth_without_tls_is_refused_as_configuration() -> None:
    given = IngestSettings(listeners=(ListenSettings(port=0, require_auth=True),))
    with pytest.raises(ConfigError, match="require_auth, which needs tls"):
        build(Store(), given)


def test_a_network_or_user_of_two_hosts_is_refused_as_configuration() -> None:
    hosts = [host("a", "192.0.2.0/24", users=("u",)), host("b", "192.0.2.0/24", users=("u", "v"))]
    assert problems(settings(), hosts) == [
        "host b: 192.0.2.0/24 belongs to host a already; list it once",
        "host b: u belongs to host a already; list it once",
    ]
    with pytest.raises(ConfigError):
        build(Store(), settings(), hosts)


def test_all_problems_are_told_at_once() -> None:
    listeners = (
        ListenSettings(require_auth=True),
        ListenSettings(tls="implicit"),
    )
    given = IngestSettings(listeners=listeners, users_file="/nowhere/users")
    found = problems(given, [host("a", "0.0.0.0/0")])
    assert len(found) == 4
    assert all(
        any(word in one for one in found) for word in ("strangers", "tls:", "certificate", "read")
    )
