"""The examples in policy files, run: each is a small mail, and what must come of it.

An example is proved with the rules of its own file and of `default.yaml` only, so that another file
of the same folder cannot break it, and with an invented configuration, so that it holds on every
machine: the example's host is owned by ops@example.org, and our domain is example.org.
What happens next: `relay policy check` tells what differs, for the files in `optional` too.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from relay.mail.encode import write
from relay.mail.headers import decoded
from relay.mail.message import Message
from relay.mail.parse import parse
from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.policy.decide import decide
from relay.policy.decision import DAILY, Decision, Route
from relay.policy.load import optional_files, policy_files, read_file
from relay.policy.rules import Example, Rule, Rules
from relay.policy.settings import HostSettings, IdentitySettings
from relay.reports.understand import understand

_AT = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
_IDENTITY = IdentitySettings(domain="example.org", postmaster="postmaster@example.org")
_OWNER = "ops@example.org"


def broken_examples(folder: Path) -> list[str]:
    """Return `file:line what` for each example in `folder` that does not come out as it says."""
    paths = [*policy_files(folder), *optional_files(folder)]
    files = {path: read_file(path) for path in paths}
    last = [rule for path, (rules, *_) in files.items() if path.stem == "default" for rule in rules]
    found: list[str] = []
    for path, (own, file, document) in files.items():
        rules = own if path.stem == "default" else [*own, *last]
        for number, example in enumerate(file.examples):
            place = document.place(("examples", number))
            found += [
                f'{place} the example "{example.name}": {text}'
                for text in differences(example, rules)
            ]
    return found


def differences(example: Example, rules: list[Rule]) -> Iterator[str]:
    """Yield what comes of `example` under `rules` and was not expected."""
    message = _message(example)
    host = HostSettings(name=example.host, owner=_OWNER)
    known = Rules(
        rules=tuple(rules),
        hosts={example.host.lower(): host},
        identity=_IDENTITY,
        relay="relay.example.org",
    )
    decision = decide(message, understand(message), known)
    actual = _outcome(message, decision)
    for key, expected in example.expect:
        if expected is not None and expected != actual[key]:
            yield f"{key} should be {_shown(expected)}, and is {_shown(actual[key])}"


def _outcome(message: Message, decision: Decision) -> dict[str, object]:
    """Return what an example may expect something of."""
    report = decision.report
    waits = decision.route in (Route.DIGEST, Route.COUNT)
    reached = [*(each.to for each in decision.destinations), *decision.copies]
    return {
        "verdict": report.verdict if report else None,
        "job": report.job if report else None,
        "route": decision.route,
        "subject": decision.edits.subject or decoded(message, "Subject"),
        "recipients": tuple(dict.fromkeys(reached)),
        "digest": (decision.digest or DAILY).name if waits else None,
        "expected": decision.expected,
    }


def _shown(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else f'"{value}"'


def _message(example: Example) -> Message:
    """Write the example's mail as a host would."""
    header = [
        write("From", example.from_),
        write("To", ", ".join(example.to)),
        write("Subject", example.subject),
        write("Content-Type", "text/plain; charset=utf-8"),
    ]
    body = example.body.replace("\r\n", "\n").replace("\n", "\r\n").encode()
    received = Received(
        id="EXAMPLE",
        raw=b"".join(field.raw for field in header) + b"\r\n" + body,
        envelope=Envelope(
            reverse_path=example.from_,
            recipients=tuple(Recipient(address=each) for each in example.to),
        ),
        origin=Origin(host=example.host, address="192.0.2.1", helo=example.host),
        at=_AT,
    )
    return parse(received)
