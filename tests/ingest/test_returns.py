"""P8: a stranger may send to what we gave out as a return address, and nowhere else."""

import pytest

from relay.ingest.check import problems
from relay.policy.settings import HostSettings
from tests.ingest.client import LOOPBACK, STRANGERS, Store, settings, visiting

OURS = "r+mail=code@bounces.example.org"


def returns(address: str) -> bool:
    return address.lower() == OURS


async def test_a_stranger_s_bounce_is_taken() -> None:
    store = Store()
    async with visiting(store, hosts=[STRANGERS], returns=returns) as client:
        assert (await client.ask("MAIL FROM:<>")).startswith("250 ")
        assert (await client.ask(f"RCPT TO:<{OURS.upper()}>")).startswith("250 ")
        assert (await client.ask("DATA")).startswith("354 ")
        assert (await client.ask("Subject: x\r\n\r\nbounce\r\n.")).startswith("250 ")
    (received,) = store.received
    assert received.origin.returned
    assert received.origin.host == "outside"


@pytest.mark.parametrize(
    "path",
    [
        "victim@example.org",
        "postmaster@bounces.example.org",
        "r+mail=other@bounces.example.org",
        f"victim%example.org@{OURS.partition('@')[2]}",
        f"@bounces.example.org:{OURS}x",
        '"r+mail=code@bounces.example.org"@example.org',
        "r+mail=code@bounces.example.org@evil.example",
        "r+mail=code",
        "root",
        "root@web01",
    ],
)
async def test_p8_a_stranger_relays_nothing_else(path: str) -> None:
    store = Store()
    async with visiting(store, hosts=[STRANGERS], returns=returns) as client:
        await client.ask("MAIL FROM:<a@evil.example>")
        assert (await client.ask(f"RCPT TO:<{path}>"))[0] == "5"
        assert (await client.ask("DATA"))[0] == "5"
    assert store.received == []


async def test_p8_nothing_rides_along_with_a_return_address() -> None:
    store = Store()
    async with visiting(store, hosts=[STRANGERS], returns=returns) as client:
        await client.ask("MAIL FROM:<>")
        await client.ask(f"RCPT TO:<{OURS}>")
        assert (await client.ask("RCPT TO:<victim@example.org>"))[0] in "45"
        assert (await client.ask(f"RCPT TO:<{OURS}>")).startswith("452 ")
        await client.ask("DATA")
        assert (await client.ask("x\r\n.")).startswith("250 ")
    (received,) = store.received
    assert [each.address.lower() for each in received.envelope.recipients] == [OURS]


async def test_a_host_s_own_mail_is_what_it_was() -> None:
    store = Store()
    async with visiting(store, hosts=[LOOPBACK], returns=returns) as client:
        await client.ask("MAIL FROM:<root@web01>")
        assert (await client.ask("RCPT TO:<ops@example.org>")).startswith("250 ")
        assert (await client.ask(f"RCPT TO:<{OURS}>")).startswith("452 ")
        await client.ask("DATA")
        assert (await client.ask("x\r\n.")).startswith("250 ")
    (received,) = store.received
    assert not received.origin.returned


async def test_p8_whoever_guesses_is_sent_away() -> None:
    given = settings(errors=5)
    async with visiting(Store(), given, [STRANGERS], returns) as client:
        await client.ask("MAIL FROM:<>")
        replies = [
            await client.ask(f"RCPT TO:<r+mail={number}@bounces.example.org>")
            for number in range(6)
        ]
    assert [reply[:3] for reply in replies] == [*(["550"] * 5), "421"]


async def test_what_a_host_brings_to_a_return_address_is_no_mail_of_its_own() -> None:
    """Or the bounces that a smarthost of ours returns would count in its storm."""
    store = Store()
    async with visiting(store, hosts=[LOOPBACK], returns=returns) as client:
        await client.ask("MAIL FROM:<>")
        assert (await client.ask(f"RCPT TO:<{OURS}>")).startswith("250 ")
        await client.ask("DATA")
        assert (await client.ask("x\r\n.")).startswith("250 ")
        await client.ask("MAIL FROM:<root@web01>")
        assert (await client.ask("RCPT TO:<ops@example.org>")).startswith("250 ")
        await client.ask("DATA")
        assert (await client.ask("x\r\n.")).startswith("250 ")
    assert [each.origin.host for each in store.received] == ["outside", "web01"]
    assert [each.origin.returned for each in store.received] == [True, False]


def test_no_host_is_called_outside() -> None:
    (problem,) = problems(settings(), [HostSettings(name="Outside", networks=("192.0.2.1/32",))])
    assert "the name of all who are no host" in problem
