"""Every configuration key stands in docs/config.md and in config.yaml."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relay.config import Config
from relay.yamlfile import annotation_at, fields_of

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/config.md").read_text()
SHIPPED = (ROOT / "config.yaml").read_text()


def keys(model: Any, above: str = "") -> Iterator[str]:
    """Yield the full name of every key that holds a value."""
    for key, field in fields_of(model).items():
        inner = field.annotation
        entry = annotation_at(model, (key, 0))
        if fields_of(inner):
            yield from keys(inner, f"{above}{key}.")
        elif fields_of(entry):
            yield from keys(entry, f"{above}{key}[].")
        else:
            yield f"{above}{key}"


KEYS = list(keys(Config))


def test_the_keys_are_found() -> None:
    assert {"identity.from", "hosts[].networks", "upstreams[].times.final"} <= set(KEYS)
    assert len(KEYS) > 60


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_documented(key: str) -> None:
    assert f"| `{key}` |" in DOCUMENT


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_shown_in_the_shipped_configuration(key: str) -> None:
    name = key.rpartition(".")[2]
    # `password` itself is only mentioned: it belongs into a file of its own.
    assert f"{name}:" in SHIPPED
