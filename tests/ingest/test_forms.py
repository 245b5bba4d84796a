"""Every known form of an attack on an SMTP server, said to the real one.

Smuggling ends, forms of an open relay, addresses with something in each place where it may not be,
and what arrives on the port that is no SMTP. What is asked of each is the same: nothing is relayed
that was not asked for in the envelope, nothing is taken that could mean something else to the next
server, and the session behind it goes on or ends in order.
"""

import itertools
import random

import pytest
from argon2 import extract_parameters

from relay.ingest.parameters import Refused
from relay.ingest.path import read_mail, read_rcpt
from relay.ingest.users import hash_password, nobody
from tests.ingest.client import Store, connected, serving, settings, visiting

# Ends that some server somewhere has taken for the end of a message.
_DOTS = (b".", b".\0", b" .", b". ", b"..", b"\0.", b".\x0b", b"\x85.")
_LINES = (b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r", b"\r\n\0", b"\x0b")
ENDS = [
    begin + dot + end
    for begin, dot, end in itertools.product(_LINES, _DOTS, _LINES)
    if (begin, dot, end) != (b"\r\n", b".", b"\r\n")
    and not (begin + dot + end).endswith(b"\r\n.\r\n")
    and not (begin + dot + end).startswith((b"\r\n.\r\n", b"\r\n\0.\r\n\0"))
    and b"\r\n.\r\n" not in begin + dot + end
]
SMUGGLED = b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<victim@example.org>\r\nDATA\r\n"


def test_there_are_enough_of_them() -> None:
    assert len(ENDS) > 300
    assert {b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\r", b"\r\n.\n", b"\r.\r\n"} <= set(ENDS)


async def test_p8_no_end_but_one_ends_a_message_and_what_leaves_has_none_of_them() -> None:
    store = Store()
    async with visiting(store, settings(junk_commands=10_000)) as client:
        for end in ENDS:
            wire = b"Subject: x\r\n\r\nbody" + end + SMUGGLED + b"\r\n.\r\n"
            assert (await client.message(wire)).startswith("250 "), end
            assert (await client.ask("NOOP")).startswith("250 "), end
    assert len(store.received) == len(ENDS)
    for end, received in zip(ENDS, store.received, strict=True):
        assert [each.address for each in received.envelope.recipients] == ["ops@example.org"]
        assert b"victim" in received.raw
        lone = received.raw.replace(b"\r\n", b"")
        assert b"\r" not in lone, end
        assert b"\n" not in lone, end
        # Dot-stuffed on its way out, the only end is the one that closes it.
        assert b"\r\n.\r\n" not in (b"\r\n" + received.raw).replace(b"\r\n.", b"\r\n..")


OPEN_RELAY = [
    "<victim@elsewhere.example>",
    '<"victim@elsewhere.example">',
    "<victim%elsewhere.example@example.org>",
    "<victim%elsewhere.example>",
    '<"victim%elsewhere.example">',
    '<"victim%elsewhere.example"@example.org>',
    '<"victim@elsewhere.example"@example.org>',
    "<@example.org:victim@elsewhere.example>",
    "<@relay.example:victim@elsewhere.example>",
    "<elsewhere.example!victim>",
    "<elsewhere.example!victim@example.org>",
    "<elsewhere.example!victim@relay.example>",
    '<"elsewhere.example!victim"@example.org>',
    "<victim@[9.9.9.9]>",
    "<victim@elsewhere.example@example.org>",
    "<victim@example.org@elsewhere.example>",
    "<victim@example.org.elsewhere.example>",
    "<victim@elsewhere.example%>",
    "<victim@EXAMPLE.ORG\0.elsewhere.example>",
    "victim@elsewhere.example",
    "<victim@elsewhere.example",
]


@pytest.mark.parametrize("sender", ["a@example.org", "", "root", "relay@relay.example"])
async def test_p8_no_form_of_address_opens_the_relay(sender: str) -> None:
    store = Store()
    given = settings(allowed=["*@example.org"], errors=100, junk_commands=1000)
    async with visiting(store, given) as client:
        for form in OPEN_RELAY:
            assert (await client.ask(f"MAIL FROM:<{sender}>")).startswith("250")
            assert (await client.ask(f"RCPT TO:{form}"))[0] == "5", form
            assert (await client.ask("DATA")).startswith("503"), form
            assert (await client.ask("RSET")).startswith("250")
    assert store.received == []


_CONTROLS = [chr(code) for code in (*range(33), *range(127, 161))]
_ODD = (
    *_CONTROLS,
    *'()<>,:;@[\\"]',
    "..",
    "\u2028",
    "\u202e",
    "\ufeff",
    "\udcff",
    "\r\nRCPT TO:<x@y>",
)
_PLACES = ("<{}user@example.org>", "<us{}er@example.org>", "<user{}@example.org>",
           "<user@{}example.org>", "<user@exam{}ple.org>")  # fmt: skip
CASES = [place.format(odd) for place, odd in itertools.product(_PLACES, _ODD)]


def test_p8_four_hundred_addresses_with_one_wrong_character_are_refused() -> None:
    assert len(CASES) >= 400
    taken = {
        path
        for path in CASES
        for outcome in (read_rcpt(f"TO:{path}", smtputf8=True), read_mail(f"FROM:{path}", 1000))
        if not isinstance(outcome, Refused)
    }
    assert taken == set()


HELLO_TLS = bytes.fromhex("16030100c8010000c40303") + bytes(range(200))
FOREIGN = {
    "TLS": HELLO_TLS,
    "HTTP": b"GET / HTTP/1.1\r\nHost: relay\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(100),
    "proxy": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 25\r\nEHLO x\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "RDP": bytes.fromhex("0300001302000c00"),
    "empty lines": b"\r\n" * 2_000,
    "a line without end": b"x" * 1_000_000,
    "zeros": bytes(100_000),
}


@pytest.mark.parametrize("what", [*FOREIGN, *(f"random {seed}" for seed in range(5))])
async def test_p8_what_is_no_smtp_ends_in_order_and_the_next_client_is_served(what: str) -> None:
    store = Store()
    said = FOREIGN.get(what) or random.Random(what).randbytes(50_000)
    async with serving(store) as server:
        async with connected(server) as client:
            await client.reply()
            client.send(said)
            client.writer.write_eof()
            try:
                heard = await client.reader.read()
            except ConnectionError:
                heard = b""
        assert all(line[:1] in (b"2", b"4", b"5") for line in heard.splitlines())
        assert len(heard) < 20_000
        async with connected(server) as client:
            await client.hello()
            assert (await client.message()).startswith("250 ")
    assert len(store.received) == 1


def test_p8_an_unknown_user_costs_what_a_known_one_does() -> None:
    known, unknown = extract_parameters(hash_password("right")), extract_parameters(nobody())
    assert known == unknown
