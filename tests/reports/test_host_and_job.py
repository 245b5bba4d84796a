"""Which host and which job a report is about."""

import pytest

from relay.reports.host import find_host
from relay.reports.job import identity, subject_job
from tests.reports.given import letter, report

_POSTFIX = "by filer.acme.example (Postfix, from userid 0) id 1329986A6D; Mon, 5 Oct 2026 01:00:12"
_EXIM = "from root by app7.acme.example with local (Exim 4.96) (envelope-from <root@app7>) id 1x"
_SSMTP = "by rpi.lena.example (sSMTP sendmail emulation); Mon, 5 Oct 2026 03:00:01 +0100"
_RELAYED = "from nas.lena.example (unknown [192.0.2.7]) by mail.lena.example (Postfix) id 5"


@pytest.mark.parametrize(
    ("said", "fields", "host"),
    [
        (None, {"received": _POSTFIX}, "filer.acme.example"),
        (None, {"received": _EXIM}, "app7.acme.example"),
        (None, {"received": _SSMTP, "from_": "root@lena.example"}, "rpi.lena.example"),
        (None, {"received": _RELAYED}, "nas.lena.example"),
        (
            None,
            {
                "received": "(nullmailer pid 14466 invoked by uid 0); Sat, 10 Oct 2026",
                "from_": "root <root@mailhub.acme.example>",
            },
            "mailhub.acme.example",
        ),
        (None, {"from_": "mdadm monitoring <root@hv3.acme.example>"}, "hv3.acme.example"),
        (
            None,
            {"from_": "lena@pc.lena.example", "message_id": "<b2.lena@pc.lena.example>"},
            "pc.lena.example",
        ),
        ("filer", {"received": _POSTFIX}, "filer.acme.example"),
        ("web09", {"received": _POSTFIX}, "web09"),
        (None, {"from_": "root@localhost", "message_id": "<1@localhost.localdomain>"}, "web01"),
        (None, {"from_": "anna@acme.example"}, "web01"),
    ],
)
def test_the_host_is_named_as_fully_as_the_mail_can(
    said: str | None, fields: dict[str, str], host: str
) -> None:
    assert find_host(letter("", **fields), said) == host


_JOBS = [
    ("[backup] team-share", ["[backup] team-share: success", "[backup] team-share: FAILED"]),
    ("Backup", ["Backup of web01 on 2026-10-05 OK", "Backup of web01 2026-10-07 03:00 done"]),
    ("nightly", ["web01 nightly: SUCCESS (12 files, 3.4 GB)", "web01 nightly: FAILURE"]),
    ("vzdump VM 210", ["vzdump VM 210 ok", "vzdump VM 210 failed"]),
    ("vzdump VM 211", ["vzdump VM 211 ok"]),
    ("Sicherung home", ["Sicherung home erfolgreich", "Sicherung home mit Fehlern beendet"]),
    ("home backup", ["✅ home backup", "❌ home backup"]),
    ("backup_home", ["backup_home_20261005 OK", "backup_home_20261006 failed"]),
    ("備份 home", ["備份 home 成功", "備份 home 失敗"]),
    ("", ["OK", "FAILED", "", "web01: 3 errors"]),
]


@pytest.mark.parametrize(
    ("job", "subject"), [(job, subject) for job, subjects in _JOBS for subject in subjects]
)
def test_a_job_keeps_its_name_when_it_fails_and_on_another_day(job: str, subject: str) -> None:
    assert subject_job(subject, "web01.acme.example") == job


def test_a_command_names_the_job_better_than_a_subject() -> None:
    found = report("x", "Cron <root@web01> rsync -a /srv/ nas:/backup/2026-10-05/")
    assert found.job == "rsync /srv/ -> nas:/backup/*/"


def test_a_tool_gives_its_name_where_the_subject_has_none() -> None:
    assert report("exit code: 1", "FAILED").job == "cron-other"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("backup-www.sh", "Backup www"),
        ("nightly_dump.py", "nightly dump"),
        ("borg-home", "Borg home"),
    ],
)
def test_the_names_of_one_job_have_the_same_identity(one: str, other: str) -> None:
    assert identity(one) == identity(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rsync /srv/www-a", "rsync /srv/www a"),
        ("vzdump VM 210", "vzdump VM 211"),
        ("backup-www.sh", "backup-db.sh"),
        ("disk sda", "disk sdb"),
        ("-", "_"),
    ],
)
def test_jobs_that_differ_have_another_identity(one: str, other: str) -> None:
    assert identity(one) != identity(other)
