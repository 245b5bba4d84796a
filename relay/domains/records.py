"""Every record that the DNS must hold for the identities in use. Pure: the estate is the input.

A record that only the operator can decide on (how strict DMARC is, where bounces arrive) is made
from `domains` in the configuration; where nothing is set it is left out or careful, never a guess
that could lose mail: DMARC begins with p=none, and MTA-STS is printed only if asked for.
What happens next: standing.py looks up what stands there now, cli/dns.py prints both.
"""

import hashlib
import ipaddress
import re
from dataclasses import dataclass

from relay.domains.estate import Estate

_TXT_STRING = 255  # RFC 1035 s3.3.14
_MAX_AGE = 604800
_BAREWORD = re.compile(r'["\\]')


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record to publish. `value` is the text of a TXT record, else as in a zone file."""

    name: str
    type: str
    value: str
    why: str

    @property
    def zone_line(self) -> str:
        """Return the record as a line of a zone file."""
        value = f"( {quoted(self.value)} )" if self.type == "TXT" else self.value
        return f"{self.name}. IN {self.type} {value}"


def quoted(text: str) -> str:
    """Return the text of a TXT record as the strings of a zone file."""
    parts = [text[at : at + _TXT_STRING] for at in range(0, len(text), _TXT_STRING)] or [""]
    return " ".join('"' + _BAREWORD.sub(r"\\\g<0>", part) + '"' for part in parts)


def wanted(estate: Estate) -> tuple[Record, ...]:
    """Return all records to publish for `estate`, those of one domain together."""
    return (
        *_return_path(estate),
        *_spf(estate),
        *_dkim(estate),
        *_dmarc(estate),
        *_mta_sts(estate),
        *_tls_reports(estate),
        *_names(estate),
    )


def spf_text(estate: Estate) -> str | None:
    """Return the SPF record that lets our egress pass, None where nobody knows what it is."""
    terms = [f"ip{each.version}:{each}" for each in estate.egress]
    terms += [each for each in estate.spf_terms if each not in terms]
    return " ".join(("v=spf1", *terms, "-all")) if terms else None


def policy_text(estate: Estate) -> str | None:
    """Return the MTA-STS policy file (RFC 8461 s3.2), None if there is to be none."""
    mode, mx = estate.wishes.mta_sts, estate.wishes.mx
    if mode == "none" or mx is None:
        return None
    return f"version: STSv1\r\nmode: {mode}\r\nmx: {mx}\r\nmax_age: {_MAX_AGE}\r\n"


def policy_url(domain: str) -> str:
    """Return where the MTA-STS policy of `domain` is served (RFC 8461 s3.3)."""
    return f"https://mta-sts.{domain}/.well-known/mta-sts.txt"


def zone_fragment(records: tuple[Record, ...]) -> str:
    """Return the records as lines of a zone file, each under the reason for it."""
    lines: list[str] = []
    for record in records:
        # A reverse zone is another's: the line is there to be copied to whoever runs it.
        lines += [f"; {record.why}", record.zone_line]
    return "".join(f"{line}\n" for line in lines)


def _return_path(estate: Estate) -> list[Record]:
    if estate.wishes.mx is None:
        return []
    why = "bounces, complaints and opt-outs by mail arrive here"
    value = f"10 {estate.wishes.mx}."
    return [Record(name=estate.bounce_domain, type="MX", value=value, why=why)]


def _spf(estate: Estate) -> list[Record]:
    text = spf_text(estate)
    if text is None:
        return []
    found = [_txt(estate.bounce_domain, text, "SPF of the envelope sender (RFC 7208)")]
    # RFC 7208 s2.3: a bounce has no sender, so the HELO name is checked in its place.
    helos = [each for each in estate.helos if each != estate.bounce_domain]
    why = "SPF of the name in EHLO, for our own bounces"
    return found + [_txt(each, "v=spf1 a -all", why) for each in helos if estate.egress]


def _dkim(estate: Estate) -> list[Record]:
    return [_txt(key.name, key.text, "DKIM key (RFC 6376)") for key in estate.keys]


def _dmarc(estate: Estate) -> list[Record]:
    policy, reports = estate.wishes.dmarc_policy, estate.reports
    # RFC 9989 has no pct=, rf= and ri= any more.
    text = f"v=DMARC1; p={policy}; rua=mailto:{_uri(reports)}"
    why = "DMARC (RFC 9989): what to do with mail that is not ours"
    found = [_txt(f"_dmarc.{each}", text, why) for each in estate.from_domains]
    asked = reports.rpartition("@")[2].lower()
    for each in estate.from_domains:
        if asked != each and not asked.endswith(f".{each}") and not each.endswith(f".{asked}"):
            why = f"{asked} agrees to get reports about {each} (RFC 9990 s4)"
            found.append(_txt(f"{each}._report._dmarc.{asked}", "v=DMARC1;", why))
    return found


def _mta_sts(estate: Estate) -> list[Record]:
    text = policy_text(estate)
    if text is None:
        return []
    # RFC 8461 s3.1: the id changes whenever the policy does.
    policy_id = hashlib.sha256(text.encode()).hexdigest()[:20]
    why = f"MTA-STS (RFC 8461); the policy itself is served at {policy_url(estate.bounce_domain)}"
    return [_txt(f"_mta-sts.{estate.bounce_domain}", f"v=STSv1; id={policy_id}", why)]


def _tls_reports(estate: Estate) -> list[Record]:
    if estate.wishes.mx is None:
        return []  # no mail comes to us by TLS, so there is nothing to report
    text = f"v=TLSRPTv1; rua=mailto:{_uri(estate.reports)}"
    return [_txt(f"_smtp._tls.{estate.bounce_domain}", text, "TLS reports (RFC 8460)")]


def _names(estate: Estate) -> list[Record]:
    """Return what leads from an egress to its name and back, as receivers expect."""
    found = []
    for helo in estate.helos[:1]:
        for each in estate.egress:
            kind = "A" if each.version == 4 else "AAAA"
            why = "the name in EHLO leads to the address that we send from"
            found.append(Record(name=helo, type=kind, value=str(each), why=why))
        for each in estate.egress:
            name = ipaddress.ip_address(each).reverse_pointer
            why = f"and back; whoever provides {each} sets this"
            found.append(Record(name=name, type="PTR", value=f"{helo}.", why=why))
    return found


def _txt(name: str, text: str, why: str) -> Record:
    return Record(name=name, type="TXT", value=text, why=why)


def _uri(address: str) -> str:
    """Return an address as a mailto URI holds it in a record (RFC 9989 s4.7)."""
    return address.replace("%", "%25").replace(",", "%2C").replace("!", "%21").replace(";", "%3B")
