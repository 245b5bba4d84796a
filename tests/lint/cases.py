"""For each rule a mail that breaks it, and one that comes close and does not."""

from tests.lint.building import (
    FIELDS,
    PAGES,
    SIGNATURE,
    TEXT,
    Look,
    attached,
    html,
    known,
    mail,
    seen_from,
    signed,
)

_ELSEWHERE = SIGNATURE.replace("d=example.org", "d=example.com")
_WORD = "=?utf-8?q?" + "a" * 80 + "?="
_LATIN = "=?utf-8?q?Gr=C3=BC=C3=9Fe_von_web01?="
_LISTED = FIELDS["List-Unsubscribe"]
_HOP = b"Received: from a by b.example.org; Tue, 24 Nov 2026 12:00:00 +0000\r\n"

CASES: dict[str, tuple[Look, Look]] = {
    "RL101": (mail({"Date": None}), mail()),
    "RL102": (mail(raw=b"Date: Tue, 24 Nov 2026 11:00:00 +0000\r\n"), mail(raw=_HOP)),
    "RL103": (
        mail({"Date": "Di, 24. Nov 2026 12:00:00 +0100"}),
        mail({"Date": "24 Nov 2026 12:00 GMT (noon)"}),
    ),
    "RL104": (
        mail({"Date": "Fri, 27 Nov 2026 12:00:00 +0000"}),
        mail({"Date": "Tue, 24 Nov 2026 23:00:00 +0000"}),
    ),
    "RL105": (mail({"Message-ID": "X1"}), mail({"Message-ID": "<a.b@[192.0.2.1]>"})),
    "RL106": (mail({"Message-ID": "<X1@localhost>"}), mail({"Message-ID": "<X1@a.example.org>"})),
    "RL107": (mail({"To": None}), mail({"To": None, "Cc": "ben@example.net"})),
    "RL108": (mail({"To": "root"}), mail({"To": '"root, of web01" <root@web01.example.org>'})),
    "RL109": (mail({"Bcc": "ben@example.net"}), mail({"Cc": "ben@example.net"})),
    "RL110": (mail({"X-Note": ""}), mail({"X-Note": "a\r\n b"})),
    "RL111": (mail({"Subject": "Größe"}), mail({"Subject": _LATIN})),
    "RL112": (mail({"X-Note": "a\r\n " * 40_000 + "b"}), mail({"X-Note": "a\r\n " * 400 + "b"})),
    "RL113": (mail(raw=_HOP * 30), mail(raw=_HOP * 5)),
    "RL121": (mail(text="a\nb\r\n" + TEXT), mail(text="a\r\n\r\nb\r\n" + TEXT)),
    "RL122": (mail(text="a" * 999 + "\r\n" + TEXT), mail(text="a" * 998 + "\r\n" + TEXT)),
    "RL123": (
        mail(text="Grüße\r\n" + TEXT),
        mail(
            {"Content-Transfer-Encoding": "8bit", "Content-Type": "text/plain; charset=utf-8"},
            "Grüße\r\n" + TEXT,
        ),
    ),
    "RL124": (mail(text="a\r\n" * 9_000_000), mail(text="a\r\n" * 9_000)),
    "RL131": (mail({"MIME-Version": None}), mail({"MIME-Version": None, "Content-Type": None})),
    "RL132": (
        mail({"Content-Transfer-Encoding": "8-bit"}),
        mail({"Content-Transfer-Encoding": "7BIT"}),
    ),
    "RL133": (
        mail(
            {"Content-Type": "multipart/mixed; boundary=b"}, "--b\r\n\r\nOK: all is well\r\n" + TEXT
        ),
        html("<p>OK</p>"),
    ),
    "RL134": (
        mail({"Content-Transfer-Encoding": "quoted-printable"}, "Gr=FC=DFe\r\n" + TEXT),
        mail(
            {
                "Content-Transfer-Encoding": "quoted-printable",
                "Content-Type": "text/plain; charset=iso-8859-1",
            },
            "Gr=FC=DFe\r\n" + TEXT,
        ),
    ),
    "RL201": (mail({"From": "root@web01.local"}), mail({"From": "root@web01.example.org"})),
    "RL202": (
        seen_from("x@example.com", mail({"DKIM-Signature": _ELSEWHERE})),
        seen_from("x@bounces.example.org", mail({"DKIM-Signature": _ELSEWHERE})),
    ),
    "RL203": (mail({"DKIM-Signature": None}), mail()),
    "RL204": (
        mail({"DKIM-Signature": _ELSEWHERE}),
        signed("d=example.org", "d=mail.example.org"),
    ),
    "RL205": (seen_from("x@example.com", mail()), seen_from("", mail())),
    "RL206": (signed("h=from:", "h=sender:"), signed("h=from:", "h=sender:FROM:from:")),
    "RL207": (signed("subject:", ""), signed("cc:", "")),
    "RL208": (signed(":list-unsubscribe-post", ""), signed(":mime-version", "")),
    "RL209": (signed("bh=x;", "bh=x; l=100;"), signed("bh=x;", "bh=x; i=@example.org;")),
    "RL301": (
        mail({"From": "a@example.org, b@example.org"}),
        mail({"From": "a@example.org, b@example.org", "Sender": "a@example.org"}),
    ),
    "RL302": (
        mail({"From": '"service@bank.example" <web01@example.org>'}),
        mail({"From": '"root@web01.example.org" <web01@example.org>'}),
    ),
    "RL303": (
        mail({"From": '"www.bank.example" <web01@example.org>'}),
        mail({"From": '"web01 backup.sh" <web01@example.org>'}),
    ),
    "RL304": (mail({"Reply-To": "a@example.com"}), mail({"Reply-To": "ops@example.org"})),
    "RL305": (mail({"Received": "from a by localhost; x"}), mail()),
    "RL401": (mail({"Subject": None}), mail({"Subject": "x"})),
    "RL402": (
        mail({"Subject": "Re: your backup"}),
        mail({"Subject": "Re: your backup", "In-Reply-To": "<X0@example.org>"}),
    ),
    "RL403": (
        mail({"Subject": "BACKUP OF WEB01 HAS ENDED"}),
        mail({"Subject": "[FAILED] web01 RSYNC"}),
    ),
    "RL404": (mail({"Subject": "web01!!!"}), mail({"Subject": "web01!"})),
    "RL405": (
        mail({"Subject": "=?utf-8?q?web01=E2=80=AEgpj?="}),
        mail({"Subject": "=?utf-8?q?web01=E2=80=94jpg?="}),
    ),
    "RL406": (mail({"Subject": _WORD}), mail({"Subject": _LATIN})),
    "RL407": (
        mail({"Subject": "Backup OK"}, "FAILED: partial transfer.\r\n" + TEXT),
        mail({"Subject": "[FAILED] web01: not OK"}, "FAILED: partial transfer.\r\n" + TEXT),
    ),
    "RL501": (mail({"Auto-Submitted": None}), mail({"Auto-Submitted": "auto-replied"})),
    "RL502": (
        mail({"Auto-Submitted": "yes"}),
        mail({"Auto-Submitted": "auto-notified; owner-email=a@example.org"}),
    ),
    "RL503": (
        mail({"Auto-Submitted": None, "Subject": "Lunch?"}),
        mail({"Auto-Submitted": None, "Subject": "Lunch?", "List-Unsubscribe": None}),
    ),
    "RL504": (mail({"List-Id": "rsync"}), mail({"List-Id": "rsync on web01 <rsync.example.org>"})),
    "RL505": (mail({"Precedence": "bulk"}), mail()),
    "RL601": (
        mail({"List-Unsubscribe": None, "List-Unsubscribe-Post": None}),
        known(mail({"List-Unsubscribe": None, "List-Unsubscribe-Post": None}), opt_out_url=None),
    ),
    "RL602": (
        mail({"List-Unsubscribe": f"{PAGES}good1"}),
        mail({"List-Unsubscribe": f"<{PAGES}good1> (a),\r\n <mailto:good@example.org?a=b>"}),
    ),
    "RL603": (
        mail({"List-Unsubscribe": "<mailto:good@reports.example.org>"}),
        mail({"List-Unsubscribe": f"<{PAGES}good1>"}),
    ),
    "RL604": (mail({"List-Unsubscribe-Post": "One-Click"}), mail()),
    "RL605": (
        mail({"List-Unsubscribe-Post": None}),
        mail({"List-Unsubscribe": None, "List-Unsubscribe-Post": None}),
    ),
    "RL606": (
        mail({"List-Unsubscribe": _LISTED.replace("good", "forged")}),
        mail({"List-Unsubscribe": "<https://lists.example.com/their/own>"}),
    ),
    "RL607": (mail(text=TEXT.replace("https:", "")), mail()),
    "RL608": (mail(text=TEXT.replace("Road", "")), mail(text=TEXT.upper() + PAGES)),
    "RL609": (known(mail(), postal_address=None), known(mail(), postal_address=None, domain=None)),
    "RL701": (mail(text="http://example.org/\r\n" + TEXT), mail(text="xhttp:\r\n" + TEXT)),
    "RL702": (
        html('<a href="https://example.com/x">https://bank.example/</a>'),
        html('<a href="https://www.bank.example/x">bank.example</a>'),
    ),
    "RL703": (mail(text="https://bit.ly/x\r\n" + TEXT), mail(text="https://a.bit.ly/\r\n" + TEXT)),
    "RL704": (
        mail(text="https://192.0.2.1:8006/\r\n" + TEXT),
        mail(text="https://192.0.2.1.example.org/\r\n" + TEXT),
    ),
    "RL705": (
        html('<a href="javascript:x()">x</a>'),
        html('<a href="https://example.org/javascript:">x</a>'),
    ),
    "RL711": (html("<p>OK</p>", plain=""), html("<p>OK</p>")),
    "RL712": (
        html('<img src="https://example.org/a.png" width="20">'),
        html('<img src="cid:a@example.org" width="20">'),
    ),
    "RL713": (
        html('<IMG height=1 width=1 src=https://example.org/a.gif>'),
        html('<img height="1" width="400" src="https://example.org/a.gif">'),
    ),
    "RL714": (html("<script>x()</script>"), html("<p>&lt;script&gt;</p>")),
    "RL715": (html("<p>x</p>\r\n" * 12_000), html("<p>x</p>\r\n" * 1_000)),
    "RL801": (attached("filename=setup.exe"), attached("filename=exe.txt")),
    "RL802": (attached('filename="report.pdf.exe"'), attached('filename="report.2026.pdf"')),
    "RL803": (attached("filename=figures.xlsm"), attached("filename=figures.xlsx")),
}  # fmt: skip
