"""From patterns, and how much of whose mail may change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.mail.address import is_address
from relay.mail.message import Message
from relay.policy.decide import decide
from relay.policy.identity import originator, pattern_domain, pattern_problem
from relay.reports.report import Kind, Report, Verdict
from relay.rewrite.edits import Identity, Touch
from tests.policy.builders import OWNER, POSTMASTER, failure, mail, person, rule, rules, success

DEFAULT = "{host} {job} <{host}@{domain}>"


def test_the_pattern_names_host_and_job() -> None:
    assert originator(DEFAULT, "web01", "rsync /srv/www", "example.org") == (
        "web01 rsync /srv/www",
        "web01@example.org",
    )


@pytest.mark.parametrize(
    ("pattern", "host", "job", "address"),
    [
        ("<{job}+{host}@{domain}>", "web01", "rsync /srv/www", "rsync-srv-www+web01@example.org"),
        ("backup@{host}.{domain}", "WEB_01", "", "backup@web-01.example.org"),
        ("{host}@{domain}", "[::1]", "", "1@example.org"),
        ("{host}@{domain}", "…", "", "relay@example.org"),
        ("{job}@{domain}", "web01", "équipe d'été", "equipe-d-ete@example.org"),
        ("{job}@{domain}", "web01", "a..b.", "a.b@example.org"),
        ("{job}@{domain}", "web01", "x" * 80, "x" * 64 + "@example.org"),
        ("{job}@{host}.{domain}", "h" * 80, "x", "x@" + "h" * 63 + ".example.org"),
    ],
)
def test_an_address_is_made_of_atoms(pattern: str, host: str, job: str, address: str) -> None:
    assert originator(pattern, host, job, "example.org")[1] == address


@given(
    st.sampled_from([DEFAULT, "{job} <{job}.{host}@{host}.{domain}>", "{host}{job}@{domain}"]),
    st.text(max_size=200),
    st.text(max_size=200),
)
def test_whatever_comes_in_an_address_comes_out(pattern: str, host: str, job: str) -> None:
    name, address = originator(pattern, host, job, "example.org")
    assert is_address(address)
    assert address.endswith("example.org")
    assert len(name) <= 120
    assert not any(sign in name for sign in "\r\n\0")


@pytest.mark.parametrize("pattern", [DEFAULT, "relay@{domain}", '"{job}" <r@{host}.example.net>'])
def test_a_good_pattern_has_no_problem(pattern: str) -> None:
    assert pattern_problem(pattern) is None


def test_the_domain_of_a_pattern_is_known_beforehand() -> None:
    assert pattern_domain("x <r@{host}.Example.net>", "example.org") == "web01.example.net"


def identity_of(message: Message, report: Report, *orders: object) -> Identity:
    identity = decide(message, report, rules(*orders)).edits.identity  # type: ignore[arg-type]
    assert identity is not None
    return identity


def test_a_report_is_from_its_host_and_job_and_its_owner_answers() -> None:
    identity = identity_of(mail(), failure())
    assert identity == Identity(
        from_name="web01 rsync /srv/www",
        from_address="web01@example.org",
        reply_to=OWNER,
        domain="example.org",
    )


def test_a_host_may_have_a_pattern_of_its_own_and_a_rule_goes_before_it() -> None:
    report = failure(host=None, job="offsite")
    assert identity_of(mail(host="nas"), report).from_address == "nas+offsite@example.org"
    order = rule({"identity": {"from": "b@{domain}", "reply_to": "team@example.org"}})
    identity = identity_of(mail(host="nas"), report, order)
    assert (identity.from_address, identity.reply_to) == ("b@example.org", "team@example.org")


def test_the_name_in_from_holds_no_address_whatever_the_job_is_called() -> None:
    name, address = originator(
        "{host} {job} <{host}@{domain}>", "web01", "b@nas.acme:/srv", "a.org"
    )
    assert (name, address) == ("web01 b at nas.acme:/srv", "web01@a.org")


@pytest.mark.parametrize(
    ("sender", "reply_to"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada <ada@example.org>", "ada@example.org"),
        ("root@web01.example.com", OWNER),
        ("ada@web01", OWNER),
        ("no-reply@example.com", OWNER),
    ],
)
def test_a_reply_reaches_the_sender_if_it_can_and_else_the_owner(
    sender: str, reply_to: str
) -> None:
    message = mail(f"From: {sender}\r\nSubject: x\r\n")
    assert identity_of(message, failure()).reply_to == reply_to


def test_without_an_owner_the_postmaster_answers() -> None:
    assert identity_of(mail(host="lost"), failure()).reply_to == POSTMASTER


OURS, FOREIGN, LOCAL = "Ada <ada@example.org>", "Ada <ada@example.com>", "ada@web01.internal"
SIGNED = "DKIM-Signature: v=1; a=rsa-sha256; d=%s; s=x; h=from:subject; bh=x; b=x\r\n"
NOTICE = Report(kind=Kind.LOGWATCH, verdict=Verdict.NONE)
BOUNCE = Report(kind=Kind.BOUNCE, verdict=Verdict.NONE)
PGP = "Content-Type: multipart/encrypted; protocol=x; boundary=y\r\n"


@pytest.mark.parametrize(
    ("report", "sender", "more", "touch", "replaced"),
    [
        (failure(), LOCAL, "", Touch.FULL, True),
        (failure(), OURS, "", Touch.FULL, True),
        (failure(), FOREIGN, "", Touch.FULL, True),
        (failure(), LOCAL, PGP, Touch.HEADERS, True),
        (success(), FOREIGN, SIGNED % "example.com", Touch.HEADERS, False),
        (success(), FOREIGN, SIGNED % "mail.example.com", Touch.HEADERS, False),
        (success(), FOREIGN, SIGNED % "example.net", Touch.FULL, True),
        (success(), LOCAL, SIGNED % "web01.internal", Touch.FULL, True),
        (failure(), FOREIGN, SIGNED % "example.com", Touch.FULL, True),
        (NOTICE, OURS, "", Touch.FULL, False),
        (NOTICE, LOCAL, "", Touch.FULL, True),
        (BOUNCE, LOCAL, "", Touch.HEADERS, True),
        (person(), OURS, "", Touch.HEADERS, False),
        (person(), "Ada <ada@mail.example.org>", "", Touch.HEADERS, False),
        (person(), LOCAL, "", Touch.HEADERS, True),
        (person(), FOREIGN, "", Touch.HEADERS, True),
        (person(), FOREIGN, SIGNED % "example.com", Touch.NONE, False),
    ],
)
def test_what_may_change(
    report: Report, sender: str, more: str, touch: Touch, replaced: bool
) -> None:
    decision = decide(mail(f"From: {sender}\r\n{more}Subject: x\r\n"), report, rules())
    assert decision.edits.touch is touch
    assert (decision.edits.identity is not None) is replaced


def test_a_person_keeps_name_subject_and_text() -> None:
    edits = decide(mail(f"From: {FOREIGN}\r\nSubject: Lunch?\r\n"), person(), rules()).edits
    assert edits.identity is not None
    assert edits.identity.from_name == "Ada via web01"
    assert edits.identity.reply_to == "ada@example.com"
    assert (edits.subject, edits.preface, edits.footer, edits.list_id) == (None, (), (), None)
    assert not edits.redact
    assert not edits.automated


def test_every_job_has_a_list_id() -> None:
    assert decide(mail(), failure(), rules()).edits.list_id == "rsync-srv-www.web01.example.org"
    assert decide(mail(), BOUNCE, rules()).edits.list_id is None
