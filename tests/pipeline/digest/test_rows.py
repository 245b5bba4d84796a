"""Reports of one job are one row, the worst row first, and every report is counted."""

from hypothesis import given
from hypothesis import strategies as st

from relay.pipeline.digest.rows import table
from relay.reports.finding import SEVERITY
from relay.reports.report import Verdict
from tests.pipeline.digest.building import FAILURE, NONE, SUCCESS, UNKNOWN, WARNING, item


def test_reports_of_one_job_are_one_row_with_the_worst_verdict_and_all_times() -> None:
    found = table([item(minute=0), item(FAILURE, minute=5), item(minute=9)])
    (row,) = found.rows
    assert (row.verdict, row.count, row.bad) == (FAILURE, 3, 1)
    assert (row.first_at, row.last_at) == (item().accepted_at, item(minute=9).accepted_at)
    assert row.original == item(minute=5).message_id


def test_the_row_quotes_the_newest_of_the_worst_reports_that_says_something() -> None:
    found = table(
        [
            item(FAILURE, minute=1, what="disk full", evidence=[[7, "No space left"]]),
            item(FAILURE, minute=2, what="disk full again", evidence=[[8, "No space left at all"]]),
            item(FAILURE, minute=3),
            item(WARNING, minute=4, what="slow"),
        ]
    )
    assert found.rows[0].what == "disk full again"
    assert found.rows[0].evidence == ((8, "No space left at all"),)


def test_rows_come_worst_first_then_by_host_and_job() -> None:
    found = table(
        [
            item(NONE, "n"),
            item(SUCCESS, "a"),
            item(WARNING, "b"),
            item(UNKNOWN, "c"),
            item(FAILURE, "z"),
            item(FAILURE, "e", host="web02"),
            item(FAILURE, "d"),
        ]
    )
    order = [(row.host, row.job) for row in found.rows]
    assert order[:3] == [("web01", "d"), ("web01", "z"), ("web02", "e")]
    assert [job for _, job in order[3:]] == ["c", "b", "a", "n"]


def test_the_same_job_of_two_hosts_is_two_rows() -> None:
    assert len(table([item(host="web01"), item(host="web02")]).rows) == 2


def test_reports_without_a_job_are_told_apart_by_their_subjects() -> None:
    found = table(
        [
            item(UNKNOWN, "", subject="[UNKNOWN] web01: Status"),
            item(UNKNOWN, "", subject="[UNKNOWN] web01: Alarm"),
        ]
    )
    assert [row.job for row in found.rows] == ["Alarm", "Status"]


def test_unlisted_reports_are_counted_and_make_no_row() -> None:
    found = table([item(), item(WARNING, "other", listed=False)])
    assert [row.job for row in found.rows] == ["rsync /srv/www"]
    assert found.counts == {SUCCESS: 1, WARNING: 1}
    assert found.unlisted == {WARNING: 1}


def test_parts_come_worst_first() -> None:
    parts = [["101", "success", ""], ["102", "failure", "no space"], ["103", "warning", ""]]
    (row,) = table([item(FAILURE, parts=parts)]).rows
    assert [part.name for part in row.parts] == ["102", "103", "101"]


_REPORTS = st.lists(
    st.tuples(st.sampled_from(list(Verdict)), st.sampled_from("abc"), st.booleans()), max_size=30
)


@given(_REPORTS)
def test_p1_every_report_is_counted_once_and_every_listed_one_is_in_a_row(
    reports: list[tuple[Verdict, str, bool]],
) -> None:
    found = table([item(verdict, job, listed=listed) for verdict, job, listed in reports])
    assert found.total == len(reports)
    assert sum(row.count for row in found.rows) == sum(listed for _, _, listed in reports)
    severities = [SEVERITY[row.verdict] for row in found.rows]
    assert severities == sorted(severities, reverse=True)
