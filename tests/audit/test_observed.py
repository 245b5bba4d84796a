"""What mails show: grades, trends, and which line of a script it was."""

from datetime import UTC, datetime, timedelta

import pytest

from relay.audit.observed import Accepted, Observation, hygiene, observe, seen_of
from relay.mail.received import Origin
from relay.reports.report import Verdict

UNTIL = datetime(2026, 11, 24, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=30)
GOOD = {
    "From": "web01 <web01@example.org>",
    "Date": "Tue, 24 Nov 2026 03:00:00 +0000",
    "Message-ID": "<1@example.org>",
    "Subject": "copy of /srv",
}


def mail(
    verdict: Verdict = Verdict.SUCCESS,
    days_ago: float = 1,
    body: str = "sent",
    tls: str | None = "TLSv1.3",
    address: str = "192.0.2.7",
    **fields: str | None,
) -> Observation:
    header = GOOD | {name.replace("_", "-"): text for name, text in fields.items()}
    lines = [f"{name}: {text}" for name, text in header.items() if text is not None]
    return observe(
        Accepted(
            id="A",
            at=UNTIL - timedelta(days=days_ago),
            host="web01",
            job="copy",
            verdict=verdict,
            origin=Origin(host="web01", address=address, helo="web01", tls=tls),
            raw="\r\n".join((*lines, "", body)).encode(),
        )
    )


def test_a_good_mail_has_nothing_wrong_and_its_job_an_a() -> None:
    (row,) = hygiene([mail()], SINCE, UNTIL)
    assert (row.grade, row.score, row.trend, row.mails) == ("A", 100, None, 1)


@pytest.mark.parametrize(
    ("observation", "trait"),
    [
        (mail(Verdict.FAILURE, Subject="Backup OK"), "false_success"),
        (mail(Verdict.SUCCESS, Subject="Backup FAILED"), "false_alarm"),
        (mail(From="root@localhost"), "local_sender"),
        (mail(From=None), "local_sender"),
        (mail(X_Cron_Env="<BORG_PASSPHRASE=Geheim123>"), "secret"),
        (mail(body="mysqldump -pGeheim123 shop"), "secret"),
        (mail(tls=None), "clear"),
    ],
)
def test_each_fault_is_seen_and_no_other(observation: Observation, trait: str) -> None:
    traits = ("false_success", "false_alarm", "local_sender", "secret", "clear")
    assert [name for name in traits if getattr(observation, name)] == [trait]


def test_loopback_needs_no_encryption_and_a_true_claim_is_none_of_these() -> None:
    assert not mail(tls=None, address="127.0.0.1").clear
    true = mail(Verdict.FAILURE, Subject="Backup FAILED")
    assert [true.false_success, true.false_alarm] == [False, False]


def test_missing_fields_are_named() -> None:
    assert mail(Date=None, Message_ID=None).missing == ("Date", "Message-ID")


def test_one_lie_among_many_costs_the_b_and_a_secret_the_c() -> None:
    good = [mail(days_ago=n) for n in range(29)]
    (row,) = hygiene([*good, mail(Verdict.FAILURE, Subject="OK")], SINCE, UNTIL)
    assert (row.grade, row.false_successes) == ("C", 1)
    (row,) = hygiene([*good, mail(body="PASSWORD=Geheim123")], SINCE, UNTIL)
    assert (row.grade, row.secrets) == ("D", 1)


def test_the_trend_compares_the_later_half_with_the_earlier() -> None:
    before = [mail(Verdict.FAILURE, days_ago=20 + n, Subject="OK") for n in range(5)]
    after = [mail(days_ago=1 + n) for n in range(5)]
    (row,) = hygiene([*before, *after], SINCE, UNTIL)
    assert row.trend == 60
    assert row.last_false == UNTIL - timedelta(days=20)


def test_a_line_is_matched_by_its_subject_with_anything_where_it_is_unknown() -> None:
    mails = [
        mail(Verdict.FAILURE, days_ago=3, Subject="Backup OK on web01"),
        mail(Verdict.FAILURE, days_ago=9, Subject="Backup OK on db01"),
        mail(Verdict.SUCCESS, days_ago=1, Subject="Backup OK on web01"),
        mail(Verdict.FAILURE, days_ago=1, Subject="Other OK on web01"),
    ]
    said = "this line made 2 false subjects in 30 days, the last on 21 Nov"
    assert seen_of("Backup OK on \x00", mails, 30) == said
    assert seen_of("Backup OK at \x00", mails, 30) == ""
    assert seen_of("\x00 OK \x00", mails, 30) == ""  # too little of it is known
