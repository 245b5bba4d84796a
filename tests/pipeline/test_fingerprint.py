"""Equal news has one fingerprint; another error, file, device, host, job or verdict another."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.pipeline.fingerprint import fingerprint
from relay.reports.mask import mask, news
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report
from tests.reports.texts import END_23, END_24, END_255, REFUSED, UNREADABLE, VERBOSE

BASE = Report(
    kind=Kind.RSYNC, verdict=Verdict.FAILURE, host="web01", job="home", news=("code 23", "x")
)
_moments = st.integers(0, 4_000_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))
CRON = "Cron <root@web01> /usr/local/bin/backup.sh"


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, host="web02"),
        replace(BASE, job="www"),
        replace(BASE, verdict=Verdict.WARNING),
        replace(BASE, news=("code 23", "y")),
        replace(BASE, news=("code 23x",)),
        replace(BASE, host=None),
    ],
)
def test_other_news_has_another_fingerprint(other: Report) -> None:
    assert fingerprint(other) != fingerprint(BASE)


@pytest.mark.parametrize(
    "same",
    [
        replace(BASE, what="worded otherwise"),
        replace(BASE, facts={"bytes_sent": 12}),
        replace(BASE, exit_code=23),
    ],
)
def test_wording_and_figures_are_no_news(same: Report) -> None:
    assert fingerprint(same) == fingerprint(BASE)


def test_a_fingerprint_is_short_hexadecimal_and_stable_over_processes() -> None:
    assert fingerprint(BASE) == fingerprint(replace(BASE))
    assert len(fingerprint(BASE)) == 32
    int(fingerprint(BASE), 16)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{UNREADABLE}\n{END_23}", f"{UNREADABLE.replace('289', '290')}\n{END_23}"),
        (f"{UNREADABLE}\n{END_23}", f"{REFUSED}\n{END_255}"),
        (f"{REFUSED}\n{END_255}", f"{REFUSED.replace('coldstore', 'nas')}\n{END_255}"),
        (f"{UNREADABLE}\n{END_23}", VERBOSE),
        ("mount: /mnt: can't find /dev/sda1.", "mount: /mnt: can't find /dev/sdb1."),
        (f'file has vanished: "/a/b"\n{END_24}', f'file has vanished: "/a/c"\n{END_24}'),
        ("dumped VM 210 to disk", "dumped VM 211 to disk"),
        ("exit code 1", "exit code 2"),
    ],
)
def test_another_file_error_host_or_device_is_news(one: str, other: str) -> None:
    assert fingerprint(report(one, CRON)) != fingerprint(report(other, CRON))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[backup] home: success", "[backup] home: FAILED"),
        ("Backup home 2026-10-05 OK", "Backup home 2026-10-06 failed with 3 errors"),
        ("home: done (12 files, 3.4 GB)", "home: failed"),
        ("Sicherung home erfolgreich", "Sicherung home fehlgeschlagen"),
        ("備份 home 成功", "備份 home 失敗"),
    ],
)
def test_the_subjects_own_verdict_and_date_are_no_news(one: str, other: str) -> None:
    assert fingerprint(report(END_23, one)) == fingerprint(report(END_23, other))


def test_one_command_with_a_date_in_its_path_is_one_job() -> None:
    subject = "Cron <root@web01> rsync -a /home/ /backup/2026-11-{}/ (failed)"
    prints = {fingerprint(report(END_23, subject.format(day))) for day in ("23", "24")}
    assert len(prints) == 1


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("2026-10-05 01:00:12 x", "# x"),
        (
            "mandb: can't write to /var/cache/man/4411: full",
            "mandb: can't write to /var/cache/man/#: full",
        ),
        ("cat: /proc/812/fd: gone", "cat: /proc/#/fd: gone"),
        ("failed to create /var/tmp/arch.Xa81bC", "failed to create /var/tmp/arch.#"),
        ("cannot read /srv/scans/4411", "cannot read /srv/scans/4411"),
        ("cannot read /var/tmp/plans.odt", "cannot read /var/tmp/plans.odt"),
        ("Oct 15 05:00:01 app7 run[811]: x", "# app7 run[#]: x"),
        ("Mon, 12 Oct 2026 03:00:10 +0200", "#"),
        ("copied 109,129 bytes in 3.2s at 12.5MB/s", "copied # # in # at #"),
        ("took 1h3m4s", "took #"),
        (
            '"/data/db-2026-10-05.sql": Permission denied (13)',
            '"/data/db-#.sql": Permission denied (13)',
        ),
        ('"/data/scan 17.pdf" lost', '"/data/scan 17.pdf" lost'),
        ("/dev/sda failed", "/dev/sda failed"),
        ("code 23 on port 2299 at 10.0.0.5", "code 23 on port 2299 at 10.0.0.5"),
        ("VM 210", "VM 210"),
        ('"/b/.00big.Xa3f9Q"', '"/b/.00big.#"'),
        ('"/b/.config.backup"', '"/b/.config.backup"'),
        ("snapshot b31a21e6 saved", "snapshot # saved"),
        ("pid 4711", "[#]"),
    ],
)
def test_only_what_changes_from_run_to_run_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@given(
    numbers=st.lists(st.integers(0, 10**9), min_size=2, max_size=2),
    unit=st.sampled_from(["files", "bytes", "MB", "seconds", "errors"]),
)
def test_counters_never_make_a_difference(numbers: list[int], unit: str) -> None:
    assert len({mask(f"copied {number:,} {unit} today") for number in numbers}) == 1


@given(
    moments=st.lists(_moments, min_size=2, max_size=2),
    form=st.sampled_from(
        ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%b %d %H:%M:%S", "%d.%m.%Y %H:%M", "%H:%M:%S"]
    ),
)
def test_moments_never_make_a_difference(moments: list[object], form: str) -> None:
    assert len({mask(f"{moment:{form}} failed") for moment in moments}) == 1


def test_a_long_list_of_files_is_digested_but_still_told_apart() -> None:
    lines = [f'rsync: open "/a/{number}" failed: Permission denied (13)' for number in range(500)]
    told = news(lines)
    assert len(told) < 100
    assert told == news(reversed(lines))
    assert told != news(lines[:-1])
