"""Which upstream a mail leaves by, and who stands in for whom."""

from datetime import UTC, datetime, timedelta

import pytest

from relay.pipeline.routing import Cover, Way, covered, way_for

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WAYS = (
    Way(name="partner", domains=("partner.example", "*.partner.example")),
    Way(name="main"),
    Way(name="cloud-eu", group="cloud", domains=("*.eu",)),
    Way(name="cloud-us", group="cloud"),
)


@pytest.mark.parametrize(
    ("ordered", "recipient", "name"),
    [
        (None, "anna@example.org", "main"),
        (None, "anna@Partner.example", "partner"),
        (None, "anna@a.partner.example", "partner"),
        (None, "anna@notpartner.example", "main"),
        (None, "root", "main"),
        (None, "anna@example.eu", "cloud-eu"),
        ("main", "anna@partner.example", "main"),
        ("partner", "anna@example.org", "partner"),
        ("cloud", "anna@example.org", "cloud-us"),
        ("cloud", "anna@example.eu", "cloud-eu"),
        ("gone", "anna@example.org", None),
    ],
)
def test_a_mail_leaves_by_what_is_ordered_and_then_by_its_domain(
    ordered: str | None, recipient: str, name: str | None
) -> None:
    assert way_for(WAYS, ordered, recipient) == name


def test_where_all_upstreams_are_for_some_domains_the_first_takes_the_rest() -> None:
    assert way_for(WAYS[:1], None, "anna@example.org") == "partner"


def minutes(**ago: int) -> dict[str, datetime]:
    return {name: NOW - timedelta(minutes=number) for name, number in ago.items()}


@pytest.mark.parametrize(
    ("held", "names"),
    [
        ({}, ()),
        (minutes(a=1), ()),
        (minutes(a=2), ("a",)),
        (minutes(a=9, other=9), ("a",)),
        (minutes(b=9), ()),
        (minutes(b=9, c=1), ()),
        (minutes(b=9, c=9), ("b",)),
        (minutes(a=9, b=9, c=9), ("a", "b")),
    ],
)
def test_an_upstream_is_covered_when_it_and_those_before_us_are_long_away(
    held: dict[str, datetime], names: tuple[str, ...]
) -> None:
    two = timedelta(minutes=2)
    duties = (Cover(name="a", after=two), Cover(name="b", after=two, before=("c",)))
    assert covered(duties, held, NOW) == names
