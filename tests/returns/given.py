"""Mails of the corpus as they came back, and how one is compared with the file beside it."""

from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from relay.mail.message import Message
from relay.mail.parse import parse
from tests.mail.receiving import received

MAILS = Path(__file__).parent / "mails"
OURS = "r+m7q2x4=0f3c9a1b5d7e8f20@relay.example.com"
_OF_THE_TEST = ("kind", "envelope_sender")
_CONTAINED = ("text", "why")


def expected(path: Path) -> dict[str, Any]:
    """Return what the file beside a mail says of it."""
    told: dict[str, Any] = yaml.safe_load(path.with_suffix(".yaml").read_text("utf-8"))
    return told


def came_back(raw: bytes, reverse_path: str = "") -> Message:
    """Return a mail that came to one of our envelope senders."""
    return parse(received(raw, OURS, sender=reverse_path))


def mail(path: Path) -> Message:
    """Return a mail of the corpus, with the line ends of SMTP."""
    raw = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return came_back(raw, expected(path)["envelope_sender"])


def differences(found: Any, told: Any, name: str = "") -> list[str]:
    """Return where `found` is not what was told; of a text a piece is told, of a record a part."""
    if isinstance(told, dict):
        pairs = [pair for pair in told.items() if pair[0] not in _OF_THE_TEST]
        return [d for key, value in pairs for d in differences(getattr(found, key), value, key)]
    if isinstance(told, list):
        if len(found) != len(told):
            return [f"{name}: {len(found)} of them, not {len(told)}"]
        each = zip(found, told, strict=True)
        return [d for one, other in each for d in differences(one, other, name)]
    if name in _CONTAINED and told:
        return [] if told in found else [f"{name}: {told!r} is not in {found!r}"]
    value = found.value if isinstance(found, Enum) else found
    return [] if value == told else [f"{name}: {value!r}, not {told!r}"]
