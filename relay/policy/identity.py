"""From patterns: `{host} {job} <{host}@{domain}>` filled in so that any server takes the result.

What a mail says about host and job may be anything. In the display name it stays readable, but an
address there (the target of a backup) loses its `@`, which filters take for spoofing. In the
address it becomes atoms (RFC 5321 s4.1.2) of at most 64 characters, in the domain letters, digits
and hyphens. Whatever comes in, an address comes out.
What happens next: decide.py puts it into the edits, rewrite/identity.py into the header.
"""

import re
import unicodedata

from relay.mail.address import is_address
from relay.mail.headers import clean
from relay.policy.template import fill, problem

NAMES = ("host", "job", "domain")
_NOT_ATOM = re.compile(r"[^A-Za-z0-9+_.-]+")
_NOT_LABEL = re.compile(r"[^A-Za-z0-9-]+")
_AT = re.compile(r"(?<=\w)@(?=\w)")
_HYPHENS = re.compile(r"-{2,}")
_DOTS = re.compile(r"[-.]*\.[-.]*")
_LONGEST_LOCAL = 64
_LONGEST_LABEL = 63
_LONGEST_NAME = 120
_LOCAL = "relay"
_SAMPLE = {"host": "web01", "job": "backup"}


def pattern_problem(pattern: str) -> str | None:
    """Return what is wrong with a From pattern, and what to do; None if nothing is."""
    found = problem(pattern, NAMES)
    if found:
        return found
    _, address = _parts(pattern)
    filled = fill(address, {**_SAMPLE, "domain": "example.org"})
    if not is_address(filled) or "." not in filled.rpartition("@")[2]:
        return "names no address; write one as in {host} {job} <{host}@{domain}>"
    if "{job}" in address.rpartition("@")[2]:
        return "a job is no domain; write {domain} there"
    return None


def pattern_domain(pattern: str, domain: str) -> str:
    """Return the domain that From has with this pattern."""
    filled = fill(_parts(pattern)[1], {**_SAMPLE, "domain": domain})
    return filled.rpartition("@")[2].lower()


def originator(pattern: str, host: str, job: str, domain: str) -> tuple[str, str]:
    """Return display name and address; `host` is a short name, `job` may be empty."""
    name, address = _parts(pattern)
    values = {"host": host, "job": _AT.sub(" at ", job), "domain": domain}
    local_pattern, _, domain_pattern = address.rpartition("@")
    local = _local({"host": host, "job": job, "domain": domain}, local_pattern)
    label = _NOT_LABEL.sub("-", host).strip("-").lower()[:_LONGEST_LABEL].strip("-")
    filled = f"{local}@{fill(domain_pattern, {'host': label or 'host', 'domain': domain})}"
    shown = " ".join(clean(fill(name, values)).split())[:_LONGEST_NAME].strip()
    return shown, filled if is_address(filled) else f"{_LOCAL}@{domain}"


def _parts(pattern: str) -> tuple[str, str]:
    """Return the display name's pattern and the address's."""
    name, bracket, address = pattern.rpartition("<")
    if not bracket:
        return "", pattern.strip()
    return name.strip().strip('"'), address.rstrip().removesuffix(">")


def _local(values: dict[str, str], pattern: str) -> str:
    atoms = {name: slug(text) for name, text in values.items()}
    local = slug(fill(pattern, atoms))[:_LONGEST_LOCAL]
    return local.strip("-.") or _LOCAL


def slug(text: str) -> str:
    """Return `text` as atoms, in lower case and without accents."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    atoms = _HYPHENS.sub("-", _NOT_ATOM.sub("-", plain))
    return _DOTS.sub(".", atoms).strip("-.").lower()
