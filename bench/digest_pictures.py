"""`python -m bench.digest_pictures`: the two sample digests, as a mail client shows them.

Writes docs/img/digest-*.png, and says where a page is wider than its screen.
"""

import sys

from bench.digest_samples import bad, calm
from bench.pictures import SCHEMES, WIDTHS, chromium, tab, take
from relay.pipeline.digest.page import page
from relay.pipeline.digest.sheet import sheet


def main() -> None:
    pages = {"calm": page(sheet(*calm())), "bad": page(sheet(*bad()))}
    fits = []
    with chromium() as browser:
        for name, html in pages.items():
            for device in WIDTHS:
                for scheme in SCHEMES:
                    with tab(browser, device, scheme, offline=True) as shown:
                        shown.set_content(html)
                        fits.append(take(shown, f"digest-{name}-{device}-{scheme}"))
    sys.exit(not all(fits))


if __name__ == "__main__":
    main()
