"""A signer that notices a rotation: the ring is looked at before each signature.

A ring or a key that cannot be read changes nothing: what was loaded goes on signing, and the next
mail tries again.
What happens next: workers/pool.py has one in each process.
"""

from dataclasses import dataclass, field
from datetime import datetime

from relay.errors import KeyUnusableError
from relay.signing.keyfile import Stamp, stamp
from relay.signing.keys import load_keys
from relay.signing.settings import SigningSettings
from relay.signing.sign import Signer


@dataclass(slots=True)
class LiveSigner:
    """Signs by the keys of `settings` as they are now; to make one, they must be readable."""

    settings: SigningSettings
    domain: str
    _signer: Signer = field(init=False)
    _stamp: Stamp = field(init=False)

    def __post_init__(self) -> None:
        self._stamp = stamp(self.settings.home)  # before the keys: whatever changes later, is seen
        self._signer = Signer(keys=load_keys(self.settings, self.domain))

    def sign(self, content: bytes, at: datetime) -> bytes:
        """Return the signature fields to put in front of `content`, verified on the result."""
        self._refresh()
        return self._signer.sign(content, at)

    def _refresh(self) -> None:
        present = stamp(self.settings.home)
        if present == self._stamp:
            return
        try:
            self._signer = Signer(keys=load_keys(self.settings, self.domain))
        except KeyUnusableError:
            return
        self._stamp = present
