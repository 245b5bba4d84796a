"""SPF as a receiver evaluates it (RFC 7208 s4), with the two limits that break records in practice.

`evaluate` follows one address through a record. With no address, none of its mechanisms match, so
all of them are looked at: that gives the number of look-ups that the worst case costs. Records of
strangers are walked, so look-ups are bounded even then, and a loop ends at that bound.
What happens next: checks/spf.py judges the result.
"""

import ipaddress
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum

from relay.domains.lookup import Answer, Dns
from relay.domains.macro import Macros, expand
from relay.domains.settings import Address

MOST_LOOKUPS, MOST_VOID = 10, 2  # RFC 7208 s4.6.4
_COUNTED = 40  # how far a record beyond the limit is followed, to say how far beyond it is
_MOST_NAMES = 10
_TERM = re.compile(
    r"(?i)(?P<sign>[-+?~]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)"
    r"(?::(?P<of>[^/\s]\S*?))?(?P<cidr>/\d{1,3}(?://\d{1,3})?|//\d{1,3})?"
)
_MODIFIER = re.compile(r"(?i)(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>\S*)")
_NETWORK = re.compile(r"(?i)(?P<sign>[-+?~]?)ip[46]:(?P<network>[0-9a-f:.]+(?:/\d{1,3})?)")


class Outcome(StrEnum):
    """The results of RFC 7208 s2.6."""

    PASS = "pass"  # noqa: S105 - a result, not a password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    NONE = "none"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


_SIGNS = {
    "": Outcome.PASS,
    "+": Outcome.PASS,
    "-": Outcome.FAIL,
    "~": Outcome.SOFTFAIL,
    "?": Outcome.NEUTRAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What came out, by which term or for which reason, and what it cost."""

    outcome: Outcome
    why: str
    lookups: int
    void: int


class _StoppedError(Exception):
    """The evaluation ends here, whatever else the record says."""

    def __init__(self, outcome: Outcome, why: str) -> None:
        super().__init__(why)
        self.outcome = outcome


async def evaluate(dns: Dns, domain: str, helo: str, address: Address | None) -> Evaluation:
    """Return what a receiver would make of mail from `address` with a sender at `domain`."""
    macros = Macros(sender=f"postmaster@{domain}", helo=helo, address=address)
    walk = _Walk(dns=dns, address=address, macros=macros)
    try:
        outcome, why = await walk.check(domain)
    except _StoppedError as stop:
        outcome, why = stop.outcome, str(stop)
    return Evaluation(outcome=outcome, why=why, lookups=walk.lookups, void=walk.void)


def records_in(answer: Answer) -> list[str]:
    """Return the SPF records among TXT records (RFC 7208 s4.5)."""
    found = (each for each in answer.records if each.lower().split(" ", 1)[0] == "v=spf1")
    return list(found)


@dataclass(slots=True, kw_only=True)
class _Walk:
    dns: Dns
    address: Address | None
    macros: Macros
    lookups: int = 0
    void: int = 0
    _inside: list[str] = field(default_factory=list)

    async def check(self, domain: str) -> tuple[Outcome, str]:
        """Evaluate the record of `domain` (check_host, RFC 7208 s4)."""
        answer = await self.dns.ask(domain, "TXT")
        if answer.failed:
            raise _StoppedError(Outcome.TEMPERROR, f"{domain}: {answer.failed}")
        found = records_in(answer)
        if len(found) > 1:
            raise _StoppedError(Outcome.PERMERROR, f"{domain} has {len(found)} SPF records")
        if not found:
            return Outcome.NONE, f"{domain} has no SPF record"
        self._inside.append(domain.lower())
        outcome, why = await self._terms(domain, found[0].split()[1:])
        self._inside.pop()
        return outcome, why

    async def _terms(self, domain: str, terms: list[str]) -> tuple[Outcome, str]:
        parsed = [_parsed(domain, term) for term in terms]  # s4.6: syntax first, all of it
        for term, match in zip(terms, parsed, strict=True):
            if "=" not in term and match and await self._matches(domain, term, match):
                return _SIGNS[match["sign"]], f"{term} of {domain}"
        redirects = [term[9:] for term in terms if term.lower().startswith("redirect=")]
        if len(redirects) > 1:
            raise _StoppedError(Outcome.PERMERROR, f"{domain} redirects twice")
        if redirects and self._unknowable(redirects[0]):
            self._count(f"redirect={redirects[0]}")
        elif redirects:
            return await self._redirected(domain, redirects[0])
        return Outcome.NEUTRAL, f"no term of {domain} matches"

    async def _redirected(self, domain: str, target: str) -> tuple[Outcome, str]:
        name = self._expanded(domain, target)
        self._count(f"redirect={name}")
        outcome, why = await self.check(name)
        if outcome is Outcome.NONE:  # s6.1
            raise _StoppedError(Outcome.PERMERROR, f"{domain} redirects to {name}, and {why}")
        return outcome, why

    async def _matches(self, domain: str, term: str, match: re.Match[str]) -> bool:
        if "network" in match.groupdict():
            return self._within(match["network"])
        if match["name"].lower() == "all":
            return True
        self._count(term)
        of = match["of"]
        if self._unknowable(of):
            return False
        return await self._found(domain, self._expanded(domain, of) if of else domain, match)

    async def _found(self, domain: str, target: str, match: re.Match[str]) -> bool:
        """Look up whether a mechanism matches at `target`."""
        name = match["name"].lower()
        if name == "include":
            return await self._included(domain, target)
        if name == "ptr":
            return False  # s5.5: not to be used; receivers that skip it are right
        if name == "exists":
            return bool((await self._asked(target, "A")).records) and self.address is not None
        names = [target] if name == "a" else await self._mail_servers(target)
        return await self._any_address(names, match["cidr"] or "")

    async def _included(self, domain: str, target: str) -> bool:
        outcome, why = await self.check(target)
        if outcome is Outcome.NONE:  # s5.2
            raise _StoppedError(Outcome.PERMERROR, f"{domain} includes {target}, but {why}")
        return outcome is Outcome.PASS

    async def _mail_servers(self, domain: str) -> list[str]:
        records = (await self._asked(domain, "MX")).records
        if len(records) > _MOST_NAMES:
            raise _StoppedError(
                Outcome.PERMERROR, f"{domain} has more than {_MOST_NAMES} MX records"
            )
        return [each.split()[-1] for each in records]

    async def _any_address(self, names: list[str], cidr: str) -> bool:
        four, _, six = cidr.removeprefix("/").partition("//") if cidr[:2] != "//" else ("", "", "")
        widths = {4: four or "32", 6: (cidr[2:] if cidr[:2] == "//" else six) or "128"}
        found = [each async for each in self._addresses(names)]
        return any(
            self._within(f"{each}/{widths[ipaddress.ip_address(each).version]}") for each in found
        )

    async def _addresses(self, names: list[str]) -> AsyncIterator[str]:
        for name in names:
            if self.address is None:
                answer = await self.dns.addresses(name)
                self._void(answer)
            else:
                answer = await self._asked(name, "A" if self.address.version == 4 else "AAAA")
            for each in answer.records:
                yield each

    async def _asked(self, name: str, kind: str) -> Answer:
        answer = await self.dns.ask(name, kind)
        self._void(answer)
        return answer

    def _void(self, answer: Answer) -> None:
        if answer.failed:
            raise _StoppedError(Outcome.TEMPERROR, answer.failed)
        self.void += answer.empty
        if self.void > MOST_VOID and self.address is not None:
            raise _StoppedError(Outcome.PERMERROR, f"more than {MOST_VOID} look-ups find nothing")

    def _count(self, term: str) -> None:
        self.lookups += 1
        most = MOST_LOOKUPS if self.address is not None else _COUNTED
        if self.lookups > most:
            raise _StoppedError(Outcome.PERMERROR, f"{term} is one look-up more than {most}")

    def _within(self, network: str) -> bool:
        try:
            found = ipaddress.ip_network(network, strict=False)
        except ValueError:
            raise _StoppedError(Outcome.PERMERROR, f"{network} is no network") from None
        return found.prefixlen == 0 if self.address is None else self.address in found

    def _unknowable(self, target: str | None) -> bool:
        """Say whether a name depends on an address, and there is none."""
        return self.address is None and target is not None and "%{" in target

    def _expanded(self, domain: str, text: str) -> str:
        name = expand(text, self.macros, domain)
        if name is None:
            raise _StoppedError(Outcome.PERMERROR, f"{text} of {domain} is no name")
        return name


def _parsed(domain: str, term: str) -> re.Match[str] | None:
    """Return the parts of a term, None for a modifier; stop at what is neither."""
    match = _NETWORK.fullmatch(term) or _TERM.fullmatch(term)
    plain = match and match.groupdict().get("name", "").lower()
    needs, takes_none = ("include", "exists"), ("all", "ip4", "ip6")
    if match and plain:
        wrong = plain in needs and not match["of"]
        wrong = wrong or (plain in takes_none and bool(match["of"] or match["cidr"]))
        if wrong or plain in ("ip4", "ip6"):
            match = None
    if match is None and not _MODIFIER.fullmatch(term):
        raise _StoppedError(Outcome.PERMERROR, f'"{term}" of {domain} is no term of SPF')
    return match
