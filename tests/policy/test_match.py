"""When a rule applies."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.policy.match import Scene, matches, short
from relay.policy.rules import Match
from relay.reports.report import Kind
from tests.policy.builders import failure, mail

HEADER = "From: Cron <root@web01.internal>\r\nSubject: =?utf-8?q?Sauvegarde_effectu=C3=A9e?=\r\n"


BODY = "a line\r\nand rsync error: code 23\r\n"


def applies(**match: Any) -> bool:
    message = mail(HEADER, BODY, to=("root", "ada@example.com"), sender="www-data@web01")
    report = failure(host="web01.internal", job="rsync /srv/www")
    return matches(Match.model_validate(match), Scene(message, report))


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"host": "web01"},
        {"host": "WEB*"},
        {"host": "web01.internal"},
        {"host": ["db*", "web0?"]},
        {"job": "rsync /srv/*"},
        {"job": "*WWW"},
        {"kind": "rsync"},
        {"kind": [Kind.BORG, "rsync"]},
        {"verdict": ["unknown", "failure"]},
        {"sender": "root@*"},
        {"sender": "www-data@web01"},
        {"recipient": "*@example.com"},
        {"recipient": "root"},
        {"subject": "^Sauvegarde effectuée$"},
        {"subject": "(?i)SAUVEGARDE"},
        {"body": r"^and rsync error: code \d+$"},
        {"body": "line$"},
        {"host": "web*", "kind": "rsync", "verdict": "failure", "body": "error"},
    ],
)
def test_a_rule_applies_where_all_of_it_is_true(match: dict[str, Any]) -> None:
    assert applies(**match)


@pytest.mark.parametrize(
    "match",
    [
        {"host": "web"},
        {"host": "web01.*.internal"},
        {"host": "web[0-9]*"},  # a bracket is a bracket
        {"job": "rsync"},
        {"kind": "borg"},
        {"verdict": "success"},
        {"sender": "ada@*"},
        {"recipient": "bob@example.com"},
        {"subject": "sauvegarde"},
        {"body": "^rsync"},
        {"host": "web*", "kind": "borg"},
    ],
)
def test_and_not_where_any_of_it_is_false(match: dict[str, Any]) -> None:
    assert not applies(**match)


def test_a_dot_or_a_star_in_a_name_is_only_itself() -> None:
    scene = Scene(mail(), failure(host="webx01", job="a.c"))
    assert not matches(Match(host=("web.01",)), scene)
    assert matches(Match(job=("a.c",)), scene)


def test_no_pattern_and_no_glob_takes_long_on_any_text() -> None:
    began = time.perf_counter()
    message = mail(HEADER, "a" * 200_000 + "!\r\n")
    scene = Scene(message, failure(job="a" * 10_000 + "!"))
    assert not matches(Match(body="(a+)+$x"), scene)
    assert not matches(Match(job=("*a" * 50 + "b",)), scene)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("web01.example.org", "web01"),
        ("web01", "web01"),
        ("192.0.2.1", "192.0.2.1"),
        ("::1", "::1"),
    ],
)
def test_the_short_name_of_a_host(host: str, name: str) -> None:
    assert short(host) == name


@given(st.text(), st.text(), st.text())
def test_nothing_in_a_mail_makes_matching_fail(host: str, job: str, body: str) -> None:
    scene = Scene(mail(body=body.encode("utf-8", "replace").decode()), failure(host=host, job=job))
    matches(Match(host=("*x*",), job=("?",)), scene)
    assert matches(Match(body="(?s).*"), scene)
