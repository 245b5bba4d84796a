"""Notices of monitoring systems: the state that the text gives decides."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report
from tests.reports.texts import END_23

FROM = "nagios@mon1.acme.example"


def nagios(state: str, kind: str = "PROBLEM", info: str = "load average: 8.02, 7.11") -> Report:
    text = (
        f"***** Nagios *****\n\nNotification Type: {kind}\n\nService: load\nHost: db3\n"
        f"Address: 192.0.2.3\nState: {state}\n\nAdditional Info:\n\n{info}\n"
    )
    return report(text, f"** {kind} Service Alert: db3/load is {state} **", from_=FROM)


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("OK", Verdict.SUCCESS),
        ("WARNING", Verdict.WARNING),
        ("CRITICAL", Verdict.FAILURE),
        ("DOWN", Verdict.FAILURE),
        ("UNREACHABLE", Verdict.FAILURE),
        ("UNKNOWN", Verdict.UNKNOWN),
    ],
)
def test_the_state_decides(state: str, verdict: Verdict) -> None:
    found = nagios(state)
    assert (found.kind, found.verdict) == (Kind.MONITORING, verdict)
    assert (found.host, found.job) == ("mon1.acme.example", "db3 load")
    assert found.what == f"db3 load: {state}, load average: 8.02, 7.11"


NOTICES = [
    (
        "[PROBLEM] Host db3 is DOWN!",
        "***** Host Monitoring on mon1 *****\n\ndb3 is DOWN!\n\nInfo:    no ping\nHost:    db3",
        Verdict.FAILURE,
        "db3",
    ),
    (
        "[RECOVERY] load on db3 is OK!",
        "***** Service Monitoring on mon1 *****\n\nload on db3 is OK!\n\nService: load\nHost: db3",
        Verdict.SUCCESS,
        "db3 load",
    ),
    (
        "Check_MK: db3/Filesystem / OK -> WARN",
        "Host:     db3\nService:  Filesystem /\nEvent:    OK -> WARN\nOutput:   WARN - 85% used",
        Verdict.WARNING,
        "db3 Filesystem /",
    ),
    (
        "Check_MK: db3 DOWN -> UP",
        "Host:     db3\nAlias:    db3\nEvent:    DOWN -> UP\nOutput:   OK - rta 1ms",
        Verdict.SUCCESS,
        "db3",
    ),
    (
        "Problem: Agent is not available",
        (
            "Problem started at 09:01:02 on 2026.10.14\nProblem name: Agent is not available\n"
            "Host: db3\nSeverity: High\nOriginal problem ID: 42"
        ),
        Verdict.FAILURE,
        "db3 Agent is not available",
    ),
    (
        "Problem: Little space",
        (
            "Problem started at 09:01:02 on 2026.10.14\nProblem name: Little space\n"
            "Host: db3\nSeverity: Warning\nOriginal problem ID: 42"
        ),
        Verdict.WARNING,
        "db3 Little space",
    ),
    (
        "Resolved in 5m 3s: Agent is not available",
        (
            "Problem has been resolved at 09:06:05 on 2026.10.14\n"
            "Problem name: Agent is not available\n"
            "Host: db3\nSeverity: High\nOriginal problem ID: 42"
        ),
        Verdict.SUCCESS,
        "db3 Agent is not available",
    ),
    (
        "monit alert --  Resource limit matched db3",
        (
            "Resource limit matched Service db3\n\n\tAction:      alert\n\tHost:        db3\n"
            "\tDescription: loadavg(5min) of 9.2 matches\n\nYour faithful employee,\nMonit"
        ),
        Verdict.FAILURE,
        "db3",
    ),
    (
        "monit alert --  Connection succeeded nginx",
        (
            "Connection succeeded Service nginx\n\n\tAction:      alert\n\tHost:        db3\n\n"
            "Your faithful employee,\nMonit"
        ),
        Verdict.SUCCESS,
        "nginx",
    ),
    (
        "[FIRING:2] InstanceDown (node critical)",
        (
            "View In AlertManager\n\n[2] Firing\n\nLabels\nalertname = InstanceDown\n"
            "instance = db3:9100\nseverity = critical"
        ),
        Verdict.FAILURE,
        "InstanceDown",
    ),
    (
        "[RESOLVED] InstanceDown (node critical)",
        "View In AlertManager\n\n[1] Resolved\n\nLabels\nalertname = InstanceDown",
        Verdict.SUCCESS,
        "InstanceDown",
    ),
    (
        "[RESOLVED] High load (db3)",
        "1 resolved instances\nalertname = High load\n\nSent by Grafana v10.1",
        Verdict.SUCCESS,
        "High load",
    ),
    (
        "db3 needs attention - disk space usage - disk_space._",
        (
            "db3 needs attention\n\ndisk space usage = 91.3%\n\nChart   : disk_space._\n"
            "Notification generated on db3"
        ),
        Verdict.WARNING,
        "db3 disk_space._",
    ),
    (
        "Munin notification",
        "acme :: db3 :: Disk usage\n\tWARNINGs: / is 93 (outside range [:92]).\n\tOKs: /boot is 2.",
        Verdict.WARNING,
        "db3 Disk usage",
    ),
    ("DOWN | nightly", 'The check "nightly" has gone down.', Verdict.FAILURE, "nightly"),
    ("UP | nightly", '"nightly" is UP.', Verdict.SUCCESS, "nightly"),
    (
        "[shop] [🔴 Down] timeout",
        "[shop] [🔴 Down] timeout\nTime (UTC): x",
        Verdict.FAILURE,
        "shop",
    ),
    ("[shop] [✅ Up] 200 - OK", "[shop] [✅ Up] 200 - OK\nTime (UTC): x", Verdict.SUCCESS, "shop"),
    (
        "Monitor is DOWN: shop",
        "The monitor shop (https://shop.acme.example) is currently DOWN (timeout).",
        Verdict.FAILURE,
        "shop",
    ),
    (
        "Device sw1 recovered from Port down",
        "Device sw1 recovered from Port down\nSeverity: ok\nUnique-ID: 12",
        Verdict.SUCCESS,
        "sw1 Port down",
    ),
]


@pytest.mark.parametrize(("subject", "text", "verdict", "job"), NOTICES)
def test_each_monitor_is_known_by_its_form(
    subject: str, text: str, verdict: Verdict, job: str
) -> None:
    found = report(text, subject, from_=FROM)
    assert (found.kind, found.verdict, found.job) == (Kind.MONITORING, verdict, job)


@pytest.mark.parametrize(("subject", "text", "verdict", "job"), NOTICES)
def test_p2_without_its_text_no_notice_is_a_success(
    subject: str, text: str, verdict: Verdict, job: str
) -> None:
    assert report("", subject, from_=FROM).verdict is not Verdict.SUCCESS


@pytest.mark.parametrize("quoted", [END_23, "backup ended with exit code 0", "Killed"])
def test_what_a_check_printed_is_the_monitors(quoted: str) -> None:
    assert nagios("WARNING", info=quoted).verdict is Verdict.WARNING
    tool = quoted is END_23
    assert (nagios("OK", "RECOVERY", quoted).verdict is Verdict.SUCCESS) is not tool


def test_p2_a_recovery_does_not_outweigh_a_tools_own_error() -> None:
    found = nagios("OK", "RECOVERY", END_23)
    assert (found.kind, found.verdict) == (Kind.MONITORING, Verdict.FAILURE)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("[OK] nightly backup", f"/etc/grafana/grafana.ini\n{END_23}"),
        ("db3 is DOWN", END_23),
        ("Problem: nightly backup", END_23),
        ("[copy] report", f"State: OK\n{END_23}"),
    ],
)
def test_a_job_that_looks_like_a_notice_stays_a_job(subject: str, text: str) -> None:
    found = report(text, subject)
    assert (found.kind, found.verdict) == (Kind.RSYNC, Verdict.FAILURE)


def test_monit_starting_reports_on_nothing() -> None:
    text = "Monit instance changed Service db3\n\n\tAction: start\n\nYour faithful employee,"
    assert report(text, "monit alert --  Monit instance changed db3").verdict is Verdict.NONE


def test_other_numbers_are_the_same_news_and_another_state_or_kind_is_not() -> None:
    first = nagios("WARNING")
    assert fingerprint(nagios("WARNING", info="load average: 9.44, 8.01")) == fingerprint(first)
    others = [
        nagios("CRITICAL"),
        nagios("WARNING", "ACKNOWLEDGEMENT"),
        nagios("WARNING", info="no answer from db3"),
    ]
    assert len({fingerprint(each) for each in (first, *others)}) == 4
