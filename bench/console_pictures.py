"""`python -m bench.console_pictures`: the operator's pages after a month of a few hosts.

A relay's store, the real pages on loopback. Writes docs/img/console-*.png, and says where a page is
wider than its screen.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from bench.pictures import SCHEMES, chromium, tab, take
from relay.store.store import Store
from tests.conftest import Clock
from tests.flow.world import World
from tests.web.console import PASSWORD, Console, console
from tests.web.month import LIAR, live

SHOWN = {
    "overview": "/",
    "fleet": "/fleet",
    "job": "/job?host={}&job={}".format(*LIAR),
    "message": "/message/{lie}",
    "queue": "/queue",
    "policy": "/policy",
    "digests": "/digests",
    "preview": "/digests/preview?recipient=ops@example.org&name=daily",
    "recipient": "/recipient?address=ops@example.org",
    "recipients": "/recipients",
    "messages": "/messages",
    "domains": "/domains",
    "ledger": "/ledger",
    "login": "/login",
}
KEPT = ("overview", "fleet", "job", "message")
"""Those that the documentation shows, on both devices, in light and dark."""


def main() -> None:
    wanted = sys.argv[1:] or list(KEPT)
    with tempfile.TemporaryDirectory() as folder:
        fits = _pictures(Path(folder), wanted)
    sys.exit(not all(fits))


def _pictures(folder: Path, wanted: list[str]) -> list[bool]:
    clock = Clock()
    with Store(f"sqlite:///{folder / 'relay.db'}", "relay-1", clock) as store:
        world = World(store, clock)
        lie = live(world)
        with console(world) as site:
            return _shown(site, lie, wanted)


def _shown(site: Console, lie: str, wanted: list[str]) -> list[bool]:
    fits = []
    with chromium() as browser:
        for device in ("phone", "desktop"):
            for scheme in SCHEMES:
                with tab(browser, device, scheme) as page:
                    if device == "desktop":
                        page.set_viewport_size({"width": 1280, "height": 800})
                    log_in(page, site.port)
                    for name in wanted:
                        path = SHOWN[name].format(lie=lie)
                        page.goto(f"http://127.0.0.1:{site.port}{path}")
                        fits.append(take(page, f"console-{name}-{device}-{scheme}"))
    return fits


def log_in(page: Page, port: int, name: str = "alice") -> None:
    """Log in by the form."""
    page.goto(f"http://127.0.0.1:{port}/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("navigation").wait_for()


if __name__ == "__main__":
    main()
