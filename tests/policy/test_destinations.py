"""Who gets a mail."""

import pytest

from relay.policy.decide import decide
from relay.policy.destinations import is_local
from relay.policy.rules import Rule
from tests.policy.builders import OWNER, POSTMASTER, failure, mail, rule, rules


@pytest.mark.parametrize(
    "address",
    [
        "root",
        "root@web01",
        "root@localhost",
        "root@localhost.localdomain",
        "root@WEB01.Internal.",
        "root@web01.local",
        "root@web01.lan",
        "root@web01.home.arpa",
        "root@[127.0.0.1]",
        "root@[IPv6:fd00::1]",
        "root@[nonsense]",
        "root@hosts.example.org",
        "root@web01.below.example.org",
        '"a@b"@web01',
    ],
)
def test_a_name_on_a_host_is_local(address: str) -> None:
    assert is_local(address, ("hosts.example.org", "*.below.example.org"))


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org",
        "ada@web01.example.org",
        "ada@below.example.org",
        "ada@notbelow.example.org",
        "ada@mylan.example",
        "ada@[8.8.8.8]",
        "ada@münchen.example",
    ],
)
def test_anybody_else_is_not(address: str) -> None:
    assert not is_local(address, ("hosts.example.org", "*.below.example.org"))


def reached(to: tuple[str, ...], *orders: Rule, host: str = "web01") -> list[tuple[str, str]]:
    decision = decide(mail(to=to, host=host), failure(), rules(*orders))
    return [(each.recipient, each.to) for each in decision.destinations]


def test_local_names_go_to_the_owner_and_others_stay() -> None:
    assert reached(("root", "ada@example.com")) == [
        ("root", OWNER),
        ("ada@example.com", "ada@example.com"),
    ]


@pytest.mark.parametrize("host", ["lost", "unheard-of", ""])
def test_without_an_owner_the_postmaster_gets_it(host: str) -> None:
    report = failure(host=None)
    decision = decide(mail(host=host), report, rules())
    assert [each.to for each in decision.destinations] == [POSTMASTER]


def test_in_explain_the_host_that_the_mail_names_has_its_owner() -> None:
    decision = decide(mail(host=""), failure(host="web01"), rules())
    assert [each.to for each in decision.destinations] == [OWNER]


def test_a_rule_may_redirect() -> None:
    order = rule({"recipients": {"redirect": ["team@example.org", "owner"]}})
    decision = decide(mail(to=("root", "ada@example.com")), failure(), rules(order))
    assert {each.to for each in decision.destinations} == {"team@example.org"}
    assert decision.copies == (OWNER,)


def test_a_rule_about_a_recipient_redirects_that_one_only() -> None:
    order = rule({"recipients": {"redirect": "postmaster"}}, recipient="ada@*")
    assert reached(("ada@example.com", "bob@example.com"), order) == [
        ("ada@example.com", POSTMASTER),
        ("bob@example.com", "bob@example.com"),
    ]


def test_every_rule_that_applies_adds() -> None:
    orders = (
        rule({"recipients": {"add": "one@example.org"}}),
        rule({"recipients": {"add": ["two@example.org", "owner"]}}),
        rule({"recipients": {"add": "three@example.org"}}, verdict="success"),
    )
    decision = decide(mail(), failure(), rules(*orders))
    assert [each.to for each in decision.destinations] == [OWNER]
    assert decision.copies == ("one@example.org", "two@example.org")  # the owner has it already


def test_to_names_nobody_who_might_be_a_blind_copy() -> None:
    several = ("ada@example.com", "bob@example.com")
    assert decide(mail(to=several), failure(), rules()).edits.to == several
    assert decide(mail(to=("root",)), failure(), rules()).edits.to == (OWNER,)
    many = tuple(f"p{number}@example.com" for number in range(11))
    assert decide(mail(to=many), failure(), rules()).edits.to == ()
