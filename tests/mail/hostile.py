"""Hypothesis strategies for bytes that look like mail, but are not quite."""

from hypothesis import strategies as st

LINES = [
    b"", b"", b" ", b"\t folded", b"From root Mon Oct", b"garbage", b"\xff\xfe: \xe9",
    b"a" * 1200, b"From: a", b"From: root (Cron Daemon)", b"From: \"x\" <a@b.example>", b"From:",
    b"To: x@y.example", b"To: root", b"Cc: nobody: ;", b"Bcc: q@r.example",
    b"Reply-To: a@b.example", b"Subject: x", b"Subject: \xc3\xa9",
    b"Subject: =?utf-8?q?=0D=0AX: y?=", b"Subject:",
    b"Date: Thu, 01 Jan 2026 00:00:00 +0000", b"Date: x", b"Message-ID: <a@b>", b"Message-ID: a",
    b"MIME-Version: 1.0", b"Sender: a", b"Return-Path: <>", b"rsync: failed", b"X-Cron-Env: <A=b>",
    b"DKIM-Signature: v=1; h=from:to:subject:date",
    b"Content-Type: multipart/mixed; boundary=a",
    b"Content-Type: multipart/alternative; boundary=b",
    b"Content-Type: text/html; charset=x", b"Content-Type: text/plain; charset=utf-16",
    b"Content-Type: message/rfc822", b"Content-Type: image/png; name=\"\xe9\"", b"Content-Type:",
    b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable",
    b"Content-Transfer-Encoding: 8bit", b"Content-Disposition: attachment",
    b"--a", b"--a", b"--a--", b"--b", b"--b--", b"LS1hDQoNCng=", b"=3D=\xe9=20 password=hunter2",
    b"<body>a", b"\x1b[1mx\x08y", b"-----BEGIN PGP MESSAGE-----",
]  # fmt: skip
ENDS = [b"\r\n"] * 5 + [b"\n", b"\r", b""]

_line = st.sampled_from(LINES) | st.binary(max_size=10)

mails = st.lists(st.tuples(_line, st.sampled_from(ENDS)).map(b"".join), max_size=25).map(b"".join)
"""Bytes that have something of a mail."""
