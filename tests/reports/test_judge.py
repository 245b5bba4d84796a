"""A table of lines, judged: worst wins, parts apart, beginnings owed an end, retries forgiven."""

import pytest

from relay.reports.finding import Finding
from relay.reports.lines.grammar import Grammar, begins, fails, notes, succeeds, warns
from relay.reports.lines.judge import read_by
from relay.reports.report import Kind, Verdict
from tests.reports.given import letter

COPY = Grammar(
    reader="copy",
    kind=Kind.BACKUP_OTHER,
    rules=(
        fails("full", r"copy: (?P<reason>disk \S+ is full)", subject=False),
        fails("end", r"copy of (?P<part>\w+) failed with (?P<exit_code>\d+)", ends=True),
        fails("died", r"copy died with (?P<exit_code>\d+)", ends=True),
        warns("slow", r"copy of (?P<part>\w+) was slow, (?P<seconds>.+)"),
        fails("subject", r"copy on (?P<host>\S+) failed", subject=True),
        succeeds("part", r"copy of (?P<part>\w+) ended, (?P<bytes_total>.+) in all"),
        succeeds("whole", r"copy ended well", say="all copied"),
        begins("begins", r"copy of (?P<part>\w+) begins"),
        begins("whole-begins", r"copy begins"),
        notes("files", r"copied files: (?P<files_total>\d+)"),
        notes("name", r"copied by task (?P<job>.+)"),
    ),
)


def read(text: str, subject: str = "log") -> Finding | None:
    return read_by(COPY, letter(text, subject))


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("copy ended well", Verdict.SUCCESS),
        ("copy ended well\ncopy: disk /dev/sda is full", Verdict.FAILURE),
        ("copy: disk /dev/sda is full\ncopy ended well", Verdict.FAILURE),
        ("copy begins", Verdict.UNKNOWN),
        ("copy begins\ncopy ended well", Verdict.SUCCESS),
        ("copy begins\ncopy ended well\ncopy begins", Verdict.UNKNOWN),
        ("copy of a ended, 1 kB in all\ncopy of b begins", Verdict.UNKNOWN),
        ("copy of a begins\ncopy of a was slow, 3 h", Verdict.UNKNOWN),
        ("copy of a was slow, 3 h\ncopy of a ended, 1 kB in all", Verdict.WARNING),
        ("2026-11-25 03:00:00 copy ended well", Verdict.SUCCESS),
    ],
)
def test_the_worst_line_decides_and_what_began_must_end(text: str, verdict: Verdict) -> None:
    found = read(text)
    assert found is not None
    assert found.verdict is verdict


@pytest.mark.parametrize("text", ["", "copied files: 3", "> copy ended well", "a copy ended well!"])
def test_figures_quotations_and_names_prove_nothing(text: str) -> None:
    assert read(text) is None


def test_each_part_is_judged_for_itself_and_the_worst_stands_first() -> None:
    found = read("copy of a ended, 2 kB in all\ncopy of b failed with 7\ncopy of c begins")
    assert found is not None
    assert [(part.name, part.verdict) for part in found.parts] == [
        ("b", Verdict.FAILURE),
        ("c", Verdict.UNKNOWN),
        ("a", Verdict.SUCCESS),
    ]
    assert (found.exit_code, found.evidence[0].line) == (7, 2)
    assert found.what.startswith("1 of 3: ")


def test_names_and_figures_come_from_groups_and_are_added_up() -> None:
    found = read(
        "copied by task nightly\ncopied files: 3\ncopied files: 4\n"
        "copy of a ended, 2 kB in all\ncopy of b ended, 1.5 kB in all"
    )
    assert found is not None
    assert (found.job, found.facts) == ("nightly", {"files_total": 7, "bytes_total": 3500})


def test_a_failing_subject_counts_and_gives_the_host() -> None:
    found = read("nothing here", subject="copy on web07 failed")
    assert found is not None
    assert (found.host, found.verdict, found.evidence[0].line) == ("web07", Verdict.FAILURE, 0)


def test_no_rule_may_take_a_success_from_the_subject() -> None:
    with pytest.raises(ValueError, match="proves no success"):
        succeeds("x", "all went well", subject=True)


def test_a_retry_that_works_forgives_the_failed_try() -> None:
    found = read("copy died with 9\nretrying in 60 s\ncopy ended well")
    assert found is not None
    assert (found.verdict, found.what) == (Verdict.SUCCESS, "all copied")
    assert {1, 2} <= found.owns


@pytest.mark.parametrize(
    "text",
    [
        "copy died with 9\nretrying in 60 s\ncopy died with 9",
        "copy died with 9\nretrying in 60 s",
        "copy died with 9\ncopy died with 8\nretrying in 60 s\ncopy ended well",
        "copy ended well\ncopy died with 9\nretrying in 60 s\ncopy ended well",
        "retrying in 60 s\ncopy died with 9\ncopy ended well",
    ],
)
def test_a_failure_that_no_retry_made_good_stays(text: str) -> None:
    found = read(text)
    assert found is not None
    assert found.verdict is not Verdict.SUCCESS


def test_only_bad_lines_are_news() -> None:
    first = read("copy: disk /dev/sda is full\ncopied files: 3")
    again = read("copied files: 9\ncopy: disk /dev/sda is full")
    other = read("copy: disk /dev/sdb is full")
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.news == again.news != other.news


def test_a_signature_must_be_in_the_mail() -> None:
    signed = Grammar(reader="x", kind=Kind.NAS, rules=COPY.rules, signature="From: the box")
    assert read_by(signed, letter("copy ended well")) is None
    assert read_by(signed, letter("copy ended well\nFrom: the box")) is not None
