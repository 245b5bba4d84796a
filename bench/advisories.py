"""Is a library installed that has a known hole? A pinned list, so that it works without a network.

Each row is the first version that is mended, with the advisory. The list is of what this project
depends on, directly or not; a new advisory is a new row. `make check` runs this; where a network is
at hand, `pip-audit` asks for more.
"""

import sys
from importlib.metadata import PackageNotFoundError, version

from packaging.version import Version

MENDED = (
    ("aiosmtpd", "1.4.5", "CVE-2024-27305: SMTP smuggling by other line ends than CRLF"),
    ("aiosmtpd", "1.4.6", "CVE-2024-34083: commands injected before STARTTLS were kept"),
    ("cryptography", "43.0.1", "GHSA-h4gh-qq45-vh27: OpenSSL in the wheels, CVE-2024-6119"),
    ("dnspython", "2.6.1", "CVE-2023-29483: a forged answer ended a look-up (TuDoor)"),
    ("h11", "0.16.0", "CVE-2025-43859: request smuggling by lenient chunks"),
    ("idna", "3.7", "CVE-2024-3651: quadratic time on long names"),
    ("Jinja2", "3.1.6", "CVE-2025-27516: out of the sandbox by |attr"),
    ("lxml", "4.9.1", "CVE-2022-2309: a crash on malformed input"),
    ("Mako", "1.2.2", "CVE-2022-40023: quadratic time of a pattern"),
    ("python-multipart", "0.0.18", "CVE-2024-53981: one log line for each stray byte"),
    ("PyYAML", "5.4", "CVE-2020-14343: full_load ran code"),
    ("requests", "2.32.4", "CVE-2024-47081: credentials of netrc to another host"),
    ("starlette", "0.40.0", "CVE-2024-47874: form fields without a bound"),
    ("starlette", "0.47.2", "CVE-2025-54121: the loop blocked by a large file of a form"),
    ("starlette", "0.49.1", "CVE-2025-62727: quadratic time on a Range header"),
    ("urllib3", "2.5.0", "CVE-2025-50181: redirects followed although forbidden"),
    ("uvicorn", "0.11.7", "CVE-2020-7694: log lines forged by a path"),
)


def holes() -> list[str]:
    """Return a sentence for each installed version with a hole that the list knows."""
    found = []
    for name, mended, advisory in MENDED:
        try:
            installed = version(name)
        except PackageNotFoundError:
            continue
        if Version(installed) < Version(mended):
            found.append(f"{name} {installed} is older than {mended}: {advisory}")
    return found


def main() -> int:
    """Print what is wrong; the exit status is 1 if anything is."""
    found = holes()
    print("\n".join(found) or f"{len(MENDED)} advisories, none of them open here")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
