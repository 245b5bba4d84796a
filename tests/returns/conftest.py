"""The world that mail comes back to."""

from tests.flow.conftest import world

__all__ = ["world"]
