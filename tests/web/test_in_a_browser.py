"""The public pages as people meet them: on a phone, by keyboard, in the dark, without scripts.

axe-core looks for what keeps people out; nothing that it calls serious may be there.
"""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from bench.pictures import SCHEMES, WIDTHS, chromium
from relay.choice.choice import Level
from tests.flow.world import SUCCESS, failure
from tests.web.site import Site

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.parametrize("store_url", ["sqlite"], indirect=True),
]
LOOKS = [(device, scheme) for device in WIDTHS for scheme in SCHEMES]


@pytest.fixture
def served(site: Site) -> Site:
    for number in range(3):
        site.world.send(SUCCESS, subject=f"copy of {number:x}x", host=f"web0{number}")
    site.world.send(failure(), subject="copy of <b>mail</b> & \N{RIGHT-TO-LEFT OVERRIDE}more")
    return site


@pytest.fixture
def browser(served: Site) -> Iterator[Browser]:
    """A browser, started after the world was made: both want this thread for a loop."""
    del served
    with chromium() as running:
        yield running


def opened(browser: Browser, site: Site, path: str, **how: object) -> Page:
    context = browser.new_context(**how)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{site.port}{path}")
    return page


def looked_at(browser: Browser, site: Site, path: str, device: str, scheme: str) -> Page:
    return opened(
        browser,
        site,
        path,
        viewport={"width": WIDTHS[device], "height": 700},
        color_scheme=scheme,
        bypass_csp=True,  # or axe could not be put into the page
    )


def found_by_axe(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [each["id"] for each in found if each["impact"] in ("serious", "critical")]


@pytest.mark.parametrize(("device", "scheme"), LOOKS)
def test_axe_finds_nothing_serious_and_nothing_is_too_wide(
    browser: Browser, served: Site, device: str, scheme: str
) -> None:
    ask = looked_at(browser, served, served.link(), device, scheme)
    pages = {"ask": found_by_axe(ask)}
    more = ask.get_by_role("link").get_attribute("href")
    ask.get_by_role("button").click()
    pages["done"] = found_by_axe(ask)
    for name, path in (("preferences", more), ("refused", "/u/x"), ("home", "/")):
        page = looked_at(browser, served, str(path), device, scheme)
        for each in page.locator("summary").all():
            each.click()
        pages[name] = found_by_axe(page)
        assert int(page.evaluate("document.documentElement.scrollWidth")) <= WIDTHS[device]
        page.context.close()
    ask.context.close()
    assert pages == {name: [] for name in pages}


def test_a_keyboard_is_enough_and_so_is_a_browser_without_scripts(
    browser: Browser, served: Site
) -> None:
    page = opened(browser, served, served.link(), java_script_enabled=False)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Done").wait_for()
    assert [level for _, level in served.level()] == [Level.NOTHING]
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("heading", name="Taken back").wait_for()
    assert served.level() == []
    page.context.close()


def test_the_narrowest_phone_shows_all_of_it(browser: Browser, served: Site) -> None:
    for path in (served.link(), re.findall(r'href="(/p/[^"]+)"', served.get(served.link()))[0]):
        page = opened(browser, served, path, viewport={"width": 320, "height": 600})
        assert int(page.evaluate("document.documentElement.scrollWidth")) <= 320
        for each in page.locator("main :is(select, button, h1, label)").all():
            box = each.bounding_box()
            assert box is not None
            assert 0 <= box["x"] <= box["x"] + box["width"] <= 320
        page.context.close()


def test_what_has_the_focus_is_seen(browser: Browser, served: Site) -> None:
    page = opened(browser, served, served.link())
    page.get_by_role("link").click()
    for tag in ("SELECT", "SUMMARY", "BUTTON"):
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName") == tag:
                break
        drawn = page.evaluate("getComputedStyle(document.activeElement).outline")
        assert "3px" in drawn, tag
    page.context.close()


def test_nothing_is_loaded_but_the_page_and_its_style(browser: Browser, served: Site) -> None:
    context = browser.new_context()
    page, asked, refused = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"http://127.0.0.1:{served.port}{served.link()}")
    assert [each for each in asked if each not in served.link()] == ["style.css"]
    assert refused == []
    assert context.cookies() == []
    context.close()


def test_each_choice_has_a_name_that_is_read_aloud(browser: Browser, served: Site) -> None:
    page = opened(browser, served, served.link())
    page.get_by_role("link").click()
    page.get_by_label("Everything").select_option("weekly")
    page.get_by_label("All of web01.acme.example").select_option("failures")
    page.get_by_role("button", name="Save").click()
    assert "Saved" in page.get_by_role("status").inner_text()
    assert dict(served.level()) == {
        "everything": Level.WEEKLY,
        "everything on web01.acme.example": Level.FAILURES,
    }
    page.context.close()


def test_a_hostile_name_adds_no_element(browser: Browser, served: Site) -> None:
    page = opened(browser, served, served.link())
    page.get_by_role("link").click()
    assert page.locator("main b, main script, main img").count() == 0
    assert "<b>mail</b>" in page.locator("main").inner_text()
    page.context.close()
