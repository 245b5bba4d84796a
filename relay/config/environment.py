"""The environment, laid over the file: `RELAY_STORE__URL`, `RELAY_UPSTREAMS__0__PASSWORD`.

Section, key and position in a list are joined by two underscores. A list or a section may also be
given whole, as JSON or YAML, a list of words with commas. Any name followed by `_FILE` takes the
value from that file, as containers hand over secrets. An empty variable is as good as none.
A name without two underscores that is no section is not ours: Kubernetes and Docker make many.
What happens next: reading.py validates the whole.
"""

import copy
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, get_origin

from pydantic import BaseModel

from relay.errors import ConfigError
from relay.yamlfile import Document, Where, annotation_at, fields_of, parse, quoted, suggestion
from relay.yamlfile.schema import alternatives

PREFIX = "RELAY_"
_FILE = "_file"
_LARGEST_SECRET = 1 << 16


class _WrongError(Exception):
    """A variable that cannot be used, and why."""


def overlay(
    document: Document, environ: Mapping[str, str], model: type[BaseModel], folder: Path
) -> tuple[Document, list[str]]:
    """Return `document` with the variables of `environ` over it, and the problems with them."""
    data, places = copy.deepcopy(document.data), dict(document.places)
    problems: list[str] = []
    for name in sorted(environ, key=_order):
        parts = name.removeprefix(PREFIX).lower().split("__")
        if not _is_ours(name, parts, model) or not environ[name] or not isinstance(data, dict):
            continue
        try:
            where, value = _read(parts, environ[name], model, folder)
            _put(data, where, value)
        except _WrongError as error:
            problems.append(f"environment {name}: {error}")
            continue
        _note(places, where, f"environment {name}")
    return Document(name=document.name, data=data, places=places), problems


def _is_ours(name: str, parts: list[str], model: type[BaseModel]) -> bool:
    section = parts[0].removesuffix(_FILE) if len(parts) == 1 else ""
    return name.startswith(PREFIX) and (not section or section in fields_of(model))


def _order(name: str) -> list[str]:
    """Sort positions by number, so that a list grows from its end."""
    return [part.zfill(6) if part.isdigit() else part for part in name.split("__")]


def _read(parts: list[str], text: str, model: type[BaseModel], folder: Path) -> tuple[Where, Any]:
    """Return the path that `parts` mean, and the value for it."""
    try:
        where = _path(parts, model)
    except _WrongError:
        if not parts[-1].endswith(_FILE):
            raise
        where = _path([*parts[:-1], parts[-1].removesuffix(_FILE)], model)
        text = _secret(folder / text)
    return where, _value(text, annotation_at(model, where))


def _path(parts: list[str], model: type[BaseModel]) -> Where:
    where: Where = ()
    for part in parts:
        annotation = annotation_at(model, where)
        fields = fields_of(annotation)
        if part in fields or _is(dict, annotation):
            where = (*where, part)
        elif part.isdigit() and _is(tuple, annotation):
            where = (*where, int(part))
        elif _is(tuple, annotation):
            raise _WrongError(f"{quoted(part, 'part')} must be a position in a list, from 0")
        else:
            raise _WrongError(f"unknown {quoted(part, 'key')}; {suggestion(part, fields)}")
    return where


def _is(kind: type, annotation: Any) -> bool:
    return any(get_origin(each) is kind for each in alternatives(annotation))


def _secret(path: Path) -> str:
    """Return what a file holds, without the line end that editors leave."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LARGEST_SECRET).rstrip("\r\n")
    except UnicodeDecodeError:
        raise _WrongError("names a file that is not UTF-8 text") from None
    except OSError as error:
        raise _WrongError(f"names a file that cannot be read: {error.strerror}") from None


def _value(text: str, annotation: Any) -> Any:
    if not (fields_of(annotation) or _is(tuple, annotation) or _is(dict, annotation)):
        return text
    if text.lstrip()[:1] in ("[", "{"):
        try:
            return parse(text, "").data
        except ConfigError:
            raise _WrongError("is neither JSON nor YAML; check quotes and brackets") from None
    return [part.strip() for part in text.split(",")]


def _put(data: Any, where: Where, value: Any) -> None:
    """Set what is at `where`, making what is missing on the way."""
    for step, after in pairwise(where):
        made: Any = [] if isinstance(after, int) else {}
        _make_room(data, step, made)
        if not isinstance(data[step], type(made)):
            data[step] = made
        data = data[step]
    _make_room(data, where[-1], None)
    data[where[-1]] = value
    if isinstance(data, dict) and isinstance(where[-1], str):
        # A secret and the file that holds it are two ways to say the same.
        data.pop(where[-1] + _FILE, None)
        data.pop(where[-1].removesuffix(_FILE) if where[-1].endswith(_FILE) else "", None)


def _make_room(data: Any, step: str | int, made: Any) -> None:
    if isinstance(data, dict):
        data.setdefault(step, made)
    elif step == len(data):
        data.append(made)
    elif isinstance(step, int) and step > len(data):
        raise _WrongError(f"position {step} is not there; the next is {len(data)}")


def _note(places: dict[Where, str], where: Where, place: str) -> None:
    """Let `place` be where everything at `where` stands."""
    for inner in [each for each in places if each[: len(where)] == where]:
        del places[inner]
    for length in range(1, len(where)):
        places.setdefault(where[:length], place)
    places[where] = place
