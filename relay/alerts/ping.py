"""The ping outward: whoever waits for it notices our own death, which we cannot tell.

Plain GET to a URL such as healthchecks.io gives; the URL is a secret.
What happens next: workers/ping.py sends it while the store answers.
"""

import asyncio
import urllib.error
import urllib.request
from http import HTTPStatus

_SECONDS = 10


async def ping(url: str) -> str | None:
    """Fetch `url`; return why that failed, None if it did not."""
    return await asyncio.to_thread(_fetch, url)


def _fetch(url: str) -> str | None:
    if not url.startswith(("https://", "http://")):
        return "the URL is neither https:// nor http://"
    request = urllib.request.Request(url, headers={"User-Agent": "honest-relay"})  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310 - likewise
            response.read(1 << 16)
    except urllib.error.HTTPError as error:
        error.close()
        return f"HTTP status {error.code} {HTTPStatus(error.code).phrase}"
    except (OSError, ValueError) as error:
        return type(error).__name__
    return None
