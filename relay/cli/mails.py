"""Mails in files, and what to try on them: what `relay explain`, `policy` and `lint` share."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.markup import escape

from relay.assembly import site
from relay.backtest import with_folder
from relay.cli.console import err
from relay.cli.options import DEFAULT_CONFIG, read_outline
from relay.config import rules
from relay.lint.mail import Site
from relay.policy.load import load_rules
from relay.policy.rules import Rules
from relay.policy.settings import IdentitySettings
from relay.policy.shipped import shipped_folder


def policy_folder(path: Path) -> Path:
    """Return the configured folder of policies; without any configuration, the shipped one."""
    return shipped_folder() if _unconfigured(path) else read_outline(path).policy.folder


def rules_in(path: Path, folder: Path | None) -> Rules:
    """Return the rules in `folder`, or else those that are configured, or else the shipped ones."""
    if not _unconfigured(path):
        config = read_outline(path)
        return rules(config) if folder is None else rules(with_folder(config, folder))
    nobody = IdentitySettings(domain="relay.example", postmaster="postmaster@relay.example")
    return load_rules(folder or shipped_folder(), (), nobody, "relay.example")


def site_in(path: Path) -> Site:
    """Return what the configuration says of ourselves; without one, nothing is known."""
    if _unconfigured(path):
        return Site()
    return site(read_outline(path))


def on_the_wire(raw: bytes) -> bytes:
    """Return a mail from a file, which has its system's line ends, with CRLF (RFC 5322 s2.3)."""
    return raw if b"\r\n" in raw else raw.replace(b"\n", b"\r\n")


def _unconfigured(path: Path) -> bool:
    return path == DEFAULT_CONFIG and not path.exists()


def read_mails(files: Iterable[Path]) -> Iterator[tuple[str, bytes | None]]:
    """Yield each file's name and bytes; None, with a word on it, where it cannot be read."""
    for file in files:
        try:
            yield str(file), sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        except OSError as error:
            err.print(f"[red]error:[/] {escape(str(file))}: {error.strerror}")
            yield str(file), None
