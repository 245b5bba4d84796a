"""The subject that leaves: what it says, how it is cut, and what it never says."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.policy.template import fill, problem
from relay.policy.words import LONGEST, TAGS, subject
from relay.reports.report import Claim, Kind, Report, Verdict
from tests.policy.builders import failure, person, success, vanished


@pytest.mark.parametrize(
    ("report", "said", "expected"),
    [
        (
            failure(),
            "Backup OK",
            "[FAILED] web01 rsync /srv/www: partial transfer, 3 files unreadable (code 23)",
        ),
        (success(), "", "[OK] web01 rsync /srv/www: succeeded, 12 files copied"),
        (
            vanished(),
            "",
            "[WARNING] web01 rsync /srv/www: 2 files vanished during the transfer (code 24)",
        ),
        (
            failure(verdict=Verdict.UNKNOWN, what="nothing recognised", evidence=()),
            "Backup OK",
            "[UNKNOWN] web01 rsync /srv/www: nothing recognised",
        ),
        (
            failure(verdict=Verdict.UNKNOWN, claim=Claim.FAILURE, job=None, kind=Kind.OTHER),
            "DISK FAILING",
            '[UNKNOWN] web01: sender says "DISK FAILING"',
        ),
        (
            failure(job=None),
            "",
            "[FAILED] web01 rsync: partial transfer, 3 files unreadable (code 23)",
        ),
        (failure(what=""), "", "[FAILED] web01 rsync /srv/www"),
        (person(), "Lunch?", None),
    ],
)
def test_the_subject_says_what_the_report_says(
    report: Report, said: str, expected: str | None
) -> None:
    assert subject(report, "web01.internal", said) == expected


def test_an_address_is_no_name_to_be_shortened() -> None:
    assert "[OK] 192.0.2.7 rsync" in str(subject(success(), "192.0.2.7", ""))


def test_a_long_job_is_cut_in_the_middle_and_a_long_reason_at_a_word() -> None:
    report = failure(
        job="rsync /srv/" + "very-" * 20 + "deep",
        what="partial transfer, because of " + "many reasons " * 10 + "(code 23)",
    )
    text = str(subject(report, "web01", ""))
    assert len(text) <= LONGEST
    assert text.startswith("[FAILED] web01 rsync /srv/very")
    assert "deep: partial transfer" in text
    assert re.search(r"\w… \(code 23\)$", text)


def test_a_template_may_say_it_otherwise() -> None:
    template = "{host}/{job} {verdict} ({code})"
    assert subject(failure(), "web01", "", template) == "[FAILED] web01/rsync /srv/www failure (23)"
    assert subject(success(), "web01", "", template) == "web01/rsync /srv/www success (0)"


def test_a_false_claim_is_quoted_as_one() -> None:
    assert subject(failure(), "web01", "All OK", "{subject}") == '[FAILED] sender says "All OK"'
    assert subject(vanished(), "web01", "rsync log", "{subject}") == "[WARNING] rsync log"


verdicts = st.sampled_from([Verdict.WARNING, Verdict.FAILURE, Verdict.UNKNOWN])
tags = st.sampled_from(["[OK]", "[ ok ]", "[Success]", "[OK", "]", "[", "{", "}}", "{{", "{tag}"])
names = st.sampled_from(["{host}", "{job}", "{what}", "{subject}", "{code}", "{kind}", "{verdict}"])
text = st.lists(tags | st.text(max_size=40)).map("".join)
templates = st.lists(tags | names | st.text(max_size=10), max_size=8).map("".join)
_SUCCESS_TAG = re.compile(r"(?i)\[\s*(ok|success)\s*\]")


@given(verdicts, st.sampled_from(Claim), text, text, text, text, templates)
def test_p2_no_subject_carries_a_success_tag_without_a_success(
    verdict: Verdict, claim: Claim, host: str, job: str, what: str, said: str, template: str
) -> None:
    report = failure(verdict=verdict, claim=claim, job=job, what=what)
    if problem(template, ("tag", "host", "job", "what", "kind", "verdict", "code", "subject")):
        return
    final = subject(report, host, said, template)
    assert final is not None
    assert final.startswith(TAGS[verdict])
    assert not _SUCCESS_TAG.search(final)
    assert len(final) <= LONGEST
    assert final.isprintable() or "\N{REPLACEMENT CHARACTER}" in final or not final.isascii()


@given(text, text, text, templates)
def test_any_success_has_a_subject_of_bounded_length(
    host: str, job: str, what: str, template: str
) -> None:
    if problem(template, ("tag", "host", "job", "what", "kind", "verdict", "code", "subject")):
        return
    final = subject(success(job=job, what=what), host, "", template)
    assert final is not None
    assert len(final) <= LONGEST
    assert not any(sign in final for sign in "\r\n\0")


@given(st.text())
def test_a_template_without_problems_can_be_filled(template: str) -> None:
    if problem(template, ("host",)) is None:
        assert "None" not in fill(template, {"host": "x"}).replace(template, "")
