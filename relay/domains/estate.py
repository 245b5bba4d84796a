"""What is ours: the domains, names, addresses and keys that records are made of and checked for.

It holds the public halves of keys only. config/estate.py makes it from the configuration.
What happens next: records.py says what the DNS must hold for it, doctor.py looks whether it does.
"""

from dataclasses import dataclass
from pathlib import Path

from relay.domains.settings import Address, DomainsSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKey:
    """The public half of a key that signs, as its TXT record must have it."""

    selector: str
    domain: str
    text: str

    @property
    def name(self) -> str:
        """Return where the record stands."""
        return f"{self.selector}._domainkey.{self.domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A socket of ours with a certificate of its own."""

    place: str
    certificate: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """All identities in use, and what the operator wants the DNS to say of them.

    `reports` is where receivers' reports go.
    """

    from_domains: tuple[str, ...]
    bounce_domain: str
    hostname: str
    helos: tuple[str, ...]
    egress: tuple[Address, ...]
    keys: tuple[PublishedKey, ...]
    postmaster: str
    reports: str
    spf_terms: tuple[str, ...]
    listeners: tuple[Listener, ...]
    wishes: DomainsSettings

    @property
    def domains(self) -> tuple[str, ...]:
        """Return every domain that mail of ours carries, each once."""
        named = (*self.from_domains, self.bounce_domain, *(key.domain for key in self.keys))
        return tuple(dict.fromkeys(named))
