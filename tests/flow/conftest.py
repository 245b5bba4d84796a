"""A world in which each report leaves at once, unless a file of tests makes one of its own."""

import pytest

from relay.store.store import Store
from tests.conftest import Clock
from tests.flow.world import NOW_FOR_ALL, World


@pytest.fixture
def world(store: Store, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "now.yaml").write_text(NOW_FOR_ALL)
    return World(store, clock, folder)
