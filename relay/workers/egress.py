"""Now and then: have each upstream depart from the address that is in force.

A remedy may have changed it, here or on another node; it is read, not announced.
What happens next: delivery/dial.py connects from there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from relay.delivery.send import Upstream
from relay.store.situation import in_force
from relay.store.store import Store


@dataclass(slots=True, kw_only=True)
class Egress:
    """The step; `sources` are the configured addresses, None for the system's choice."""

    store: Store
    upstreams: Mapping[str, Upstream]
    sources: Mapping[str, str | None]
    _present: dict[str, str | None] = field(default_factory=dict)

    async def step(self) -> bool:
        """Change what is to be changed."""
        remedies = await self.store.read(in_force)
        for name, upstream in self.upstreams.items():
            own = self.sources.get(name)
            wanted = remedies[name].source_address or own if name in remedies else own
            if wanted != self._present.get(name, own):
                upstream.depart_from(wanted)
            self._present[name] = wanted
        return False
