"""Settings of DKIM signing: which keys sign for which domain."""

from pathlib import Path

from pydantic import Field

from relay.settings import Section


class KeySettings(Section):
    """One key. The file says by itself whether it is RSA or Ed25519 (RFC 8463)."""

    selector: str = Field(
        description="Selector: the key is published at SELECTOR._domainkey.DOMAIN."
    )
    file: Path = Field(description="PEM file of the private key, mode 0600.")


class SigningSettings(Section):
    """DKIM (RFC 6376). With no key, mail leaves unsigned and `relay check` warns."""

    domain: str | None = Field(None, description="Signing domain (d=); identity.domain by default.")
    keys: tuple[KeySettings, ...] = Field(
        (), description="Every key signs: RSA first, Ed25519 second."
    )
