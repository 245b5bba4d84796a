"""Two digests to look at: a calm day, and a day on which most of what can go wrong does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from relay.mail.address import Mailbox
from relay.mail.compose import Letterhead
from relay.pipeline.batch import Batch, BatchKey, BatchKind, Item
from relay.pipeline.digest.about import About, Expected, Missing, OpenIncident
from relay.pipeline.ids import queue_id
from relay.reports.report import Verdict

AT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
HEAD = Letterhead(
    id="06H0Q331K5GSRXYT-D1A2B3C4D",
    at=AT,
    relay="relay.example.com",
    domain="example.com",
    sender=Mailbox(name="Backup reports", address="reports@example.com"),
    to="anna@example.com",
)
WHY = "the time of this digest has come, as its schedule says."

# host, then its jobs with what they say on a good day
_HOSTS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("app01", (("rsync /srv/app", "1,204 files, 3.1 GB"), ("restic /etc", "snapshot 4bf1c02a"))),
    ("app02", (("rsync /srv/app", "1,198 files, 3.1 GB"), ("restic /etc", "snapshot 91d7e6f0"))),
    (
        "db01",
        (
            ("borg create main", "12.4 GB new, 1.9 TB in all"),
            ("borg prune main", "14 archives kept"),
            ("pg_dump accounts", "2.2 GB"),
            ("pg_dump production", "41 GB"),
        ),
    ),
    ("db02", (("borg create main", "9.8 GB new"), ("pg_dump analytics", "118 GB"))),
    ("files-berlin-01", (("rsync /volume1/home", "18,022 files, 61 GB"),)),
    ("files-berlin-02", (("rsync /volume1/projects", "2,377 files, 8.4 GB"),)),
    ("git", (("rsnapshot daily", "3 backup points"), ("gitea dump", "5.6 GB"))),
    ("mail", (("restic /var/vmail", "snapshot c2aa10d4, 740 MB new"), ("doveadm purge", ""))),
    ("nas01", (("hyper backup offsite", "finished in 48 min"), ("zfs scrub tank", "0 errors"))),
    ("pve1", (("vzdump", "11 guests, 212 GB"), ("zfs scrub rpool", "0 errors"))),
    ("pve2", (("vzdump", "9 guests, 187 GB"), ("smart /dev/sda", "passed"))),
    ("pve3", (("vzdump", "14 guests, 301 GB"), ("mdadm md0", "clean"))),
    ("web01", (("rsync /srv/www", "8,310 files, 12 GB"), ("certbot renew", "nothing due"))),
    ("web02", (("rsync /srv/www", "8,310 files, 12 GB"), ("logrotate", ""))),
    ("web03", (("rsync /srv/media", "51,000 files, 220 GB"), ("wp-cron shop", ""))),
    (
        "wiki",
        (
            ("borg create wiki", "1.1 GB new"),
            ("rsync /var/lib/wiki", "442 files, 96 MB"),
            ("mysqldump wiki", "310 MB"),
        ),
    ),
    ("mon", (("prometheus snapshot", "6.1 GB"), ("restic /var/lib/grafana", "snapshot 0be4"))),
    ("vpn", (("restic /etc", "snapshot 77ab2c19"), ("unattended-upgrades", "4 packages"))),
)


def calm() -> tuple[Batch, About]:
    """Return a day on which all went well."""
    beats = [
        _item("mon", "heartbeat", Verdict.SUCCESS, minute, what="all targets up")
        for minute in (60, 220, 380)
    ]
    items = [*_good(), *beats]
    return _batch(items), About(
        at=AT,
        zone=ZONE,
        why_now=WHY,
        next_at=AT + timedelta(days=1),
        expected=_expected(),
    )


def bad() -> tuple[Batch, About]:
    """Return a day with failures, an unknown, warnings, a missing report and an open incident."""
    skipped = {("web01", "rsync /srv/www"), ("db02", "borg create main"), ("pve1", "vzdump")}
    skipped |= {("mail", "restic /var/vmail"), ("nas01", "hyper backup offsite")}
    items = [item for item in _good() if (item.host, item.job) not in skipped]
    items += _bad_ones()
    about = About(
        at=AT,
        zone=ZONE,
        why_now=WHY,
        next_at=AT + timedelta(days=1),
        incidents=(
            OpenIncident(
                host="backup-offsite.example.net",
                job="rclone sync b2:archive",
                verdict=Verdict.FAILURE,
                what="storage quota exceeded (code 7)",
                since=AT - timedelta(days=2, hours=3, minutes=42),
                count=12,
            ),
        ),
        missing=(
            Missing(
                host="files-berlin-03",
                job="rsync /volume1/photos",
                expected_at=AT - timedelta(minutes=30),
                last_seen=AT - timedelta(hours=24, minutes=58),
            ),
        ),
        expected=_expected(),
        originals={items[-1].message_id: b"From: root@web01\r\nSubject: backup\r\n\r\nhello\r\n"},
    )
    return _batch(items), about


def _bad_ones() -> Iterator[Item]:
    code_23 = (
        'rsync: send_files failed to open "/srv/www/shop/cache/s-1f": Permission denied (13)',
        "rsync error: some files/attrs were not transferred (code 23) at main.c(1338)",
    )
    for minute in (72, 132, 192):
        yield _item(
            "web01",
            "rsync /srv/www",
            Verdict.FAILURE,
            minute,
            what="partial transfer, 3 files unreadable (code 23)",
            evidence=[[12, code_23[0]], [15, code_23[1]]],
        )
    yield _item(
        "db02",
        "borg create main",
        Verdict.FAILURE,
        95,
        what="lock timeout (code 73)",
        evidence=[
            [3, "Failed to create/acquire the lock /mnt/borg/main/lock.exclusive (timeout)."]
        ],
    )
    yield _item(
        "pve1",
        "vzdump",
        Verdict.FAILURE,
        140,
        what="1 of 11 guests failed",
        evidence=[[31, "ERROR: Backup of VM 104 failed - no space left on device"]],
        parts=[
            ["101 proxy", "success", ""],
            ["104 gitlab", "failure", "no space left on device"],
            ["107 legacy-erp", "warning", "guest agent did not answer"],
        ],
    )
    yield _item(
        "printer-7",
        "",
        Verdict.UNKNOWN,
        333,
        subject='[UNKNOWN] printer-7: sender says "Status report"',
    )
    yield _item(
        "mail",
        "restic /var/vmail",
        Verdict.WARNING,
        58,
        what="transferred 0 B, where it is 740 MB on other days",
        evidence=[[6, "Added to the repository: 0 B (0 B stored)"]],
    )
    yield _item(
        "nas01",
        "hyper backup offsite",
        Verdict.WARNING,
        251,
        what="finished, 2 files skipped",
        evidence=[[9, "2 files were locked and have been skipped."]],
    )


def _good() -> Iterator[Item]:
    number = 0
    for host, jobs in _HOSTS:
        for job, what in jobs:
            number += 1
            minute = (number * 37) % 470 - 100
            yield _item(host, job, Verdict.SUCCESS, minute, what=what)


def _item(
    host: str, job: str, verdict: Verdict, minute: int, subject: str = "", **summary: Any
) -> Item:
    at = AT.replace(hour=0) + timedelta(minutes=minute - 60)
    return Item(
        message_id=queue_id(at, (minute * 7919 + len(host + job)).to_bytes(4, "big", signed=True)),
        accepted_at=at,
        verdict=verdict,
        kind="other",
        host=host,
        job=job,
        subject=subject,
        listed=True,
        summary=summary,
    )


def _batch(items: list[Item]) -> Batch:
    items.sort(key=lambda item: item.accepted_at)
    return Batch(
        id="B1",
        key=BatchKey(kind=BatchKind.DIGEST, recipient=HEAD.to, name="daily"),
        upstream="smarthost",
        schedule="daily at 07:00",
        opened_at=items[0].accepted_at,
        due_at=AT,
        fence=1,
        items=tuple(items),
        newest=items[-1],
    )


def _expected() -> tuple[Expected, ...]:
    soon = (
        ("mon", "heartbeat", timedelta(hours=1, minutes=40)),
        ("web03", "wp-cron shop", timedelta(hours=6)),
        ("files-berlin-01", "rsync /volume1/home", timedelta(hours=15)),
        ("pve1", "vzdump", timedelta(hours=17, minutes=30)),
    )
    return tuple(Expected(host=host, job=job, at=AT + after) for host, job, after in soon)
