"""What a YAML file holds, and where each piece of it stands.

Paths are keys and positions from the top: `("hosts", 0, "name")`. A place is text, `config.yaml:12`
or `environment RELAY_X`, because other sources are laid over the file and have no lines.
What happens next: wording.py puts the place in front of a problem.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Plain data, and where each piece of it stands; `name` is how errors call the file."""

    name: str
    data: Any
    places: Mapping[Where, str]

    def place(self, where: Where) -> str:
        """Return the place of `where`, or of the closest thing around it."""
        return self.places.get(self.known(where), f"{self.name}:1")

    def known(self, where: Where) -> Where:
        """Return the longest beginning of `where` that is written in the file."""
        while where and where not in self.places:
            where = where[:-1]
        return where
