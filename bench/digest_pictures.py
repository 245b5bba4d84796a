"""`python -m bench.digest_pictures`: the two sample digests, as a mail client shows them.

Needs playwright from PyPI and Debian's packages chromium, pngquant, optipng and
fonts-roboto-unhinted. Writes docs/img/digest-*.png, and says where a page is wider than its screen.
"""

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.digest_samples import bad, calm
from relay.pipeline.digest.page import page
from relay.pipeline.digest.sheet import sheet

FOLDER = Path(__file__).parent.parent / "docs" / "img"
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
WIDTHS = {"phone": 390, "desktop": 1000}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    pages = {"calm": page(sheet(*calm())), "bad": page(sheet(*bad()))}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(QUIET), chromium_sandbox=False
        )
        fits = [
            _picture(browser, html, name, device, scheme)
            for name, html in pages.items()
            for device in WIDTHS
            for scheme in ("light", "dark")
        ]
        browser.close()
    sys.exit(not all(fits))


def _picture(browser: Browser, html: str, name: str, device: str, scheme: str) -> bool:
    """Take one picture; say whether nothing is wider than the screen."""
    width = WIDTHS[device]
    context = browser.new_context(
        viewport={"width": width, "height": 700},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=1.3 if device == "phone" else 1,
        offline=True,
    )
    tab = context.new_page()
    tab.set_content(html)
    path = FOLDER / f"digest-{name}-{device}-{scheme}.png"
    tab.screenshot(path=path, full_page=True)
    wide = int(tab.evaluate("document.documentElement.scrollWidth"))
    context.close()
    quantise = ("pngquant", "--force", "--strip", "--speed=1", "--nofs", "--output")
    subprocess.run([*quantise, path, "64", path], check=True)
    subprocess.run(["optipng", "-quiet", "-o4", path], check=True)
    print(f"{path.name}: {width} px, {path.stat().st_size // 1000} kB, content {wide} px wide")
    return wide <= width


if __name__ == "__main__":
    main()
