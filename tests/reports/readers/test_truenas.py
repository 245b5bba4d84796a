"""TrueNAS' alerts: new and current ones are judged, cleared ones are good news."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report


def alerts(text: str) -> Report:
    return report(f"TrueNAS @ tank01\n\n{text}", "Alerts")


@pytest.mark.parametrize(
    "alert",
    [
        "Pool tank state is DEGRADED: One or more devices are faulted.",
        "The volume tank (ZFS) state is UNAVAIL: One or more devices could not be opened.",
        'Replication "nightly" failed: No space left on device.',
        'Rsync "PUSH" task for "/mnt/succeeded." failed.',
        'Cloud sync task "offsite" failed.',
        'Snapshot Task For Dataset "tank/a" failed: out of space.',
        "Device: /dev/ada3 [SAT], 8 Currently unreadable (pending) sectors.",
    ],
)
def test_a_broken_pool_or_task_is_a_failure(alert: str) -> None:
    found = alerts(f"New alert:\n\n* {alert}\n")
    assert (found.kind, found.verdict, found.host) == (Kind.NAS, Verdict.FAILURE, "tank01")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ('New alert:\n* Replication "failed" succeeded.', Verdict.SUCCESS),
        ("New alert:\n* Scrub of pool 'tank' finished.", Verdict.SUCCESS),
        ("New alert:\n* Scrub of pool 'tank' started.", Verdict.NONE),
        ('New alert:\n* Space usage for pool "tank" is 85%.', Verdict.WARNING),
        ("New alert:\n* Something nobody has heard of.", Verdict.WARNING),
        ("These alerts have been cleared:\n* Pool tank state is DEGRADED: x", Verdict.SUCCESS),
        ("This is a test alert", Verdict.NONE),
    ],
)
def test_an_alert_proves_what_it_says(text: str, verdict: Verdict) -> None:
    assert alerts(text).verdict is verdict


def test_what_is_still_current_outranks_what_was_cleared() -> None:
    cleared = "The following alert has been cleared:\n* Certificate expires.\n\n"
    assert alerts(cleared).verdict is Verdict.SUCCESS
    both = alerts(f'{cleared}Current alerts:\n* Cloud sync task "x" failed.')
    assert both.verdict is Verdict.FAILURE


def test_a_list_of_alerts_in_other_mail_proves_nothing() -> None:
    assert report("New alert:\n* Scrub of pool 'tank' finished.").verdict is Verdict.UNKNOWN


def test_another_disk_is_other_news_another_count_is_not() -> None:
    text = "New alert:\n* Device: /dev/{} [SAT], {} Currently unreadable (pending) sectors."
    assert fingerprint(alerts(text.format("ada3", 8))) == fingerprint(
        alerts(text.format("ada3", 9))
    )
    assert fingerprint(alerts(text.format("ada3", 8))) != fingerprint(
        alerts(text.format("ada4", 8))
    )


def test_an_alert_below_a_gap_is_not_taken_for_a_cleared_one() -> None:
    cleared = "These alerts have been cleared:\n\n* Certificate expires.\n* Update.\n\n"
    assert alerts(f"{cleared}* Disk a is FAULTED.").verdict is Verdict.FAILURE
