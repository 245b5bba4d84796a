"""The operator's pages as people meet them: on a phone, by keyboard, in the dark, as they change.

axe-core looks for what keeps people out; nothing that it calls serious may be there.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bench.console_pictures import SHOWN, log_in
from bench.pictures import SCHEMES, WIDTHS, chromium
from relay.store.store import Store
from tests.conftest import Clock
from tests.flow.world import World
from tests.web.console import NAMES, Console, console
from tests.web.month import PARTIAL, live

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.timeout(300)]
LOOKS = [(device, scheme) for device in WIDTHS for scheme in SCHEMES]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Console, str]]:
    """A month of a few hosts, and the ID of a report that lied."""
    clock, folder = Clock(), tmp_path_factory.mktemp("month")
    with Store(f"sqlite:///{folder / 'relay.db'}", "relay-1", clock) as store:
        world = World(store, clock)
        lie = live(world)
        with console(world) as site:
            yield site, lie


@pytest.fixture(scope="module")
def browser(month: tuple[Console, str]) -> Iterator[Browser]:
    """A browser, started after the world was made: both want this thread for a loop."""
    del month
    with chromium() as running:
        yield running


def opened(browser: Browser, site: Console, name: str = "alice", **how: object) -> Page:
    page = browser.new_context(**how).new_page()  # type: ignore[arg-type]
    log_in(page, site.port, name)
    return page


def go(page: Page, site: Console, path: str) -> None:
    page.goto(f"http://127.0.0.1:{site.port}{path}")


def sent(site: Console, job: str, host: str) -> str:
    """Have a report of a failure come in; the browser has this thread for its loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(site.world.send, PARTIAL, subject=f"{job}: failed", host=host).result()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("device", "scheme"), LOOKS)
def test_axe_finds_nothing_serious_on_any_page_and_nothing_is_too_wide(
    browser: Browser, month: tuple[Console, str], name: str, device: str, scheme: str
) -> None:
    site, lie = month
    size = {"width": WIDTHS[device], "height": 700}
    page = opened(browser, site, name, viewport=size, color_scheme=scheme, bypass_csp=True)
    found, wide = {}, {}
    for title, path in SHOWN.items():
        go(page, site, path.format(lie=lie))
        page.evaluate("document.querySelectorAll('main > details').forEach(d => d.open = true)")
        violations = Axe().run(page).response["violations"]
        found[title] = [
            (each["id"], [node["target"] for node in each["nodes"]][:3])
            for each in violations
            if each["impact"] in ("serious", "critical")
        ]
        wide[title] = int(page.evaluate("document.documentElement.scrollWidth"))
    page.context.close()
    assert found == {title: [] for title in found}
    assert max(wide.values()) <= WIDTHS[device], wide


def test_the_narrowest_phone_shows_all_of_it(browser: Browser, month: tuple[Console, str]) -> None:
    site, lie = month
    page = opened(browser, site, viewport={"width": 360, "height": 640})
    for title, path in SHOWN.items():
        go(page, site, path.format(lie=lie))
        assert int(page.evaluate("document.documentElement.scrollWidth")) <= 360, title
        for each in page.locator("main :is(h1, h2, button, input, select)").all():
            box = each.bounding_box()
            if box is not None and box["width"] > 1:
                assert 0 <= box["x"] <= box["x"] + box["width"] <= 360, title
    page.context.close()


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_refused(
    browser: Browser, month: tuple[Console, str]
) -> None:
    site, lie = month
    page = browser.new_context().new_page()
    asked, said = set[str](), list[str]()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    log_in(page, site.port)
    for path in SHOWN.values():
        go(page, site, path.format(lie=lie))
    page.context.close()
    assert asked == {f"127.0.0.1:{site.port}"}
    assert said == []


def test_a_keyboard_is_enough_to_act(browser: Browser, month: tuple[Console, str]) -> None:
    site, _ = month
    site.world.away = True
    waits = sent(site, "rsync /srv/more", "media")
    site.world.away = False
    page = browser.new_context(java_script_enabled=False).new_page()
    go(page, site, "/login")
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery")
    page.keyboard.press("Enter")
    page.get_by_role("navigation").wait_for()
    page.keyboard.press("Tab")
    assert "Skip" in page.locator(":focus").inner_text()
    go(page, site, f"/message/{waits}")
    page.locator("summary", has_text="Act on").focus()
    page.keyboard.press("Enter")
    form = page.locator("form.act", has=page.get_by_role("button", name="Hold"))
    form.get_by_label("Reason").focus()
    page.keyboard.type("by keyboard")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    assert "by keyboard" in page.locator(".story").inner_text()
    assert "alice" in page.locator(".story").inner_text()
    page.context.close()


def test_what_has_the_focus_is_seen(browser: Browser, month: tuple[Console, str]) -> None:
    site, _ = month
    page = opened(browser, site)
    go(page, site, "/fleet")
    for tag in ("A", "INPUT", "SELECT", "BUTTON"):
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName") == tag:
                break
        assert "3px" in page.evaluate("getComputedStyle(document.activeElement).outline"), tag
    page.context.close()


def test_the_overview_changes_while_somebody_looks_and_ends_with_the_session(
    browser: Browser, month: tuple[Console, str]
) -> None:
    site, _ = month
    page = opened(browser, site)
    expect(page.locator("[data-live-state]")).to_have_text("live")
    assert "rsync /srv/fresh" not in page.locator("main").inner_text()
    sent(site, "rsync /srv/fresh", "aaa")
    expect(page.locator("[data-live]")).to_contain_text("rsync /srv/fresh", timeout=10_000)
    other = page.context.new_page()
    go(other, site, "/fleet")
    other.get_by_role("button", name="Log out").click()
    page.wait_for_url(re.compile("/login$"), timeout=15_000)
    page.context.close()


def test_a_preview_runs_nothing_and_opens_nothing(
    browser: Browser, month: tuple[Console, str]
) -> None:
    site, _ = month
    page = opened(browser, site)
    go(page, site, SHOWN["preview"])
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).to_contain_text("monthly copy")
    assert page.locator("iframe").get_attribute("sandbox") == ""
    page.context.close()


def test_paper_has_no_buttons(browser: Browser, month: tuple[Console, str]) -> None:
    site, lie = month
    page = opened(browser, site)
    go(page, site, f"/message/{lie}")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").is_visible()
    assert page.locator("button:visible").count() == 0
    page.context.close()
