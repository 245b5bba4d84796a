"""Our Received field."""

from dataclasses import replace

import pytest

from relay.mail.headers import every, flat
from relay.mail.received import Received
from relay.rewrite.trace import received_field
from tests.mail.receiving import received
from tests.rewrite.wishes import edited, names


def trace(came: Received) -> str:
    return flat(received_field(came, "relay.example.com"))


def test_it_says_from_whom_by_whom_how_for_whom_and_when() -> None:
    assert trace(received(b"")) == (
        "from web01.example ([192.0.2.7]) by relay.example.com with ESMTP id ABC123"
        " for <root@web01.example>; Tue, 24 Nov 2026 12:00:00 +0000"
    )


def test_several_recipients_are_not_disclosed_to_each_other() -> None:
    assert " for " not in trace(received(b"", "a@b.example", "c@d.example"))


@pytest.mark.parametrize(
    ("tls", "user", "utf8", "protocol"),
    [
        (None, None, False, "ESMTP"),
        ("TLSv1.3", None, False, "ESMTPS"),
        ("TLSv1.3", "web01", False, "ESMTPSA"),
        ("TLSv1.3", None, True, "UTF8SMTPS"),
    ],
)
def test_the_protocol_is_named(
    tls: str | None, user: str | None, utf8: bool, protocol: str
) -> None:
    came = received(b"")
    came = replace(
        came,
        origin=replace(came.origin, tls=tls, user=user),
        envelope=replace(came.envelope, smtputf8=utf8),
    )
    assert f" with {protocol} id " in trace(came)


@pytest.mark.parametrize("helo", ["a b", "x\r\nBcc: y", "(", "", "é", "a;b"])
def test_a_helo_that_is_no_host_name_is_not_repeated(helo: str) -> None:
    came = received(b"")
    assert trace(replace(came, origin=replace(came.origin, helo=helo))).startswith(
        "from unknown ([192.0.2.7])"
    )


def test_an_ipv6_address_is_written_as_a_literal() -> None:
    came = received(b"")
    assert "([IPv6:2001:db8::7])" in trace(
        replace(came, origin=replace(came.origin, address="2001:db8::7"))
    )


def test_it_stands_on_top_and_the_origins_own_stay_below() -> None:
    message = edited("Received: by web01; Tue, 24 Nov 2026 11:59:59 +0000\nSubject: x\n\ny")
    assert names(message)[0] == "Received"
    assert [flat(field)[:8] for field in every(message, "Received")] == ["from web", "by web01"]
