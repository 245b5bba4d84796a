"""From a message to a letter: secrets out, lines numbered, hostile input bounded."""

import time
from types import ModuleType

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from relay.reports.body import LONGEST, Body
from relay.reports.letter import letter
from relay.reports.report import Verdict
from relay.reports.understand import INTERESTING, READERS, understand
from tests.reports.given import message, report
from tests.reports.texts import END_23, UNREADABLE, VERBOSE


def _mail(body: str, *fields: str) -> bytes:
    head = "\r\n".join(("From: root@web01", "Subject: log", *fields))
    return f"{head}\r\n\r\n{body}".replace("\n", "\r\n").replace("\r\r", "\r").encode()


def test_p9_no_secret_reaches_a_reader() -> None:
    read = letter(
        message(
            b"From: root@web01\r\nSubject: Cron <root@web01> sshpass -p hunter2 rsync a b\r\n"
            b"X-Cron-Env: <DB_PASSWORD=hunter2>\r\n\r\nrsync://me:hunter2@nas/x failed\r\n"
        )
    )
    assert "hunter2" not in repr(read)


def test_lines_are_numbered_from_1_in_the_text_that_people_read() -> None:
    found = understand(message(_mail(f"one\ntwo\n{END_23}\n")))
    assert (found.evidence[0].line, found.evidence[0].text) == (3, END_23)


def test_a_body_finds_each_line_once() -> None:
    body = Body.of("\nan x and an x\nü\nno\nx")
    assert [line.number for line in body.matching(re2.compile(b"x"))] == [2, 5]
    assert body.last == 5
    assert Body.of("a\n \n").last == 1


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=9)


@given(st.lists(_TEXTS, max_size=9))
def test_every_line_of_a_body_can_be_found_by_its_text(lines: list[str]) -> None:
    body = Body.of("\n".join(lines))
    for number, text in enumerate(lines, 1):
        if text:
            found = list(body.matching(re2.compile(re2.escape(text).encode())))
            assert number in [line.number for line in found]


def test_a_long_line_is_matched_at_both_ends() -> None:
    line = Body.of("a" + "x" * 10_000_000 + "z").line(1).text
    assert (line[0], line[-1]) == ("a", "z")
    assert len(line) < LONGEST + 10


def test_odd_characters_do_no_harm() -> None:
    assert report(f"\ud800\x00\n{END_23}").verdict is Verdict.FAILURE
    raw = b"Subject: \xed\xa0\x80\x00 =?utf-8?B?7aCA?=\r\n\r\n\xed\xa0\x80\r\n" + END_23.encode()
    assert understand(message(raw)).verdict is Verdict.FAILURE


def test_p2_a_text_too_long_to_be_read_whole_proves_no_success() -> None:
    lines = "a\n" * 1_300_000
    raw = _mail(f"sending incremental file list\n{lines}\n{VERBOSE.partition(chr(10))[2]}")
    found = understand(message(raw))
    assert found.verdict is Verdict.UNKNOWN
    assert "too long" in found.what
    assert understand(message(_mail(f"{END_23}\n{lines}"))).verdict is Verdict.FAILURE


def test_a_reader_is_one_module_with_one_function() -> None:
    assert all(isinstance(reader, ModuleType) and reader.read.__doc__ for reader in READERS)
    assert len(set(map(repr, READERS))) == len(READERS)


_HOSTILE = {
    "spaces": " " * 200,
    "errors": "error",
    "loud errors": "ERROR: x",
    "diagnoses": UNREADABLE,
    "final lines": END_23,
    "retries": "retry",
    "quotes": ">" * 200,
    "progress": " 1 1% 1kB/s 0:00:00 (xfr#1, to-chk=1/2)",
}


@pytest.mark.parametrize("line", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_p8_twice_the_lines_cost_about_twice_the_time(line: str) -> None:
    small, large = _seconds([line] * 5_000), _seconds([line] * 20_000)
    assert large < 10 * small + 0.1  # four times the lines; a square would be sixteen times


def test_p8_a_line_of_ten_megabytes_costs_no_more_than_its_length() -> None:
    assert _seconds(["rsync error: " * 800_000]) < 2


def test_25_megabytes_of_names_with_an_error_in_the_middle_cost_under_two_seconds() -> None:
    names = [f"accounting/projects/invoice-{number}.odt" for number in range(300_000)]
    text = "\n".join((*names, UNREADABLE, *names))
    assert len(text) > 22_000_000
    started = time.process_time()
    assert report(text).verdict is Verdict.FAILURE
    assert time.process_time() - started < 2


def _seconds(lines: list[str]) -> float:
    """Return the CPU time of one reading, the least of three: other work disturbs the rest."""

    def once() -> float:
        started = time.process_time()
        report("\n".join(lines))
        return time.process_time() - started

    return min(once() for _ in range(3))


_ORDINARY = [
    "accounting/projects/invoice-0.odt",
    "projects/2026/survey/000000123_minutes.docx",
    "home/anna/Documents/report.pdf",
    "A /srv/www/htdocs/memo-418.odt",
    "drwxr-xr-x root/root         0 2026-11-11 03:00 etc/ssl/",
    ">f+++++++++ photos/2026/IMG_0411.jpg",
    "var/lib/mysql/ibdata1",
]


@pytest.mark.parametrize("name", _ORDINARY)
def test_a_name_in_a_list_of_files_is_of_no_interest_to_any_reader(name: str) -> None:
    assert not list(Body.of(name).matching(INTERESTING))


def test_no_expression_of_a_reader_outgrows_its_automaton(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for text in (END_23, VERBOSE, "Ошибка: 失敗しました é" * 20, "x" * 5000):
        report(f"{text}\n{UNREADABLE}", subject=text[:80])
    assert capfd.readouterr().err == ""
