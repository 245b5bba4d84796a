"""Lists, invitations and receipts report on nothing, whatever they quote."""

import pytest

from relay.reports.report import Kind, Verdict
from tests.reports.given import report
from tests.reports.texts import END_23

ANNA = "Anna Berg <anna@acme.example>"


@pytest.mark.parametrize(
    ("sender", "subject", "fields"),
    [
        (ANNA, "[rsync] code 23?", {"list_id": "<rsync.lists.example>"}),
        ("hub <notifications@hub.example>", "rsync fails (#41)", {"list_id": "<b.hub.example>"}),
        (ANNA, "Invitation: Backup failure review @ Thu 26 Nov", {}),
        (ANNA, "Absage: Wartung", {}),
        (ANNA, "Read: nightly backup", {}),
    ],
)
def test_what_programs_pass_on_between_people_is_no_report(
    sender: str, subject: str, fields: dict[str, str]
) -> None:
    found = report(f"The log says\n\n{END_23}", subject, from_=sender, **fields)
    assert (found.kind, found.verdict, found.host) == (Kind.OTHER, Verdict.NONE, None)


@pytest.mark.parametrize(
    ("subject", "fields"),
    [
        ("Read: nightly backup", {}),
        ("log", {"x_cron_env": "<SHELL=/bin/sh>", "list_id": "<root.acme.example>"}),
        ("log", {"auto_submitted": "auto-generated", "list_id": "<root.acme.example>"}),
    ],
)
def test_a_system_accounts_report_is_one_in_spite_of_such_marks(
    subject: str, fields: dict[str, str]
) -> None:
    assert report(END_23, subject, **fields).verdict is Verdict.FAILURE
