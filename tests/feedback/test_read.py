"""Receivers' reports are read in all their forms, and hostile ones cost little."""

import base64
import gzip
import io
import json
import resource
import time
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.feedback.report import DmarcReport, TlsReports, Unreadable
from relay.feedback.unpack import MAX_BYTES
from tests.feedback.reporting import (
    aggregate,
    mail,
    packed,
    reading,
    record,
    tls_policy,
    tls_report,
    zipped,
)

ENTITY = '<!DOCTYPE f [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
BAD = record("198.51.100.7", 34, dkim="fail", spf="fail", done="quarantine")


def dmarc(raw: bytes) -> DmarcReport:
    said = reading(raw)
    assert isinstance(said, DmarcReport), said
    return said


@pytest.mark.parametrize(
    ("pack", "kind", "name"),
    [
        (gzip.compress, "application/gzip", "a.xml.gz"),
        (gzip.compress, "application/octet-stream", "a.zip"),
        (zipped, "application/zip", "a.zip"),
        (zipped, "application/x-zip-compressed", "a.xml"),
        (bytes, "application/xml", "a.xml"),
        (bytes, "text/xml", "a.xml"),
    ],
)
def test_an_aggregate_is_read_however_it_is_packed_and_named(
    pack: type[bytes], kind: str, name: str
) -> None:
    said = dmarc(mail(pack(aggregate(record(), BAD)), kind, name))
    assert said.about.domain == "example.org"
    assert said.about.reporter == "Big Mail"
    assert said.about.begin == datetime(2025, 11, 24, tzinfo=UTC)
    worst, good = said.sources
    assert (worst.address, worst.count, worst.dkim, worst.spf) == ("198.51.100.7", 34, False, False)
    assert worst.disposition == "quarantine"
    assert (good.count, good.dkim, good.spf, good.header_from) == (12, True, True, "example.org")


@pytest.mark.parametrize(
    "namespace",
    [
        ' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"',
        ' xmlns="http://dmarc.org/dmarc-xml/0.1"',
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    ],
)
def test_namespaces_of_all_dialects_are_read(namespace: str) -> None:
    assert dmarc(packed(aggregate(record(), namespace=namespace))).sources[0].count == 12


def test_a_report_of_a_single_part_is_read() -> None:
    head = b"From: a@b.example\r\nContent-Type: application/gzip\r\n"
    head += b"Content-Transfer-Encoding: base64\r\n\r\n"
    assert dmarc(head + base64.encodebytes(gzip.compress(aggregate(record())))).sources


def test_addresses_of_both_kinds_are_kept_in_their_usual_form() -> None:
    said = dmarc(packed(aggregate(record("2001:DB8:0::0025"), record("192.0.2.025"), record("x"))))
    assert [each.address for each in said.sources] == ["2001:db8::25"]


def test_a_report_without_mail_is_a_report() -> None:
    assert dmarc(packed(aggregate())).sources == ()


def test_the_largest_of_too_many_sources_are_kept_and_the_rest_is_counted() -> None:
    records = [record(f"10.{n >> 8}.{n & 255}.1", n + 1) for n in range(1500)]
    said = dmarc(packed(aggregate(*records)))
    assert len(said.sources) == 1000
    assert said.sources[0].count == 1500
    assert said.cut == sum(range(1, 501))


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (packed(aggregate(record(), before=ENTITY)), "XML"),
        (packed(aggregate(record(), before=OUTSIDE)), "XML"),
        (packed(aggregate(record())[:-20]), "XML"),
        (packed(b"<html><body>hello</body></html>"), "no aggregate"),
        (packed(b"<a>" * 100_000), "XML"),
        (packed(b"plain words"), "no report"),
        (mail(gzip.compress(aggregate(record()))[:-30]), "XML"),
        (mail(b"\x1f\x8bnothing"), "damaged"),
        (mail(b"PK\x03\x04nothing"), "damaged"),
        (mail(zipped(aggregate(), b"second")), "2 files"),
        (mail(gzip.compress(gzip.compress(aggregate(record())))), "no report"),
        (mail(gzip.compress(b"<" + b" " * (MAX_BYTES + 1))), "too large"),
        (mail(zipped(b"<" + b" " * (MAX_BYTES + 1))), "too large"),
        (b"Subject: hello\r\n\r\nA person asks something.\r\n", "no report"),
        (b"", "no report"),
    ],
    ids=lambda each: "" if isinstance(each, bytes) else each,
)
def test_what_is_no_report_says_why(raw: bytes, why: str) -> None:
    said = reading(raw)
    assert isinstance(said, Unreadable)
    assert why in said.why


def test_a_bomb_costs_no_more_than_the_limit() -> None:
    bombs = [gzip.compress(b"<" + b" " * (200 << 20)), _zip_bomb(200 << 20)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    used = time.process_time()
    for bomb in bombs:
        said = reading(mail(bomb))
        assert isinstance(said, Unreadable)
    assert time.process_time() - used < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10  # kB


def _zip_bomb(size: int) -> bytes:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.xml", "w") as entry,
    ):
        for _ in range(size >> 20):
            entry.write(b" " * (1 << 20))
    return file.getvalue()


def test_a_report_at_the_limit_is_read_in_seconds() -> None:
    one = record()
    records = one * ((MAX_BYTES - 10_000) // len(one))
    began = time.process_time()
    assert dmarc(packed(aggregate(records))).sources
    assert time.process_time() - began < 15


@given(st.binary(max_size=300), st.integers(0, 400))
def test_damage_never_raises(junk: bytes, at: int) -> None:
    xml = aggregate(record())
    for data in (xml[:at] + junk + xml[at:], tls_report(tls_policy(3))[:at] + junk):
        reading(mail(data, "text/xml", "a.xml"))
        reading(packed(data))


def test_texts_are_harmless() -> None:
    evil = "Big\x1b[31m &#10;Mail&lt;script&gt; \u202e" + "x" * 1000
    xml = aggregate(record()).replace(b"Big Mail", evil.encode().replace(b"\x1b", b""))
    said = dmarc(packed(xml))
    assert "\n" not in said.about.reporter
    assert "\u202e" not in said.about.reporter
    assert len(said.about.reporter) <= 200


def tls(raw: bytes) -> TlsReports:
    said = reading(raw)
    assert isinstance(said, TlsReports), said
    return said


@pytest.mark.parametrize(
    ("pack", "kind"),
    [(gzip.compress, "application/tlsrpt+gzip"), (bytes, "application/tlsrpt+json")],
)
def test_a_tls_report_is_read(pack: type[bytes], kind: str) -> None:
    raw = tls_report(tls_policy(100, certificate_expired=3, starttls_not_supported=1))
    (said,) = tls(mail(pack(raw), kind, "a.json.gz")).each
    assert (said.about.domain, said.policy) == ("bounces.example.org", "sts")
    assert (said.succeeded, said.failed) == (100, 4)
    expired, no_tls = said.failures
    assert (expired.result, expired.server, expired.count) == (
        "certificate-expired",
        "mx.example.org",
        3,
    )
    assert no_tls.count == 1


@pytest.mark.parametrize(
    "report",
    [
        b"{",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"date-range": {"start-datetime": "x", "end-datetime": "y"}}',
        tls_report(),
        json.dumps({**json.loads(tls_report()), "policies": [1, None, {}, {"policy": 3}]}).encode(),
        b'{"a": "' + b"x" * (3 << 20) + b'"}',
    ],
)
def test_what_is_no_tls_report_says_so(report: bytes) -> None:
    said = reading(mail(b"{ " + report[1:] if report[:1] == b"{" else b"{" + report))
    assert isinstance(said, Unreadable)
    assert said.why
