"""A mail with which nothing is wrong, and others that differ from it in one thing."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from relay.lint.finding import Breach
from relay.lint.lint import lint
from relay.lint.mail import Site

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PAGES = "https://reports.example.org/u/"
PATH = "r+x1=abc@reports.example.org"
SITE = Site(
    domain="example.org",
    postal_address="Example Ltd, 1 Example Road",
    opt_out_url=PAGES,
    opt_out=lambda address: "good" in address,
)
NOTHING_KNOWN = Site()
COVERED = (
    "from:to:cc:subject:date:message-id:list-id:list-unsubscribe:list-unsubscribe-post"
    ":mime-version:content-type"
)
SIGNATURE = f"v=1; a=rsa-sha256; d=example.org; s=k; c=relaxed/relaxed; h={COVERED}; bh=x; b=y"
TEXT = (
    "OK: 3 files.\r\n\r\n"
    "sent 1,234 bytes\r\n"
    "--\r\n"
    f"Stop these mails: {PAGES}good1\r\n"
    "Example Ltd,\r\n1 Example Road\r\n"
)
FIELDS = {
    "DKIM-Signature": SIGNATURE,
    "Received": "from web01 ([192.0.2.7]) by relay.example.org with ESMTP id X1;"
    " Tue, 24 Nov 2026 12:00:00 +0000",
    "From": "web01 rsync <web01@reports.example.org>",
    "To": "anna@example.net",
    "Subject": "[OK] web01 rsync /srv/www: 3 files",
    "Date": "Tue, 24 Nov 2026 12:00:00 +0000",
    "Message-ID": "<X1@reports.example.org>",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=us-ascii",
    "Auto-Submitted": "auto-generated",
    "List-Id": "<rsync.web01.reports.example.org>",
    "List-Unsubscribe": f"<{PAGES}good1>, <mailto:out+good1@reports.example.org>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


@dataclass(frozen=True, kw_only=True)
class Look:
    """Everything that a check is given."""

    content: bytes
    path: str | None = PATH
    site: Site = SITE

    def breaches(self) -> tuple[Breach, ...]:
        return lint(self.content, self.path, self.site, NOW)

    def ids(self) -> set[str]:
        return {breach.rule.id for breach in self.breaches()}


def mail(changes: dict[str, str | None] | None = None, text: str = TEXT, raw: bytes = b"") -> Look:
    """Return the good mail with other fields (None: without it), another text, more on top."""
    fields = {**FIELDS, **(changes or {})}
    head = "".join(f"{name}: {text}\r\n" for name, text in fields.items() if text is not None)
    return Look(content=raw + (head + "\r\n" + text).encode("utf-8", "surrogateescape"))


def html(source: str, plain: str = TEXT, kind: str = "alternative") -> Look:
    """Return the good mail with HTML beside its text, or alone where `plain` is empty."""
    shown = f"--b\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n" if plain else ""
    body = f"{shown}--b\r\nContent-Type: text/html\r\n\r\n{source}\r\n--b--\r\n"
    return mail({"Content-Type": f"multipart/{kind}; boundary=b"}, body)


def attached(name: str) -> Look:
    """Return the good mail with a file of this name."""
    parts = (
        f"--b\r\nContent-Type: text/plain\r\n\r\n{TEXT}\r\n"
        "--b\r\nContent-Type: application/octet-stream\r\n"
        f"Content-Disposition: attachment; {name}\r\n\r\nx\r\n--b--\r\n"
    )
    return mail({"Content-Type": "multipart/mixed; boundary=b"}, parts)


def signed(old: str, new: str) -> Look:
    """Return the good mail with another signature."""
    assert old in SIGNATURE
    return mail({"DKIM-Signature": SIGNATURE.replace(old, new)})


def seen_from(path: str | None, look: Look) -> Look:
    return replace(look, path=path)


def known(look: Look, **changes: object) -> Look:
    """Return `look` for a site that differs."""
    return replace(look, site=replace(look.site, **changes))  # type: ignore[arg-type]
