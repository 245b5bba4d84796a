"""kopia: a snapshot is stored, stored in part, or not at all."""

import pytest

from relay.reports.report import Kind, Verdict
from tests.reports.given import report

BEGUN = "Snapshotting root@laptop9:/home/anna ..."
CREATED = "Created snapshot with root k5f3c0de91 and ID 7b0a52e0c1f94d3e in 9s"


@pytest.mark.parametrize(
    ("last", "verdict"),
    [
        (CREATED, Verdict.SUCCESS),
        ("", Verdict.UNKNOWN),
        ("ERROR unable to get local filesystem entry: no such file", Verdict.FAILURE),
        (f"{CREATED}\nFound 1 fatal error(s) while snapshotting x:/y:", Verdict.FAILURE),
        (f"{CREATED}\nIgnored 2 error(s) while snapshotting x:/y:", Verdict.WARNING),
        (f"{CREATED}\n{BEGUN}", Verdict.UNKNOWN),
    ],
)
def test_what_follows_a_beginning_decides(last: str, verdict: Verdict) -> None:
    found = report(f"{BEGUN}\n{last}", subject="kopia OK")
    assert (found.verdict, found.kind) == (verdict, Kind.BACKUP_OTHER)


def test_the_snapshot_and_its_duration_are_facts() -> None:
    found = report(f"{BEGUN}\n{CREATED}")
    assert found.facts["snapshot_ids"] == ("7b0a52e0c1f94d3e",)
    assert found.facts["seconds"] == 9
    assert found.what == "snapshot 7b0a52e0c1f94d3e created"
