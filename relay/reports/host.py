"""Which host a report is about: its full name where the mail knows it.

Asked in this order: the trace of a local submission (the oldest `Received`), the host in cron's
subject, completed by the full names found elsewhere, a sender that is a system account, the
Message-ID, the HELO name. Names that say nothing (`localhost`) are skipped. Where the mail knows
no full name, the configured one of the session's origin counts, and a short one of the mail's
only where that says nothing either.
What happens next: understand.py puts it into the report.
"""

from collections.abc import Iterable, Iterator

import re2

from relay.reports.letter import Letter
from relay.reports.senders import address, is_system, submitted_locally

_NAME = re2.compile(r"(?i)[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_BY = re2.compile(r"(?i)\bby\s+([\w.-]+)")
_FROM = re2.compile(r"(?i)^from\s+([\w.-]+)\s+\(")
_NAMELESS = {"localhost", "localhost.localdomain", "localdomain", "local", "unknown", "mail"}


def find_host(letter: Letter, said: str | None) -> str | None:
    """Return the host; `said` is what a reader found, often a short name."""
    names = list(dict.fromkeys(_names(letter)))
    full = [name for name in names if "." in name]
    if said:
        short = said.lower().rstrip(".")
        known = (name for name in full if name == short or name.startswith(f"{short}."))
        if _is_name(short):
            return next(known, _completed(short, letter, full))
    return _best(full, names, letter)


def _completed(short: str, letter: Letter, hosts: list[str]) -> str:
    """Return a short name with the domain of a system account that sends for it."""
    local, _, domain = address(letter.first("from")).rpartition("@")
    if "." in short or "." not in domain or domain in hosts or not is_system(local):
        return short
    return f"{short}.{domain}"


def _best(full: list[str], names: list[str], letter: Letter) -> str | None:
    configured = letter.origin_host
    if full or (configured and _is_name(configured.lower())):
        return full[0] if full else configured
    return names[0] if names else configured


def _names(letter: Letter) -> Iterator[str]:
    """Yield the names that the mail gives its host, the best first."""
    candidates = (*_traced(letter), *_sending(letter), letter.helo)
    for name in (each.lower().rstrip(".") for each in candidates):
        if _is_name(name):
            yield name


def _traced(letter: Letter) -> Iterable[str]:
    """Return the name in the oldest trace field: where the mail was submitted."""
    traces = letter.every("received")
    if not traces:
        return ()
    oldest = traces[-1]
    by, sender = _BY.search(oldest), _FROM.match(oldest)
    if submitted_locally(oldest) or sender is None:
        return (by.group(1),) if by else ()
    names = [sender.group(1)]
    if names[0].lower() in _NAMELESS and by:
        names.append(by.group(1))
    return names


def _sending(letter: Letter) -> Iterable[str]:
    """Return the domains of a system account and of a Message-ID made on the host."""
    sender = address(letter.first("from")) or (letter.reverse_path or "").lower()
    local, _, domain = sender.rpartition("@")
    made = letter.first("message-id").strip("<> ").rpartition("@")[2]
    hosts = {(letter.origin_host or "").partition(".")[0], letter.helo.partition(".")[0]}
    of_a_host = is_system(local) and domain.count(".") > 1
    if of_a_host or made == domain or domain.partition(".")[0] in hosts:
        return (domain, made)
    return (made,)


def _is_name(name: str) -> bool:
    if name in _NAMELESS or name.endswith((".localhost", ".localdomain")):
        return False
    return bool(_NAME.fullmatch(name)) and not name.replace(".", "").isdigit()
