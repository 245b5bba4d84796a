"""The records to publish, and what is said of those that stand there."""

from ipaddress import ip_address

import dns.zone
import pytest

from relay.domains.lookup import Dns
from relay.domains.records import policy_text, quoted, wanted, zone_fragment
from relay.domains.standing import State, look
from tests.dns_server import SILENT, DnsServer
from tests.domains.good import KEYS, changed, estate


def by_name(**changes: object) -> dict[tuple[str, str], str]:
    return {(each.name, each.type): each.value for each in wanted(estate(**changes))}


def test_every_kind_of_record_is_wanted() -> None:
    found = by_name(wishes={"mta_sts": "testing"})
    assert found[("example.org", "TXT")] == "v=spf1 ip4:192.0.2.25 -all"
    assert found[("relay.example.org", "TXT")] == "v=spf1 a -all"
    assert found[("example.org", "MX")] == "10 mx.example.org."
    assert found[(KEYS[0].name, "TXT")] == KEYS[0].text
    dmarc = found[("_dmarc.example.org", "TXT")]
    assert dmarc == "v=DMARC1; p=none; rua=mailto:postmaster@example.org"
    assert found[("_mta-sts.example.org", "TXT")].startswith("v=STSv1; id=")
    assert found[("_smtp._tls.example.org", "TXT")].startswith("v=TLSRPTv1; rua=mailto:")
    assert found[("relay.example.org", "A")] == "192.0.2.25"
    assert found[("25.2.0.192.in-addr.arpa", "PTR")] == "relay.example.org."


def test_nothing_is_guessed() -> None:
    found = by_name(egress=(), spf_terms=())
    assert ("example.org", "TXT") not in found
    assert not any(kind in ("A", "PTR") for _, kind in found)
    assert policy_text(estate()) is None


def test_a_smarthost_stands_in_the_spf_record() -> None:
    found = by_name(
        egress=(ip_address("2001:db8::5"),), spf_terms=("include:spf.protection.outlook.com",)
    )
    spf = "v=spf1 ip6:2001:db8::5 include:spf.protection.outlook.com -all"
    assert found[("example.org", "TXT")] == spf


def test_whoever_gets_reports_of_others_agrees() -> None:
    found = by_name(wishes={"reports": "dmarc@reports.example.net"})
    assert found[("example.org._report._dmarc.reports.example.net", "TXT")] == "v=DMARC1;"


def test_the_id_of_a_policy_changes_with_it() -> None:
    first = by_name(wishes={"mta_sts": "testing"})[("_mta-sts.example.org", "TXT")]
    assert first != by_name(wishes={"mta_sts": "enforce"})[("_mta-sts.example.org", "TXT")]


def test_a_name_server_reads_the_fragment() -> None:
    text = zone_fragment(wanted(estate(wishes={"mta_sts": "enforce"})))
    ours = "".join(line for line in text.splitlines(keepends=True) if "in-addr.arpa" not in line)
    soa = "@ 60 IN SOA ns. admin. 1 60 60 60 60\n@ 60 IN NS ns.\n"
    zone = dns.zone.from_text(f"$TTL 60\n{soa}{ours}", origin="example.org.", relativize=False)
    assert zone.get_rdataset("_dmarc.example.org.", "TXT") is not None


@pytest.mark.parametrize("text", ["x" * 600, 'a"b\\c', ""])
def test_a_long_text_is_cut_into_strings(text: str) -> None:
    [rdata] = dns.zone.from_text(
        f"$TTL 60\n@ SOA ns. admin. 1 60 60 60 60\n@ NS ns.\nt TXT {quoted(text)}\n",
        origin="example.org.",
    ).get_rdataset("t", "TXT")
    assert b"".join(rdata.strings).decode() == text


async def test_what_stands_there_is_compared() -> None:
    zone = changed(
        "_smtp._tls.example.org",
        **{
            "example.org": {"TXT": ['"v=spf1 -all"'], "MX": ["10 MX.Example.org."]},
            "_dmarc.example.org": '"v=DMARC1;p=none;  rua=mailto:postmaster@example.org"',
            "25.2.0.192.in-addr.arpa": SILENT,
        },
    )
    with DnsServer(zone) as server:
        found = await look(Dns([(server.host, server.port)], 2), wanted(estate()))
    states = {(each.record.name, each.record.type): each.state for each in found}
    assert states[("example.org", "TXT")] is State.DIFFERENT
    assert states[("example.org", "MX")] is State.RIGHT
    assert states[("_dmarc.example.org", "TXT")] is State.RIGHT
    assert states[("_smtp._tls.example.org", "TXT")] is State.MISSING
    assert states[("25.2.0.192.in-addr.arpa", "PTR")] is State.UNKNOWN
    assert states[(KEYS[0].name, "TXT")] is State.RIGHT
