"""What every package's settings are made of: a frozen section, durations and sizes.

Each package defines the settings that it uses; `config.py` only composes them. Durations are
written `90s`, `20min`, `4h`, `5d`, sizes `256kB` or `25MiB`; plain numbers are seconds and bytes.
"""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_BYTES = {
    "B": 1,
    "kB": 1000,
    "KiB": 1 << 10,
    "MB": 10**6,
    "MiB": 1 << 20,
    "GB": 10**9,
    "GiB": 1 << 30,
}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)")


class Section(BaseModel):
    """A part of the configuration: immutable, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _scaled(value: object, units: dict[str, int], what: str) -> object:
    if not isinstance(value, str):
        return value
    if value.isdigit():
        return int(value)
    match = _QUANTITY.fullmatch(value.strip())
    if match is None or match[2] not in units:
        raise ValueError(f"is no {what}; write a number and one of {', '.join(units)}")
    return float(match[1]) * units[match[2]]


def _duration(value: object) -> object:
    seconds = _scaled(value, _SECONDS, "duration")
    return timedelta(seconds=seconds) if isinstance(seconds, int | float) else seconds


def _size(value: object) -> object:
    size = _scaled(value, _BYTES, "size")
    return int(size) if isinstance(size, float) else size


Duration = Annotated[timedelta, BeforeValidator(_duration, json_schema_input_type=str | int)]
Size = Annotated[int, BeforeValidator(_size, json_schema_input_type=str | int)]
