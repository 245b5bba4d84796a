"""A running site for every test of the pages."""

from collections.abc import Iterator

import pytest

from relay.store.store import Store
from tests.conftest import Clock
from tests.flow.world import NOW_FOR_ALL, World
from tests.web.site import Site, serving


@pytest.fixture
def site(store: Store, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "now.yaml").write_text(NOW_FOR_ALL)
    with serving(World(store, clock, folder)) as running:
        yield running
