"""Only what may be touched is touched."""

from pathlib import Path

from relay.mail.headers import decoded, every
from relay.mail.parse import parse
from relay.rewrite.edits import Touch
from tests.mail.receiving import received
from tests.rewrite.wishes import ALL, PERSON, UNTOUCHED, edited, names, sent

MESSAGES = Path(__file__).parent.parent / "messages"
PGP = (MESSAGES / "027-pgp-signed.eml").read_bytes()
DKIM = (MESSAGES / "028-dkim-signed.eml").read_bytes()


def test_p5_untouched_mail_gets_a_trace_and_nothing_else() -> None:
    out = sent(PGP, UNTOUCHED)
    assert out.endswith(PGP)
    assert out[: -len(PGP)].startswith(b"Received: from ")


def test_a_signed_body_stays_byte_for_byte_while_its_header_is_edited() -> None:
    message = edited(PGP, ALL, touch=Touch.HEADERS)
    assert message.body == parse(received(PGP)).body
    assert decoded(message, "Subject") == ALL.subject


def test_fields_that_dkim_covers_stay_byte_for_byte_and_in_order() -> None:
    before = parse(received(DKIM))
    after = edited(DKIM, ALL, touch=Touch.HEADERS, identity=None)
    covered = ("DKIM-Signature", "From", "To", "Subject", "Date", "Message-ID")
    for name in covered:
        assert every(after, name) == every(before, name)
    assert after.body == before.body


def test_beside_what_dkim_covers_only_new_fields_are_added() -> None:
    after = edited(DKIM, ALL, touch=Touch.HEADERS, identity=None)
    assert decoded(after, "Auto-Submitted") == "auto-generated"
    assert not [name for name in names(after) if name.startswith(("X-Original", "X-Duplicate"))]


def test_from_is_replaced_where_policy_says_so_in_spite_of_a_signature() -> None:
    after = edited(DKIM, ALL, touch=Touch.HEADERS)
    assert decoded(after, "From") == "web01 · rsync <reports@example.com>"
    assert after.body == parse(received(DKIM)).body


def test_what_no_mail_may_lack_is_added_even_if_dkim_says_it_is_absent() -> None:
    raw = "DKIM-Signature: v=1; h=from:date:cc; b=x\nFrom: a@b.example\nTo: c@d.example\n\nx"
    after = edited(raw, PERSON)
    assert len(every(after, "Date")) == 1
    assert len(every(after, "Message-ID")) == 1


def test_a_persons_header_is_repaired_and_nothing_more() -> None:
    raw = "From: Anna <a@b.example>\nTo: c@d.example\nSubject: Frage\n\nHallo\n"
    after = edited(raw, PERSON)
    assert decoded(after, "From") == "Anna <a@b.example>"
    assert decoded(after, "Subject") == "Frage"
    added = set(names(after)) - {"From", "To", "Subject"}
    assert added == {"Received", "Date", "Message-ID", "MIME-Version", "Content-Type"}


def test_a_secret_in_a_persons_mail_is_theirs() -> None:
    raw = "From: a@b.example\nSubject: token=abc\n\npassword: hunter2\n"
    out = sent(raw, PERSON)
    assert b"token=abc" in out
    assert b"hunter2" in out


def test_a_body_that_ran_into_the_header_is_separated_from_it() -> None:
    out = sent("From: a@b.example\nrsync: failed\nrsync error: x (code 23)\n", UNTOUCHED)
    assert out.partition(b"\r\n\r\n")[2] == b"rsync: failed\r\nrsync error: x (code 23)\r\n"


def test_a_way_to_opt_out_that_the_sender_gave_is_kept_beside_ours() -> None:
    raw = (
        "From: a@b.example\nTo: c@d.example\nSubject: x\n"
        "List-Unsubscribe: <mailto:out@b.example>\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n\nx\n"
    )
    after = edited(raw.encode(), ALL)
    assert decoded(after, "X-Original-List-Unsubscribe") == "<mailto:out@b.example>"
    assert decoded(after, "X-Original-List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert not decoded(after, "List-Unsubscribe")


def test_where_the_header_is_signed_what_the_signature_does_not_cover_is_kept_too() -> None:
    raw = (
        "DKIM-Signature: v=1; h=from:to; b=x\nFrom: a@b.example\nTo: c@d.example\n"
        "List-Unsubscribe: <mailto:out@b.example>\n\nx"
    )
    after = edited(raw.encode(), ALL, touch=Touch.HEADERS, identity=None)
    kept = ("List-Unsubscribe", "X-Original-List-Unsubscribe")
    assert "<mailto:out@b.example>" in [decoded(after, name) for name in kept]
