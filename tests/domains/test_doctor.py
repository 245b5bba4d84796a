"""The doctor: a good domain is found well, and each thing that is wrong has its finding."""

import asyncio
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from relay.domains.checks import (
    blocklists,
    dkim,
    dmarc,
    feedback,
    machine,
    spf,
    transport,
    upstreams,
)
from relay.domains.doctor import CHECKS, FINDINGS, examine, worst
from relay.domains.finding import Finding, Severity
from relay.domains.lookup import Dns
from relay.domains.visit import Condition, Visit
from relay.store.feedback import Sender, Sessions
from tests.dns_server import SILENT
from tests.domains.good import (
    ED,
    GOOD,
    KEYS,
    NOW,
    POLICY,
    RSA,
    Heard,
    amiss,
    changed,
    estate,
    visited,
)

_TREE = {f"i{n}.example.net": f'"v=spf1 include:i{n + 1}.example.net -all"' for n in range(12)}
_DEEP = {**_TREE, "i12.example.net": '"v=spf1 -all"'}
_MX = ["10 mx.example.org."]
_EGRESS = "25.2.0.192"
_RUA = "rua=mailto:a@example.org"
_KIND = RSA.replace("rsa", "ed25519")


def test_ids_are_given_once_and_have_a_remedy_where_something_is_wrong() -> None:
    ids = [kind.id for kind in FINDINGS]
    assert len(ids) == len(set(ids)) > 60
    for kind in FINDINGS:
        assert (kind.severity is Severity.OK) != bool(kind.remedy) or kind.id == "RD106"


async def test_a_domain_in_order_is_found_well() -> None:
    findings = await visited(GOOD, estate(), heard=[Heard()])
    assert amiss(findings) == {"RD909"}  # this rehearsal was in the clear
    assert worst(findings) is Severity.NOTE
    fine = {each.id for each in findings} - {"RD909"}
    assert fine == {
        "RD000", "RD100", "RD200", "RD300", "RD400", "RD500", "RD550", "RD700", "RD750", "RD900",
    }  # fmt: skip


def txt(*texts: str, **others: Any) -> dict[str, list[str]]:
    return {"TXT": [f'"{text}"' for text in texts], "MX": _MX, **others}


def organisation(*texts: str) -> dict[str, Any]:
    return {"example.org": txt(*texts)}


BROKEN_ZONES: list[tuple[str, dict[str, Any] | str, str]] = [
    ("no SPF", organisation("another=text"), "RD101"),
    ("two SPF records", organisation("v=spf1 -all", "v=spf1 +all"), "RD102"),
    ("a slip in SPF", organisation("v=spf1 ip4:192.0.2.25 al -all"), "RD103"),
    ("a network that is none", organisation("v=spf1 ip4:192.0.2.256 -all"), "RD103"),
    ("ip4 with a name", organisation("v=spf1 ip4:mail.example.org -all"), "RD103"),
    ("an include of nothing", organisation("v=spf1 include:none.example.net -all"), "RD103"),
    ("an include without a name", organisation("v=spf1 include: -all"), "RD103"),
    (
        "too many look-ups",
        {**_DEEP, **organisation("v=spf1 ip4:192.0.2.25 include:i0.example.net -all")},
        "RD104",
    ),
    (
        "close to too many look-ups",
        {**_DEEP, **organisation("v=spf1 ip4:192.0.2.25 include:i4.example.net -all")},
        "RD109",
    ),
    (
        "an include of itself",
        organisation("v=spf1 ip4:192.0.2.25 include:example.org -all"),
        "RD104",
    ),
    (
        "names that are gone",
        organisation("v=spf1 ip4:192.0.2.25 a:x.example.org a:y.example.org mx:z.example.org -all"),
        "RD105",
    ),
    ("another's addresses", organisation("v=spf1 ip4:198.51.100.0/24 -all"), "RD106"),
    ("softfail", organisation("v=spf1 ip4:198.51.100.0/24 ~all"), "RD106"),
    ("neutral", organisation("v=spf1 ip4:198.51.100.0/24"), "RD106"),
    ("all of the net", organisation("v=spf1 ip4:0.0.0.0/0 -all"), "RD107"),
    ("anybody", organisation("v=spf1 ip4:192.0.2.25 +all"), "RD107"),
    ("SPF out of reach", {"example.org": SILENT}, "RD108"),
    ("no key", "a-rsa._domainkey.example.org", "RD201"),
    ("no key but a text", {"a-rsa._domainkey.example.org": '"hello"'}, "RD201"),
    ("another key", {"a-rsa._domainkey.example.org": f'"{ED}"'}, "RD202"),
    ("another kind", {"a-rsa._domainkey.example.org": f'"{_KIND}"'}, "RD202"),
    ("two keys", {"a-rsa._domainkey.example.org": {"TXT": [f'"{RSA}"', f'"{ED}"']}}, "RD203"),
    ("a revoked key", {"a-rsa._domainkey.example.org": '"v=DKIM1; k=rsa; p="'}, "RD204"),
    ("a key in test", {"a-rsa._domainkey.example.org": f'"{RSA}; t=y:s"'}, "RD205"),
    ("a key for SHA-1", {"a-rsa._domainkey.example.org": f'"{RSA}; h=sha1"'}, "RD206"),
    ("a key for others", {"a-rsa._domainkey.example.org": f'"{RSA}; s=tlsrpt"'}, "RD206"),
    ("a key out of reach", {"a-rsa._domainkey.example.org": SILENT}, "RD207"),
    ("no DMARC", "_dmarc.example.org", "RD301"),
    (
        "two DMARC records",
        {"_dmarc.example.org": {"TXT": ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']}},
        "RD302",
    ),
    ("a slip in DMARC", {"_dmarc.example.org": f'"v=DMARC1; p=rejct; {_RUA}"'}, "RD303"),
    ("DMARC that only watches", {"_dmarc.example.org": f'"v=DMARC1; p=none; {_RUA}"'}, "RD307"),
    ("DMARC out of reach", {"_dmarc.example.org": SILENT}, "RD308"),
    ("no reports", {"_dmarc.example.org": '"v=DMARC1; p=reject"'}, "RD309"),
    (
        "a tag of the past",
        {"_dmarc.example.org": '"v=DMARC1; p=reject; pct=50; rua=mailto:a@example.org"'},
        "RD310",
    ),
    (
        "reports to strangers",
        {
            "_dmarc.example.org": '"v=DMARC1; p=reject; rua=mailto:a@example.net!10m"',
            "_dmarc.example.net": '"v=DMARC1; p=none"',
        },
        "RD311",
    ),
    ("no way back", {"example.org": {"TXT": ['"v=spf1 ip4:192.0.2.25 -all"']}}, "RD401"),
    ("a null MX", {"example.org": txt("v=spf1 ip4:192.0.2.25 -all", MX=["0 ."])}, "RD402"),
    ("an MX to nowhere", "mx.example.org", "RD403"),
    (
        "another's MX",
        {
            "example.org": txt("v=spf1 ip4:192.0.2.25 -all", MX=["10 mx.example.net."]),
            "mx.example.net": {"A": ["198.51.100.1"]},
        },
        "RD404",
    ),
    (
        "an address without MX",
        {"example.org": {"TXT": ['"v=spf1 ip4:192.0.2.25 -all"'], "A": ["192.0.2.25"]}},
        "RD405",
    ),
    ("no MTA-STS", "_mta-sts.example.org", "RD501"),
    ("an MTA-STS id with a dash", {"_mta-sts.example.org": '"v=STSv1; id=2026-1"'}, "RD502"),
    ("no TLSRPT", "_smtp._tls.example.org", "RD551"),
    ("TLSRPT without reports", {"_smtp._tls.example.org": '"v=TLSRPTv1"'}, "RD552"),
    ("TLSRPT out of reach", {"_smtp._tls.example.org": SILENT}, "RD553"),
    ("no PTR", f"{_EGRESS}.in-addr.arpa", "RD701"),
    ("a PTR one way", {f"{_EGRESS}.in-addr.arpa": {"PTR": ["gone.example.org."]}}, "RD702"),
    ("EHLO elsewhere", {"relay.example.org": {"A": ["198.51.100.1"]}}, "RD703"),
    ("EHLO and PTR differ", {f"{_EGRESS}.in-addr.arpa": {"PTR": ["mx.example.org."]}}, "RD705"),
    ("PTR out of reach", {f"{_EGRESS}.in-addr.arpa": SILENT}, "RD706"),
    ("listed", {f"{_EGRESS}.zen.spamhaus.org": {"A": ["127.0.0.2"], "TXT": ['"why"']}}, "RD751"),
    ("refused", {f"{_EGRESS}.zen.spamhaus.org": {"A": ["127.255.255.254"]}}, "RD752"),
    ("a dead list", {f"{_EGRESS}.zen.spamhaus.org": {"A": ["203.0.113.9"]}}, "RD753"),
    ("a list out of reach", {f"{_EGRESS}.zen.spamhaus.org": SILENT}, "RD754"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"), [row[1:] for row in BROKEN_ZONES], ids=[row[0] for row in BROKEN_ZONES]
)
async def test_what_is_wrong_has_its_finding(change: dict[str, Any] | str, expected: str) -> None:
    zone = changed(change) if isinstance(change, str) else changed(**change)
    findings = await visited(zone, estate())
    assert expected in amiss(findings)
    assert "RD091" not in amiss(findings), findings
    found = next(each for each in findings if each.id == expected)
    assert found.remedy


async def test_a_refusal_of_a_blocklist_is_no_listing() -> None:
    zone = changed(**{f"{_EGRESS}.zen.spamhaus.org": {"A": ["127.255.255.254"]}})
    found = await visited(zone, estate(), checks=[blocklists.check])
    assert [(each.id, each.severity) for each in found] == [("RD752", Severity.WARNING)]


async def test_what_is_listed_says_why() -> None:
    zone = changed(**{f"{_EGRESS}.zen.spamhaus.org": {"A": ["127.0.0.2"], "TXT": ['"ask here"']}})
    [found] = await visited(zone, estate(), checks=[blocklists.check])
    assert found.evidence == "127.0.0.2 ask here"


class TestAlignment:
    async def alignment(self, zone: dict[str, Any], **ours: Any) -> set[str]:
        found = await visited(changed(**zone), estate(**ours), checks=[dmarc.check])
        return {each.id for each in found} & {"RD300", "RD304", "RD305", "RD306"}

    async def test_names_of_one_organisation_align(self) -> None:
        domains = {"from_domains": ("web.example.org",), "bounce_domain": "bounces.example.org"}
        assert await self.alignment({}, **domains) == {"RD300"}

    async def test_strictly_they_do_not(self) -> None:
        record = '"v=DMARC1; p=reject; adkim=s; aspf=s; rua=mailto:a@example.org"'
        found = await self.alignment(
            {"_dmarc.example.org": record}, from_domains=("web.example.org",)
        )
        assert found == {"RD304"}

    async def test_a_strangers_signature_does_not(self) -> None:
        zone = {"_dmarc.example.net": '"v=DMARC1; p=none"'}
        ours = {"from_domains": ("example.net",)}
        assert await self.alignment(zone, **ours) == {"RD304"}

    async def test_one_of_the_two_is_told_from_the_other(self) -> None:
        zone = {"_dmarc.example.net": '"v=DMARC1; p=none"'}
        assert await self.alignment(zone, bounce_domain="example.net") == {"RD306"}
        ours = {"from_domains": ("example.net",), "bounce_domain": "example.net"}
        assert await self.alignment(zone, **ours) == {"RD305"}

    async def test_customers_of_one_registry_do_not(self) -> None:
        """RFC 9989 s4.10.2: psd=y says that what is below belongs to different people."""
        zone = {"_dmarc.org": '"v=DMARC1; p=none; psd=y"'}
        ours = {"from_domains": ("another.org",), "bounce_domain": "another.org"}
        assert await self.alignment(zone, **ours) == {"RD305"}


class TestSpf:
    async def outcome(self, record: str, zone: dict[str, Any], address: str) -> set[str]:
        ours = estate(egress=(ip_address(address),))
        found = await visited({"example.org": f'"{record}"', **zone}, ours, checks=[spf.check])
        return {each.id for each in found}

    @pytest.mark.parametrize(
        ("record", "address"),
        [
            ("v=spf1 a -all", "192.0.2.1"),
            ("v=spf1 a/24 -all", "192.0.2.200"),
            ("v=spf1 a//64 -all", "2001:db8::7"),
            ("v=spf1 a/24//64 -all", "2001:db8::7"),
            ("v=spf1 mx -all", "192.0.2.25"),
            ("v=spf1 mx:example.org/28 -all", "192.0.2.30"),
            ("v=spf1 ip6:2001:db8::/32 -all", "2001:db8::9"),
            ("V=SPF1 IP4:192.0.2.0/24 -ALL", "192.0.2.9"),
            ("v=spf1 include:good.example.net -all", "198.51.100.7"),
            ("v=spf1 redirect=good.example.net", "198.51.100.7"),
            ("v=spf1 exists:%{ir}.list.%{d} -all", "192.0.2.44"),
            ("v=spf1 exists:%{i}.l.%{d2} -all", "192.0.2.44"),
            ("v=spf1 -ip4:198.51.100.0/24 ?include:good.example.net +all", "192.0.2.1"),
            ("v=spf1 unknown=modifier exp=why.%{d} a -all", "192.0.2.1"),
        ],
    )
    async def test_it_passes_as_the_standard_says(self, record: str, address: str) -> None:
        zone: dict[str, Any] = {
            "example.org": {
                "TXT": [f'"{record}"'], "A": ["192.0.2.1"], "AAAA": ["2001:db8::1"],
                "MX": ["5 mx.example.org."],
            },
            "mx.example.org": {"A": ["192.0.2.25"]},
            "good.example.net": '"v=spf1 ip4:198.51.100.0/24 -all"',
            "44.2.0.192.list.example.org": {"A": ["127.0.0.2"]},
            "192.0.2.44.l.example.org": {"A": ["127.0.0.2"]},
        }  # fmt: skip
        assert "RD100" in await self.outcome(record, zone, address)

    async def test_a_fail_in_an_include_is_no_fail(self) -> None:
        zone = {"other.example.net": '"v=spf1 -all"'}
        record = "v=spf1 include:other.example.net ip4:192.0.2.1 -all"
        assert await self.outcome(record, zone, "192.0.2.1") == {"RD100"}

    async def test_figures_are_told(self) -> None:
        zone = {"other.example.net": '"v=spf1 a:none.example.net -all"'}
        record = "v=spf1 include:other.example.net ip4:192.0.2.1 -all"
        found = await visited(
            {"example.org": f'"{record}"', **zone},
            estate(egress=(ip_address("192.0.2.1"),)),
            checks=[spf.check],
        )
        assert "2 look-ups, 1 void" in found[0].evidence

    async def test_names_that_depend_on_the_address_are_not_held_against_the_record(self) -> None:
        terms = " ".join(f"exists:%{{i}}.l{n}.%{{d}}" for n in range(4))
        record = f"v=spf1 ip4:192.0.2.1 {terms} include:%{{ir}}.x.%{{d}} -all"
        assert await self.outcome(record, {}, "192.0.2.1") == {"RD100"}
        assert await self.outcome(record, {}, "192.0.2.2") == {"RD103"}

    async def test_without_addresses_nothing_is_tried(self) -> None:
        found = await visited(GOOD, estate(egress=()), checks=[spf.check])
        assert amiss(found) == {"RD110"}


class TestMtaSts:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (POLICY.replace("mx.example.org", "*.example.org"), "RD500"),
            (POLICY.replace("mx.example.org", "mail.example.org"), "RD505"),
            (POLICY.replace("enforce", "testing"), "RD506"),
            (POLICY.replace("enforce", "none"), "RD506"),
            ("<html>not found</html>", "RD504"),
        ],
    )
    async def test_the_policy_is_read(self, text: str, expected: str) -> None:
        async def served(_: str) -> str:
            return text

        found = await visited(GOOD, estate(), checks=[transport.check], fetch=served)
        assert found[0].id == expected

    async def test_a_policy_that_cannot_be_had_is_told(self) -> None:
        async def gone(_: str) -> str:
            raise ValueError("HTTP status 404")

        found = await visited(GOOD, estate(), checks=[transport.check], fetch=gone)
        assert (found[0].id, found[0].evidence) == ("RD503", "HTTP status 404")


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        ("connect", "RD901"), ("greeting", "RD901"), ("ehlo", "RD901"), ("configuration", "RD901"),
        ("tls", "RD902"), ("auth", "RD903"), ("mail", "RD904"), ("rcpt", "RD905"),
    ],
)  # fmt: skip
async def test_where_an_upstream_refuses_is_told(phase: str, expected: str) -> None:
    heard = Heard(failed_at=phase, reply="550 no")
    found = await visited(GOOD, estate(), checks=[upstreams.check], heard=[heard])
    assert [each.id for each in found] == [expected]
    assert found[0].evidence == f"at {phase.upper()}: 550 no"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition(free=1 << 20, least=2 << 20), "RD001"),
        (Condition(free=3 << 20, least=2 << 20), "RD002"),
        (Condition(sqlite=(3, 40, 1)), "RD003"),
        (Condition(oldest=NOW - timedelta(hours=5)), "RD004"),
        (Condition(oldest_urgent=NOW - timedelta(hours=1)), "RD005"),
        (Condition(no_store=True), "RD006"),
        (Condition(free=9 << 30, least=1 << 20, sqlite=(3, 52, 0), oldest=NOW), "RD000"),
    ],
)
async def test_the_machine_is_looked_at(condition: Condition, expected: str) -> None:
    found = await visited({}, estate(), checks=[machine.check], condition=condition)
    assert [each.id for each in found] == [expected]


async def test_no_key_is_told() -> None:
    found = await visited(GOOD, estate(keys=()), checks=[dkim.check])
    assert [each.id for each in found] == ["RD208"]
    found = await visited(GOOD, estate(keys=KEYS[1:]), checks=[dkim.check])
    assert amiss(found) == {"RD209"}


async def test_a_name_server_that_is_silent_makes_no_error_and_no_alarm() -> None:
    """What nobody could see says nothing of our domain."""
    zone = dict.fromkeys(GOOD, SILENT)
    findings = await visited(zone, estate())
    assert worst(findings) is Severity.WARNING
    assert not any(each.alarm for each in findings)


async def test_a_check_that_breaks_leaves_the_others_heard() -> None:
    async def broken(_: Visit) -> list[Finding]:
        raise RuntimeError("what a bug says")

    visit = Visit(
        estate=estate(), dns=Dns([("127.0.0.1", 9)], 0.2), now=NOW, condition=Condition(),
        rehearse=lambda: asyncio.sleep(0, []), fetch=lambda _: asyncio.sleep(0, ""),
    )  # fmt: skip
    found = await examine(visit, [broken, machine.check])
    assert [each.id for each in found] == ["RD091", "RD000"]
    assert "what a bug says" in found[0].evidence


HOSTILE = [
    "v=spf1 " + "include:" * 50,
    "v=spf1 a:%{i a:%{z} exists:%{ir}.%{v}%% -all",
    "v=spf1 " + " ".join(f"a:{n}.example.net" for n in range(200)),
    "v=spf1 redirect=example.org",
    "v=spf1 ip4:999.1.1.1 ip6:::::: -all",
    "v=spf1 a:" + "x" * 200 + ".org -all",
    "v=spf1 mx:\\000\\255.example.org/99//999 -all",
    "v=DMARC1; p=" + "x" * 200,
    "v=DMARC1; p=none; rua=" + ",".join(f"mailto:a@{n}.example.net" for n in range(200)),
    "v=DKIM1; p=" + "=" * 200,
    "v=STSv1;;;;id=",
    "\\027[31mred",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_what_strangers_write_breaks_no_check(text: str) -> None:
    strings = " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))
    zone = {name: {"TXT": [strings], "MX": _MX} for name in GOOD}
    findings = await visited(zone, estate())
    assert not {"RD090", "RD091"} & amiss(findings), findings
    assert all(each.evidence.isprintable() and len(each.evidence) <= 300 for each in findings)


def test_every_check_is_in_the_list() -> None:
    assert len(CHECKS) == 11


def seen(address: str, count: int, failing: int, domain: str = "example.org") -> Sender:
    return Sender(
        domain=domain,
        address=address,
        count=count,
        dkim=count - failing,
        spf=count - failing,
        failing=failing,
        stopped=0,
        since=NOW if failing else None,
        last=NOW,
        reporters=1,
    )


@pytest.mark.parametrize(
    ("senders", "found"),
    [
        ([], set()),
        ([seen("192.0.2.25", 500, 0)], {"RD350"}),
        ([seen("192.0.2.25", 500, 2)], {"RD352"}),
        ([seen("192.0.2.25", 500, 400)], {"RD351"}),
        ([seen("203.0.113.9", 500, 30)], {"RD351"}),  # a smarthost's: most of it passes
        ([seen("198.51.100.7", 34, 34)], {"RD353"}),
        ([seen("192.0.2.25", 9, 0), seen("198.51.100.7", 34, 34)], {"RD350", "RD353"}),
        ([seen("198.51.100.7", 3, 3)], set()),  # one odd mail is no news
        ([seen("192.0.2.25", 500, 400, domain="another.example")], set()),
    ],
)
async def test_what_receivers_report_is_weighed(senders: list[Sender], found: set[str]) -> None:
    condition = Condition(senders=senders)
    findings = await visited(GOOD, estate(), checks=[feedback.check], condition=condition)
    assert {each.id for each in findings} == found
    assert all(each.alarm == (each.id == "RD351") for each in findings)


async def test_sessions_that_failed_are_told() -> None:
    each = {"domain": "example.org", "policy": "sts", "server": "", "since": NOW, "last": NOW}
    sessions = [
        Sessions(**each, result="certificate-expired", count=3, reporters=1),
        Sessions(**each, result="succeeded", count=90, reporters=1),
    ]
    condition = Condition(sessions=sessions)
    (told,) = await visited(GOOD, estate(), checks=[feedback.check], condition=condition)
    assert told.id == "RD560"
    assert told.evidence == "3 sessions: certificate-expired"
