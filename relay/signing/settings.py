"""Settings of DKIM signing: which keys sign for which domain, and when they are replaced."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from relay.settings import Duration, Section


class KeySettings(Section):
    """One key. The file says by itself whether it is RSA or Ed25519 (RFC 8463)."""

    selector: str = Field(
        description="Selector: the key is published at SELECTOR._domainkey.DOMAIN."
    )
    file: Path = Field(description="PEM file of the private key, mode 0600.")
    domain: str | None = Field(
        None, description="Signs mail whose From is at, above or below it; signing.domain."
    )


class SigningSettings(Section):
    """DKIM (RFC 6376). With no key, mail leaves unsigned and `relay check` warns."""

    domain: str | None = Field(None, description="Signing domain (d=); identity.domain by default.")
    keys: tuple[KeySettings, ...] = Field(
        (), description="Keys of the From's domain sign: RSA first, Ed25519 second."
    )
    folder: Path | None = Field(
        None, description="Folder of keys made by rotation; that of the first key by default."
    )
    rotate_every: Duration | None = Field(
        None, description="Make new keys so often; by hand only, if not set."
    )
    keep_old: Duration = Field(
        timedelta(days=7), description="How long the old key stays in the DNS after the switch."
    )

    @property
    def home(self) -> Path | None:
        """Return the folder of keys and of the state of their rotation, None without any key."""
        return self.folder or (self.keys[0].file.parent if self.keys else None)
