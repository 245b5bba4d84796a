"""What is no report at all: people's mail, bounces, shops; and what only looks like them."""

# ruff: noqa: RUF001 - people write in their own letters

import pytest

from relay.reports.report import Kind, Verdict
from tests.reports.given import report
from tests.reports.texts import END_23, UNREADABLE, VERBOSE

ANNA = "Anna Berg <anna.berg@acme.example>"
LOG = f"{UNREADABLE}\n{END_23}"


@pytest.mark.parametrize(
    ("text", "subject", "fields"),
    [
        (f"Hi,\n\nmy backup printed\n\n{LOG}\n\nCan you help?\n\nAnna", "rsync", {}),
        (f"see below\n\nOn Monday root wrote:\n> {END_23}", "Re: Cron <root@web01> x", {}),
        (f"Kannst du bitte mal schauen?\n\n{VERBOSE}", "Fwd: Backup", {}),
        ("Are we still on for lunch at 12?", "Lunch", {}),
        ("The new switch arrived. I will install it tomorrow.\n\nAnna", "switch", {}),
        (f"{LOG}\n\nViele Grüße\nAnna", "rsync Fehler", {"user_agent": "Mozilla Thunderbird"}),
        ("Bonjour,\n\nje ne comprends pas cette erreur.\n\nMerci\nAnna", "erreur rsync", {}),
        ("Добрый день,\n\nпосмотрите, пожалуйста?\n\nAnna", "rsync", {}),
        ("您好，\n\n请帮我看一下这个错误吗\n\nAnna", "rsync", {}),
        ("thanks!", "Re: maintenance window", {"in_reply_to": "<a@b>"}),
    ],
)
def test_a_persons_mail_is_no_report(text: str, subject: str, fields: dict[str, str]) -> None:
    found = report(text, subject, from_=ANNA, **fields)
    assert (found.kind, found.verdict) == (Kind.HUMAN, Verdict.NONE), found
    assert found.automated is False
    assert (found.host, found.job, found.claim_truthful) == (None, None, None)


@pytest.mark.parametrize(
    ("sender", "fields"),
    [
        (ANNA, {}),
        ("anna@laptop.acme.example", {}),
        ("root@web01.acme.example", {}),
        (ANNA, {"x_cron_env": "<SHELL=/bin/sh>"}),
        (ANNA, {"auto_submitted": "auto-generated", "in_reply_to": "<a@b>"}),
        ("Anna Berg (Cron Daemon) <anna@web01>", {}),
    ],
)
def test_a_script_that_runs_as_a_person_still_reports(sender: str, fields: dict[str, str]) -> None:
    found = report(LOG, "Backup OK", from_=sender, **fields)
    assert (found.kind, found.verdict) == (Kind.RSYNC, Verdict.FAILURE)
    assert found.automated


def test_politeness_of_a_device_is_not_a_person() -> None:
    text = 'Dear user,\n\nThe backup task "music" on nas has failed. Please check your system log.'
    found = report(
        text, "[nas] Network backup task has failed", from_="DiskStation <nas@l.example>"
    )
    assert found.kind is not Kind.HUMAN


@pytest.mark.parametrize(
    ("sender", "subject", "fields"),
    [
        ("MAILER-DAEMON@web01 (Mail Delivery System)", "Undelivered Mail Returned to Sender", {}),
        ("Mail Delivery System <postmaster@x.example>", "Unzustellbar: Backup", {}),
        (
            "x <x@x.example>",
            "whatever",
            {"content_type": "multipart/report; report-type=delivery-status; boundary=x"},
        ),
    ],
)
def test_what_a_bounce_quotes_is_no_evidence(
    sender: str, subject: str, fields: dict[str, str]
) -> None:
    found = report(f"Sorry.\n\n{LOG}", subject, from_=sender, **fields)
    assert (found.kind, found.verdict) == (Kind.BOUNCE, Verdict.NONE)


def test_an_automatic_reply_is_no_report() -> None:
    found = report("I am away.", "Away", from_=ANNA, auto_submitted="auto-replied")
    assert (found.kind, found.verdict) == (Kind.OTHER, Verdict.NONE)


def test_a_shops_mail_is_no_report() -> None:
    sender = "Shop <no-reply@shop.example>"
    found = report("Your payment was declined.", "Your order has failed", from_=sender)
    assert (found.kind, found.verdict) == (Kind.OTHER, Verdict.NONE)


def test_a_backup_service_that_takes_no_replies_is_urgent() -> None:
    sender = "Cloud <no-reply@cloud.example>"
    found = report(
        "Your backup order 12 was not done.", "Backup of your payment data", from_=sender
    )
    assert found.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("sender", "greeting", "closing"),
    [
        ("Jan <jan@club.example>", "Hoi,", "groet, Jan"),
        ("Marie Blanc <marie@club.example>", "Bonjour,", "Cordialement, Marie"),
        ("Wei <wei@club.example>", "大家好，", "请帮忙看一下，谢谢。"),
        ("Yuki <yuki@club.example>", "お世話になっております。", "よろしくお願いします\nYuki"),
        ("Peter Drucker <peter@club.example>", "Hi all,", "Peter Drucker"),
    ],
)
def test_p4_a_log_between_greeting_and_name_is_a_persons_mail(
    sender: str, greeting: str, closing: str
) -> None:
    found = report(f"{greeting}\n\n{END_23}\n\n{closing}\n", "backup", from_=sender)
    assert (found.kind, found.automated) == (Kind.HUMAN, False)


def test_a_device_that_signs_its_notice_is_no_person() -> None:
    text = "Dear user,\n\nBackup task Letters on plum has failed.\n\nKind regards,\nSynology NAS\n"
    assert report(text, "notice", from_="Synology NAS <nas@club.example>").kind is Kind.NAS
