"""Mailboxes of From, To and their like, however they are written (RFC 5322 s3.4).

`mailboxes` reads a field's value in one pass and takes what hosts send: `root`, `root (Cron
Daemon)`, `"(Cron Daemon)" <root@web01>`, groups, source routes, rubbish between commas. An entry
without anything like an address is dropped. The addresses are as written: whether one of them can
be answered is another question, for `is_public` and for policy.
What happens next: reports and policy match on them, encode.py writes them.
"""

import re
from dataclasses import dataclass

from relay.mail.headers import clean, decode_words, first, flat
from relay.mail.message import Message

_LONGEST = 1 << 16
_TOKEN = re.compile(
    r'(?P<quoted>"(?:[^"\\]|\\.)*+"?)'
    r"|<(?P<angle>[^>]*+)>?"
    r"|(?P<end>[,;])"
    r"|(?P<colon>:)"
    r"|(?P<comment>\()"
    r"|(?P<space>\s++)"
    r'|(?P<word>(?:\[[^\]\s]{0,80}+\]|[^\s"<,;:(])++)'
)
_PARENTHESIS = re.compile(r"[^()\\]++|\\.|[()]")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"?')
_BACKSLASH = re.compile(r"\\(.)")
_ADDRESS = re.compile(
    r"([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*)"
    r"@((?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)"
)
# RFC 2606, RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`: names that no public server resolves.
_PRIVATE = {"localhost", "local", "localdomain", "internal", "lan", "home", "corp", "invalid"}
_PRIVATE |= {"intranet", "private", "arpa", "test", "onion", "workgroup"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A display name, decoded and maybe empty, and the address beside it, as written."""

    name: str
    address: str


def mailbox(message: Message, name: str) -> Mailbox | None:
    """Return the first mailbox of the first field called `name`."""
    field = first(message, name)
    found = mailboxes(flat(field)) if field else ()
    return found[0] if found else None


def mailboxes(text: str) -> tuple[Mailbox, ...]:
    """Return the mailboxes of a field's value, encoded words still in it."""
    text = text[:_LONGEST]
    found: list[Mailbox] = []
    entry = _Entry()
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:  # a stray `<` or `)` cannot happen, but go on in any case
            at += 1
            continue
        at = token.end()
        if token["comment"]:
            comment, at = _comment(text, at)
            entry.comments.append(comment)
        elif token["end"]:
            found += entry.finish()
            entry = _Entry()
        elif token["colon"]:
            entry = _Entry()  # what came before was a group's name
        else:
            entry.take(token)
    return (*found, *entry.finish())


class _Entry:
    """What is known of one mailbox: its words, each as written; its comments; its `<...>`."""

    def __init__(self) -> None:
        self.words: list[list[str]] = []
        self.comments: list[str] = []
        self.angle: str | None = None
        self.spaced = True

    def take(self, token: re.Match[str]) -> None:
        """Add a token that is no separator."""
        if token["angle"] is not None:
            self.angle = self.angle or token["angle"]
        elif token["space"] is None:
            if self.spaced:
                self.words.append([])
            self.words[-1].append(token[0])
        self.spaced = token["quoted"] is None and token["word"] is None

    def finish(self) -> list[Mailbox]:
        """Return the mailbox, or nothing where there is no address."""
        words = ["".join(pieces) for pieces in self.words]
        address = self.angle
        if address is None:
            address = next((word for word in reversed(words) if "@" in word), None)
            address = words[0] if address is None and len(words) == 1 else address
            words = [word for word in words if word != address]
        name = " ".join(map(_unquoted, words)) or " ".join(self.comments)
        address = _routeless(address or "")
        return [Mailbox(name=clean(decode_words(name)), address=address)] if address else []


def _comment(text: str, at: int) -> tuple[str, int]:
    """Read a comment from after its parenthesis; they nest (RFC 5322 s3.2.2)."""
    depth = 1
    start = at
    while depth and at < len(text):
        token = _PARENTHESIS.match(text, at)
        piece = token[0] if token else text[at]
        depth += {"(": 1, ")": -1}.get(piece, 0)
        at += len(piece)
    return _BACKSLASH.sub(r"\1", text[start : at - (not depth)]), at


def _unquoted(word: str) -> str:
    return _QUOTED.sub(lambda match: _BACKSLASH.sub(r"\1", match[1]), word)


def _routeless(address: str) -> str:
    """Remove white space, and a source route (RFC 5322 s4.4)."""
    address = "".join(address.split()) if '"' not in address else address.strip()
    return address.rpartition(":")[2] if address.startswith("@") else address


def split(address: str) -> tuple[str, str]:
    """Return local part and domain, the domain in lower case; it may be empty."""
    local, at, domain = address.rpartition("@")
    return (local, domain.rstrip(".").lower()) if at else (address, "")


def normalise(address: str) -> str:
    """Return `address` in the form to compare by: its domain in lower case, without a dot."""
    local, domain = split(address)
    return f"{local}@{domain}" if domain else local


def is_address(text: str) -> bool:
    """Say whether `text` is an addr-spec that can be written as it stands, in ASCII."""
    local, _, domain = text.rpartition("@")
    return len(local) <= 64 and len(domain) <= 253 and _ADDRESS.fullmatch(text) is not None


def is_public(address: str) -> bool:
    """Say whether people elsewhere could answer to `address`: its domain might be in public DNS."""
    domain = split(address)[1]
    labels = domain.split(".")
    return is_address(address) and len(labels) > 1 and labels[-1] not in _PRIVATE


def aligned(one: str, other: str) -> bool:
    """Say whether one domain is the other or below it (relaxed alignment, RFC 9989 s4.4).

    Real organisational domains are found by DNS; whoever owns a name owns what is below it.
    """
    one, other = f".{one.lower()}", f".{other.lower()}"
    return one.endswith(other) or other.endswith(one)
