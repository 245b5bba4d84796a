"""Mailboxes are read however hosts write them."""

import pytest

from relay.mail.address import aligned, is_address, is_public, mailbox, mailboxes, normalise, split
from tests.mail.receiving import message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("root", [("", "root")]),
        ("root (Cron Daemon)", [("Cron Daemon", "root")]),
        ('"(Cron Daemon)" <root@h>', [("(Cron Daemon)", "root@h")]),
        ("root@h (Cron Daemon)", [("Cron Daemon", "root@h")]),
        ("Anacron <root>", [("Anacron", "root")]),
        ("Anna Bell <a@b.example>", [("Anna Bell", "a@b.example")]),
        ("Anna Bell a@b.example", [("Anna Bell", "a@b.example")]),
        ("=?utf-8?q?J=C3=B6rg?= <j@x>", [("Jörg", "j@x")]),
        ('"a \\"b\\" c" <j@x>', [('a "b" c', "j@x")]),
        ("a@b, c@d", [("", "a@b"), ("", "c@d")]),
        ("a@b,, ,c@d,", [("", "a@b"), ("", "c@d")]),
        ("team: a@b, c@d;", [("", "a@b"), ("", "c@d")]),
        ("recipient list not shown: ;", []),
        ("undisclosed-recipients:;", []),
        ("<@a,@b:u@x>", [("", "u@x")]),
        ("< u@x >", [("", "u@x")]),
        ("A (c (d) \\) e) <x@y> (f)", [("A", "x@y")]),
        ('"j d"@x.example', [("", '"j d"@x.example')]),
        ("x@[192.0.2.1]", [("", "x@[192.0.2.1]")]),
        ("no address here", []),
        ("<>", []),
        ("", []),
        ("((((", []),
        ("<a", [("", "a")]),
        ('"never closed', [("", '"never closed')]),
    ],
)
def test_a_list_is_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(found.name, found.address) for found in mailboxes(text)] == expected


def test_the_first_mailbox_of_a_field_is_found() -> None:
    found = mailbox(message("From: A <a@b>, C <c@d>\n\n"), "from")
    assert found is not None
    assert found.address == "a@b"
    assert mailbox(message("To: x\n\n"), "From") is None


@pytest.mark.parametrize("address", ["a@b.example", "a.b+c=d@x", "A@B.C", "a@b-c.example", "0@1.2"])
def test_an_addr_spec_is_an_address(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@b",
        "a@",
        "a b@c",
        "a@b c",
        "a@-b",
        "a..b@c",
        ".a@b",
        "a@b\n",
        "ö@b",
        "a@ö",
        "a" * 65 + "@b",
        "a@" + "b." * 130 + "c",
        '"a"@b',
        "<a@b>",
        "a@b,c@d",
    ],
)
def test_anything_else_is_none(address: str) -> None:
    assert not is_address(address)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("a@b.example", True),
        ("root@localhost", False),
        ("root@web01", False),
        ("root", False),
        ("root@web01.internal", False),
        ("root@nas.LOCAL", False),
        ("a@b.co.uk.", False),
    ],
)
def test_only_a_domain_of_the_public_dns_can_be_answered(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_addresses_are_compared_by_their_domain_in_lower_case() -> None:
    assert normalise("Root@WEB01.Example.") == "Root@web01.example"
    assert normalise("root") == "root"
    assert split("a@b@C") == ("a@b", "c")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("example.org", "Example.org", True),
        ("web01.example.org", "example.org", True),
        ("example.org", "mail.example.org", True),
        ("notexample.org", "example.org", False),
        ("a.example.org", "b.example.org", False),
    ],
)
def test_domains_are_aligned_where_one_is_above_the_other(one: str, other: str, same: bool) -> None:
    assert aligned(one, other) is same
