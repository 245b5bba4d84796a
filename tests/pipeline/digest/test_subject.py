"""The subject counts what the digest holds, and never looks better than things are (P2)."""

from datetime import UTC, datetime

import pytest

from relay.pipeline.batch import Item
from relay.pipeline.digest.about import Missing, OpenIncident
from relay.pipeline.digest.rows import table
from relay.pipeline.digest.subject import subject
from relay.pipeline.digest.summary import sentence, tally
from relay.reports.report import Verdict
from tests.pipeline.digest.building import AT, FAILURE, NONE, SUCCESS, UNKNOWN, WARNING, about, item

MISSING = Missing(host="web09", job="rsync /srv", expected_at=AT, last_seen=None)


def incident(verdict: Verdict = FAILURE, job: str = "rsync /srv/www") -> OpenIncident:
    return OpenIncident(
        host="web01", job=job, verdict=verdict, what="disk full", since=AT, count=12
    )


def titled(*items: Item, name: str = "daily", **more: object) -> str:
    shown = about(**more)
    return subject(name, tally(table(items), shown), shown)


def test_the_tag_counts_reports_in_the_order_of_concern() -> None:
    items = [item(SUCCESS)] * 37 + [item(WARNING), item(NONE), item(UNKNOWN)] + [item(FAILURE)] * 2
    said = titled(*items, missing=(MISSING,))
    assert said == "[2 FAILED, 1 UNKNOWN, 1 MISSING, 1 WARNING, 37 OK, 1 OTHER] daily, 23 Nov"


def test_what_is_not_there_is_not_counted() -> None:
    assert titled(item(), item(FAILURE)) == "[1 FAILED, 1 OK] daily, 23 Nov"
    assert titled() == "[NO REPORTS] daily, 23 Nov"


def test_p2_a_digest_of_good_reports_is_not_only_ok_while_an_incident_is_open() -> None:
    said = titled(item(job="another"), incidents=(incident(),))
    assert said == "[1 OPEN, 1 OK] daily, 23 Nov"


def test_p2_a_warning_does_not_hide_an_open_failure_of_the_same_job() -> None:
    assert titled(item(WARNING), incidents=(incident(),)).startswith("[1 OPEN, 1 WARNING]")


def test_an_incident_that_the_reports_tell_of_is_not_counted_twice() -> None:
    assert titled(item(FAILURE), incidents=(incident(),)) == "[1 FAILED] daily, 23 Nov"


def test_p2_a_digest_of_good_reports_is_not_only_ok_while_one_is_missing() -> None:
    assert titled(item(), missing=(MISSING,)) == "[1 MISSING, 1 OK] daily, 23 Nov"


@pytest.mark.parametrize(
    ("zone", "date"), [("Pacific/Auckland", "24 Nov"), ("America/New_York", "23 Nov")]
)
def test_the_date_is_that_of_the_zone(zone: str, date: str) -> None:
    late = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    assert titled(item(), at=late, zone=zone).endswith(f", {date}")


def test_a_long_name_leaves_room_for_counts_and_date() -> None:
    said = titled(item(FAILURE), item(), name="ä" * 10_000)
    assert len(said) == 100
    assert said.startswith("[1 FAILED, 1 OK] ä")
    assert said.endswith("…, 23 Nov")


def test_the_sentence_says_all_is_well_only_if_it_is() -> None:
    calm = "All 2 reports are good, nothing is missing and no incident is open."
    assert sentence(table([item(), item()]), about()) == calm
    said = sentence(table([item(), item()]), about(incidents=(incident(),)))
    assert said == "All 2 reports are good; 1 incident is open."


def test_the_sentence_counts_everything() -> None:
    found = table([item(FAILURE), item(FAILURE), item(UNKNOWN), item(WARNING), item()])
    said = sentence(found, about(missing=(MISSING, MISSING)))
    assert said == (
        "Of 5 reports, 2 failed, 1 is unclear, 1 has a warning and 1 is good; "
        "2 expected reports did not come."
    )
    assert sentence(table([]), about(missing=(MISSING,))) == (
        "No report came; 1 expected report did not come."
    )
