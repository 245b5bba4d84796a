"""Which rules apply to a mail.

Names are compared with globs, in any case; subject and body are searched with RE2, in linear time
whatever the pattern and the mail are. Each pattern is compiled once in a process; the text of a
mail is read only if a rule wants it.
What happens next: decide.py carries out what the rules order.
"""

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Any

import re2

from relay.mail.address import mailbox
from relay.mail.headers import decoded
from relay.mail.message import Message
from relay.mail.text import read_lines
from relay.policy.rules import Match, Rule
from relay.reports.report import Report


class Scene:
    """A mail and its report, as rules look at them."""

    def __init__(self, message: Message, report: Report) -> None:
        self.message = message
        self.report = report

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The names by which rules may call the host: the report's, short and long, and ours."""
        said = self.report.host or ""
        return tuple(filter(None, (said, short(said), self.message.received.origin.host)))

    @cached_property
    def senders(self) -> tuple[str, ...]:
        """The address in From, and the envelope's."""
        sender = mailbox(self.message, "From")
        envelope = self.message.received.envelope.reverse_path
        return (sender.address, envelope) if sender else (envelope,)

    @cached_property
    def recipients(self) -> tuple[str, ...]:
        """The addresses of the envelope."""
        return tuple(each.address for each in self.message.received.envelope.recipients)

    @cached_property
    def subject(self) -> bytes:
        """The sender's subject, decoded, in UTF-8."""
        return decoded(self.message, "Subject").encode("utf-8", "replace")

    @cached_property
    def text(self) -> bytes:
        """The text of the body, decoded, in UTF-8."""
        return "\n".join(read_lines(self.message)).encode("utf-8", "replace")


def short(host: str) -> str:
    """Return the first label of a host's name; an address is a name as it stands."""
    if ":" in host or host.replace(".", "").isdigit():
        return host
    return host.partition(".")[0]


def applying(rules: Iterable[Rule], scene: Scene) -> list[Rule]:
    """Return the rules that apply, in order."""
    return [rule for rule in rules if matches(rule.match, scene)]


def matches(match: Match, scene: Scene) -> bool:
    """Say whether all that `match` asks for is true of `scene`."""
    report = scene.report
    return (
        (not match.kind or report.kind in match.kind)
        and (not match.verdict or report.verdict in match.verdict)
        and (not match.host or like(match.host, scene.hosts))
        and (not match.job or like(match.job, (report.job or "",)))
        and (not match.sender or like(match.sender, scene.senders))
        and (not match.recipient or like(match.recipient, scene.recipients))
        and (match.subject is None or _found(match.subject, scene.subject))
        and (match.body is None or _found(match.body, scene.text))
    )


def like(globs: Iterable[str], names: Iterable[str]) -> bool:
    """Say whether one of `names` is like one of `globs`."""
    encoded = [name.encode("utf-8", "replace") for name in names]
    return any(_glob(glob).fullmatch(name) is not None for glob in globs for name in encoded)


def _found(pattern: str, text: bytes) -> bool:
    return _compiled(pattern).search(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Any:
    """Compile a pattern; ^ and $ mean a line's ends, as in grep."""
    return re2.compile(f"(?m:{pattern})".encode())


@lru_cache(maxsize=4096)
def _glob(glob: str) -> Any:
    """Compile a glob: * is anything, ? one character, everything else itself."""
    spelled = re2.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return re2.compile(f"(?is:{spelled})".encode())
