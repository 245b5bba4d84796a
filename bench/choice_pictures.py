"""`python -m bench.choice_pictures`: the pages on which recipients choose, as they see them.

A relay's store with a few jobs, the real pages on loopback. Writes docs/img/choice-*.png, and says
where a page is wider than its screen.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from bench.pictures import SCHEMES, WIDTHS, chromium, tab, take
from relay.store.store import Store
from tests.conftest import Clock
from tests.flow.world import NOW_FOR_ALL, SUCCESS, World, failure
from tests.web.site import Site, serving

JOBS = {
    "web01": ("rsync of www", "dump of shop", "certificates"),
    "db01": ("nightly dump", "borg home"),
    "nas": ("copy to the other site",),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        fits = _pictures(Path(folder))
    sys.exit(not all(fits))


def _pictures(folder: Path) -> list[bool]:
    clock = Clock()
    (folder / "now.yaml").write_text(NOW_FOR_ALL)
    with Store(f"sqlite:///{folder / 'relay.db'}", "node", clock) as store:
        world = World(store, clock, folder)
        for host, jobs in JOBS.items():
            for job in jobs:
                clock.advance(minutes=7)
                world.send(failure() if job == "borg home" else SUCCESS, subject=job, host=host)
        with serving(world) as site:
            return _shown(site)


def _shown(site: Site) -> list[bool]:
    fits = []
    with chromium() as browser:
        for device in WIDTHS:
            for scheme in SCHEMES:
                with tab(browser, device, scheme) as page:
                    page.goto(f"http://127.0.0.1:{site.port}{site.link()}")
                    fits.append(take(page, f"choice-unsubscribe-{device}-{scheme}"))
                    page.get_by_role("link").click()
                    _choose(page)
                    fits.append(take(page, f"choice-preferences-{device}-{scheme}"))
    return fits


def _choose(page: Page) -> None:
    page.get_by_label("Everything").select_option("daily")
    page.get_by_label("All of nas").select_option("failures")


if __name__ == "__main__":
    main()
