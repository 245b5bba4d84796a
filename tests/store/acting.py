"""A world whose operator gives orders: good news waits for a digest, the rest leaves at once."""

from pathlib import Path

from relay.store.acts import perform
from relay.store.store import Store
from tests.conftest import Clock
from tests.flow.world import World

_RULES = """\
rules:
  - name: good news can wait
    match: {verdict: success}
    then: {route: digest}
"""


def made(store: Store, clock: Clock, folder: Path) -> World:
    """Return a world with nothing in it, whose rules lie in `folder`."""
    return World(store, clock, policies(folder))


def policies(folder: Path) -> Path:
    """Return a folder of such rules."""
    made_there = folder / "acting-policies"
    made_there.mkdir()
    (made_there / "waits.yaml").write_text(_RULES)
    return made_there


def do(world: World, act: str, **arguments: str | None) -> list[str]:
    """Do an act, and all that falls due by it."""
    done = world.store.write_now(lambda tx: perform(tx, act, arguments))
    world.work()
    return done
