"""Each phase of a dialogue, each way to misbehave in it, and what must come of it.

    before MAIL     our fault or the server's, never the mail's: deferred, the session's
    MAIL            deferred; the session's where the next mail would fare the same
    RCPT, DATA      a 5xx refuses this mail; all else is temporary
    the final dot   a 5xx refuses; silence is temporary and uncertain

Whatever happens, nothing is raised, a refusal takes a 5xx of the right phase, and the next mail
gets through: nothing is lost, and nothing bounces for what is not the mail's fault.
"""

import ssl

import pytest

from relay.pipeline.stages import Deferred, Delivered, Phase, Refused
from tests.certificates import Authority
from tests.delivery.conftest import Open
from tests.smtpd import Sink

MAIL = ("sender@example.org", "anna@example.net", b"Subject: a\r\n\r\nb\r\n")

# What the server does instead of replying as usual.
WAYS = {
    "4xx": "451 4.3.0 not now",
    "421": "CLOSE 421 4.3.2 shutting down",
    "5xx": "550 5.7.1 never",
    "authentication": "530 5.7.0 authenticate first",
    "disconnect": "DROP",
    "tarpit": "LATE 1.2 250 at last",
    "half a line": b"25",
    "no code": b"hello there\r\n",
    "no sense": b"\xff\xfe\x00\r\n",
    "a code of six hundred": "650 6.0.0 what",
    "a success of the wrong kind": "354 go ahead",
    "an endless line": b"250 " + b"x" * 600_000 + b"\r\n",
    "an endless reply": b"250-x\r\n" * 20_000,
    "two codes": b"250-a\r\n550 b\r\n",
}
SESSION, TEMPORARY, UNCERTAIN, REFUSED = "session", "temporary", "uncertain", "refused"
EARLY = ("greeting", "ehlo", "starttls", "auth")
# What is not TEMPORARY from MAIL on.
LATER = {
    ("mail", "421"): SESSION,
    ("mail", "5xx"): SESSION,
    ("mail", "authentication"): SESSION,
    ("rcpt", "5xx"): REFUSED,
    ("rcpt", "authentication"): SESSION,
    ("data", "5xx"): REFUSED,
    ("data", "authentication"): SESSION,
    ("final", "5xx"): REFUSED,
    ("final", "authentication"): REFUSED,
}
# A reply that is not one, or none: after the final dot nobody knows.
UNREADABLE = (
    "disconnect",
    "tarpit",
    "half a line",
    "no code",
    "no sense",
    "a code of six hundred",
    "a success of the wrong kind",
    "an endless line",
    "an endless reply",
)
# Said in these phases, it is what was hoped for.
HARMLESS = {("data", "a success of the wrong kind")}


def expected(phase: str, way: str) -> str:
    if phase in EARLY:
        return SESSION
    if way == "two codes":
        way = "5xx"  # against RFC 5321 s4.2.1; the last line counts, as with Postfix
    if phase == "final" and way in UNREADABLE:
        return UNCERTAIN
    return LATER.get((phase, way), TEMPORARY)


TABLE = [
    (phase, way)
    for phase in (*EARLY, "mail", "rcpt", "data", "final")
    for way in WAYS
    if (phase, way) not in HARMLESS
]


@pytest.mark.parametrize(("phase", "way"), TABLE)
async def test_each_misbehaviour_has_its_result_and_the_next_mail_gets_through(
    upstream_to: Open, authority: Authority, phase: str, way: str
) -> None:
    sink = Sink(
        tls=authority.server("127.0.0.1"), users={"relay": "word"}, script={phase: [WAYS[way]]}
    )
    with sink:
        times = {"connect": "0.8s", "command": "0.8s", "data": "0.8s", "final": "0.8s"}
        upstream = await upstream_to(
            sink, tls="required", ca_file=authority.file, user="relay", password="word", times=times
        )
        result = await upstream.send(*MAIL)
        assert not isinstance(result, Delivered)
        assert named(result) == expected(phase, way), result
        assert isinstance(await upstream.send(*MAIL), Delivered)


def named(result: Deferred | Refused) -> str:
    if isinstance(result, Refused):
        assert 500 <= result.code <= 599
        assert result.phase in (Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.FINAL)
        return REFUSED
    assert not (result.session and result.uncertain)
    if result.session:
        return SESSION
    return UNCERTAIN if result.uncertain else TEMPORARY


@pytest.mark.parametrize("days", [(-9, -1), (1, 9)])
async def test_a_certificate_out_of_its_time_is_the_sessions_fault(
    upstream_to: Open, authority: Authority, days: tuple[int, int]
) -> None:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(authority.pem("127.0.0.1", days))
    with Sink(tls=server) as sink:
        upstream = await upstream_to(sink, tls="required", ca_file=authority.file)
        result = await upstream.send(*MAIL)
        assert isinstance(result, Deferred)
        assert (result.phase, result.session) == (Phase.TLS, True)
        assert "certificate verify failed" in result.reply
        assert sink.said("MAIL") == []
