"""Summaries of logs are no report, whatever they quote."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Verdict
from tests.reports.given import report
from tests.reports.texts import END_23, VERBOSE

BANNER = " ################### Logwatch 7.7 (07/22/22) ####################"
SUMMARIES = [
    ("Logwatch for web01 (Linux)", BANNER),
    ("log of web01", BANNER),
    ("web01 2026-10-05 06:02 System Events", "System Events\n=-=-=-=-=-=-="),
    ("[logcheck] web01 2026-10-05 06:02 Security Events", "x"),
    ("Postfix report", "Postfix log summaries for Oct 5\n\nGrand Totals\n------------\nmessages"),
]


@pytest.mark.parametrize("quoted", [END_23, VERBOSE, "Killed", "x.service failed."])
@pytest.mark.parametrize(("subject", "line"), SUMMARIES)
def test_a_summary_is_no_report_and_its_quotes_are_no_evidence(
    subject: str, line: str, quoted: str
) -> None:
    found = report(f"{line}\n\n{quoted}\n", subject)
    assert (found.kind, found.verdict, found.automated) == (Kind.LOGWATCH, Verdict.NONE, True)
    assert found.host == "web01.acme.example"


@pytest.mark.parametrize("subject", ["backup of Logwatch for web01", "System Events", "logcheck"])
def test_what_only_names_it_is_none(subject: str) -> None:
    assert report(END_23, subject).kind is Kind.RSYNC


def test_a_check_in_freebsds_periodic_output_counts_and_its_logs_do_not() -> None:
    logs = "rm: /var/x: Permission denied\nKilled\n"
    assert report(logs, "web01 daily run output").verdict is Verdict.NONE
    found = report(f"{logs}{END_23}", "web01 daily run output")
    assert found.verdict is Verdict.FAILURE


def test_each_day_is_other_news() -> None:
    days = [report(f"{BANNER}\n{count} logins of {who}") for count, who in ((1, "a"), (2, "b"))]
    assert len({fingerprint(each) for each in days}) == 2
