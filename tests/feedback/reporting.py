"""Receivers' reports of our own writing, as mails."""

import gzip
import io
import json
import zipfile
from email.message import EmailMessage
from typing import Any

from relay.feedback.read import read
from relay.feedback.report import Feedback
from relay.mail.parse import parse
from tests.mail.receiving import received

BEGIN, END = 1763942400, 1764028800  # 2025-11-24 and the day after, UTC


def record(
    address: str = "192.0.2.25",
    count: int = 12,
    dkim: str = "pass",
    spf: str = "pass",
    done: str = "none",
    header_from: str = "example.org",
) -> str:
    """Return one record, in the words of RFC 7489 and RFC 9990 alike."""
    return f"""<record><row><source_ip>{address}</source_ip><count>{count}</count>
<policy_evaluated><disposition>{done}</disposition><dkim>{dkim}</dkim><spf>{spf}</spf>
</policy_evaluated></row>
<identifiers><header_from>{header_from}</header_from></identifiers>
<auth_results><dkim><domain>{header_from}</domain><selector>2026a</selector>
<result>{dkim}</result></dkim><spf><domain>bounces.example.org</domain><result>{spf}</result></spf>
</auth_results></record>"""


def aggregate(*records: str, number: str = "r1", namespace: str = "", before: str = "") -> bytes:
    """Return an aggregate report as XML."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>{before}
<feedback{namespace}><version>1.0</version>
<report_metadata><org_name>Big Mail</org_name><email>dmarc@bigmail.example</email>
<report_id>{number}</report_id>
<date_range><begin>{BEGIN}</begin><end>{END}</end></date_range></report_metadata>
<policy_published><domain>example.org</domain><p>none</p></policy_published>
{"".join(records)}</feedback>""".encode()


def tls_report(*policies: dict[str, Any], number: str = "t1") -> bytes:
    """Return a TLS report as JSON (RFC 8460 s4.4)."""
    report = {
        "organization-name": "Big Mail",
        "date-range": {
            "start-datetime": "2026-11-24T00:00:00Z",
            "end-datetime": "2026-11-24T23:59:59Z",
        },
        "contact-info": "tls@bigmail.example",
        "report-id": number,
        "policies": policies,
    }
    return json.dumps(report).encode()


def tls_policy(succeeded: int, **failed: int) -> dict[str, Any]:
    """Return one policy of a TLS report; `failed` counts sessions by result."""
    return {
        "policy": {"policy-type": "sts", "policy-domain": "bounces.example.org"},
        "summary": {
            "total-successful-session-count": succeeded,
            "total-failure-session-count": sum(failed.values()),
        },
        "failure-details": [
            {
                "result-type": name.replace("_", "-"),
                "receiving-mx-hostname": "mx.example.org",
                "failed-session-count": count,
            }
            for name, count in failed.items()
        ],
    }


def zipped(data: bytes, *more: bytes) -> bytes:
    """Return a zip archive with a file for each."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, each in enumerate((data, *more)):
            archive.writestr(f"report{number}.xml", each)
    return file.getvalue()


def mail(attached: bytes, kind: str = "application/gzip", name: str = "report.xml.gz") -> bytes:
    """Return a mail with a report attached, as receivers send it."""
    message = EmailMessage()
    message["From"] = "noreply-dmarc@bigmail.example"
    message["To"] = "feedback@bounces.example.org"
    message["Subject"] = "Report Domain: example.org Submitter: bigmail.example Report-ID: r1"
    message.set_content("This is an aggregate report.")
    major, _, minor = kind.partition("/")
    message.add_attachment(attached, maintype=major, subtype=minor, filename=name)
    return message.as_bytes().replace(b"\n", b"\r\n")


def reading(raw: bytes) -> Feedback:
    """Return what is read of a mail."""
    return read(parse(received(raw)))


def packed(xml: bytes) -> bytes:
    """Return a mail with `xml` as most receivers pack it."""
    return mail(gzip.compress(xml, mtime=0))
