"""Which rules apply, in order, and which come too late."""

from collections.abc import Iterable

from relay.policy.applied import Applied, applied
from tests.policy.builders import failure, mail, rule, rules, success, vanished


def told(found: Iterable[Applied]) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(each.rule.partition(": ")[2], each.decides, each.too_late) for each in found]


def test_the_first_rule_with_a_key_decides_it_and_later_ones_are_too_late() -> None:
    orders = (
        rule({"route": "now"}, "first", verdict="failure"),
        rule({"route": "digest"}, "other", verdict="success"),
        rule({"route": "digest", "subject": "{job}"}, "second"),
    )
    assert told(applied(mail(), failure(), rules(*orders))) == [
        ("first", ("route",), ()),
        ("second", ("subject",), ("route",)),
    ]


def test_several_rules_share_in_recipients_and_codes() -> None:
    orders = (
        rule({"recipients": {"add": "owner"}}, "one"),
        rule({"recipients": {"add": "postmaster"}}, "two"),
    )
    found = told(applied(mail(), failure(), rules(*orders)))
    assert found == [("one", ("recipients",), ()), ("two", ("recipients",), ())]


def test_rules_are_told_that_apply_only_after_others_have_changed_the_report() -> None:
    orders = (
        rule(
            {"codes": {24: "success"}, "job": "spool", "route": "now"}, "first", verdict="warning"
        ),
        rule({"route": "digest"}, "then", verdict="success", job="spool"),
    )
    assert told(applied(mail(), vanished(), rules(*orders))) == [
        ("first", ("codes", "job"), ()),
        ("then", ("route",), ()),
    ]


def test_no_rule_that_does_not_apply_is_told() -> None:
    assert applied(mail(), success(), rules(rule({"route": "now"}, verdict="failure"))) == ()
