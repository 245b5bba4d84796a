"""Every rule fires where it should, is silent where it should, and is explained."""

import re
from collections import Counter

import pytest

from relay.lint.finding import Basis, Rule, Severity
from relay.lint.lint import lint
from relay.lint.rules import CHECKS, RULES
from relay.lint.subject import DENIALS
from relay.policy import frame
from relay.reports.report import Verdict
from tests.lint.building import NOTHING_KNOWN, NOW, mail
from tests.lint.cases import CASES
from tests.test_docs import ROOT

_PAGE = (ROOT / "docs/compliance.md").read_text()
_ENTRY = re.compile(r"^\| (RL\d{3}) \| (\w+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
_SECTIONS = {
    Basis.LAW: "What the law says",
    Basis.PROVIDER: "What mailbox providers ask for",
    Basis.STANDARD: "What the standards say",
    Basis.PRODUCT: "What this relay promises",
}


def test_nothing_is_wrong_with_the_good_mail() -> None:
    assert mail().breaches() == ()


def test_every_rule_has_its_case_and_an_id_of_its_own() -> None:
    ids = [rule.id for rule in RULES]
    assert sorted(CASES) == sorted(ids) == sorted(set(ids))
    assert len({check.__module__ for check in CHECKS}) == len(CHECKS)


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_rule_fires_on_the_mail_that_breaks_it(rule: str) -> None:
    bad, _ = CASES[rule]
    assert rule in bad.ids()


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_rule_is_silent_on_the_mail_that_comes_close(rule: str) -> None:
    _, good = CASES[rule]
    assert rule not in good.ids()


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_breach_says_what_it_found_on_one_short_line(rule: str) -> None:
    for breach in CASES[rule][0].breaches():
        assert breach.detail
        assert len(breach.detail) <= 160
        assert breach.detail.isprintable()


def test_what_is_not_known_is_not_judged() -> None:
    found = {breach.rule.id for breach in lint(mail().content, None, NOTHING_KNOWN, None)}
    assert found == set()
    unsigned = mail({"DKIM-Signature": None})
    assert {each.rule.id for each in lint(unsigned.content, None, NOTHING_KNOWN)} == {"RL203"}


def test_a_date_is_compared_with_the_clock_only_where_there_is_one() -> None:
    ahead = CASES["RL104"][0]
    assert "RL104" not in {each.rule.id for each in lint(ahead.content, ahead.path, ahead.site)}
    assert NOW.tzinfo is not None


def test_the_words_of_a_preface_that_deny_success_are_those_that_policy_writes() -> None:
    bad = {word for verdict, word in frame._WORDS.items() if verdict is not Verdict.SUCCESS}
    assert bad == set(DENIALS)


def test_severities_have_an_order() -> None:
    weights = [each.weight for each in (Severity.NOTE, Severity.WARNING, Severity.ERROR)]
    assert weights == sorted(set(weights))


def test_the_page_on_compliance_lists_every_rule_as_it_is() -> None:
    listed = {match[1]: match.groups() for match in _ENTRY.finditer(_PAGE)}
    assert listed == {
        rule.id: (rule.id, rule.severity.value, rule.title, rule.source, rule.remedy)
        for rule in RULES
    }
    assert Counter(match[1] for match in _ENTRY.finditer(_PAGE)).most_common(1)[0][1] == 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_stands_in_the_section_of_whose_demand_it_is(rule: Rule) -> None:
    sections = re.split(r"^## ", _PAGE, flags=re.MULTILINE)
    section = next(each for each in sections if each.startswith(_SECTIONS[rule.basis]))
    assert f"| {rule.id} |" in section
