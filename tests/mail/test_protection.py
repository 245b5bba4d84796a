"""What protects a message is seen."""

import pytest

from relay.mail.protection import Protection, protection, signed_fields
from tests.mail.receiving import message


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Subject: x\n\nplain", Protection.NONE),
        ("Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\n--b--\n", Protection.BODY),
        ("Content-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--\n", Protection.BODY),
        ("Content-Type: application/pkcs7-mime\n\nMIIx", Protection.BODY),
        ("Content-Type: application/x-pkcs7-mime\n\nMIIx", Protection.BODY),
        ("Subject: x\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n", Protection.BODY),
        ("Subject: x\n\n-----BEGIN PGP MESSAGE-----\n\nhQEM\n", Protection.BODY),
        ("Subject: x\n\nhe wrote -----BEGIN PGP MESSAGE----- here", Protection.NONE),
        ("DKIM-Signature: v=1; h=from\nSubject: x\n\nplain", Protection.DKIM),
    ],
)
def test_protection_is_recognised(raw: str, expected: Protection) -> None:
    assert protection(message(raw)) is expected


def test_the_fields_that_a_signature_covers_are_named_in_any_layout() -> None:
    raw = "DKIM-Signature: v=1; h=From:To :\n Subject; b=x\nDKIM-Signature: v=1; h=Date\n\n"
    assert signed_fields(message(raw)) == {"from", "to", "subject", "date"}
