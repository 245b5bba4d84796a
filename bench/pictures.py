"""Pictures of pages for the documentation, by Debian's Chromium: small files, and nothing too wide.

Needs playwright from PyPI and Debian's packages chromium, pngquant, optipng and
fonts-roboto-unhinted.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "img"
WIDTHS = {"phone": 390, "desktop": 1000}
SCHEMES = ("light", "dark")
_CHROMIUM = "/usr/bin/chromium"
_QUIET = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=list(_QUIET), chromium_sandbox=False
        )
        yield browser
        browser.close()


@contextmanager
def tab(browser: Browser, device: str, scheme: str, *, offline: bool = False) -> Iterator[Page]:
    """Open a page of a device's width, in light or dark."""
    context = browser.new_context(
        viewport={"width": WIDTHS[device], "height": 700},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=1.3 if device == "phone" else 1,
        offline=offline,
    )
    yield context.new_page()
    context.close()


def take(page: Page, name: str) -> bool:
    """Write docs/img/NAME.png; say whether nothing is wider than the screen."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    wide = int(page.evaluate("document.documentElement.scrollWidth"))
    quantise = ("pngquant", "--force", "--strip", "--speed=1", "--nofs", "--output")
    subprocess.run([*quantise, path, "64", path], check=True)
    subprocess.run(["optipng", "-quiet", "-o4", path], check=True)
    size = page.viewport_size
    assert size is not None
    print(f"{path.name}: {size['width']} px, {path.stat().st_size // 1000} kB, content {wide} px")
    return wide <= size["width"]
