"""What pydantic found, in an operator's words: `file:line what, and what to do`.

An unknown word comes with the known one that it resembles, a missing key with its meaning. Values
are repeated only where they name a choice or a network, never where they might be a secret.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from ipaddress import ip_network
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from relay.yamlfile.document import Document, Where
from relay.yamlfile.schema import alternatives, annotation_at, fields_of

_ALIKE = 0.66
_SHOWABLE = re.compile(r"[\w .:/@*+-]{1,60}")


def quoted(text: str, noun: str) -> str:
    """Return `noun "text"`, without the text where that might be anything."""
    return f'{noun} "{text}"' if _SHOWABLE.fullmatch(text) else f"this {noun}"


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return what to do about an unknown word: the closest known one, or all of them."""
    names = list(known)
    close = difflib.get_close_matches(word.lower(), names, n=1, cutoff=_ALIKE)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"known here: {', '.join(names)}"


def problems(error: ValidationError, document: Document, model: type[BaseModel]) -> list[str]:
    """Say what `error`, from validating `document` against `model`, means to its author."""
    found = [
        f"{document.place(details['loc'])} {_described(details, document, model)}"
        for details in error.errors(include_url=False)
    ]
    return list(dict.fromkeys(found))


def _described(details: ErrorDetails, document: Document, model: type[BaseModel]) -> str:
    where, kind, value = details["loc"], details["type"], details["input"]
    if kind == "extra_forbidden":
        key = str(where[-1])
        known = fields_of(annotation_at(model, where[:-1]))
        return f"unknown {quoted(key, 'key')}; {suggestion(key, known)}"
    if kind == "missing":
        around = fields_of(annotation_at(model, where[:-1]))
        meaning = around[str(where[-1])].description if str(where[-1]) in around else None
        of = f" of {dotted(where[:-1])}" if where[:-1] else ""
        return f'the key "{where[-1]}"{of} is missing' + (f": {meaning}" if meaning else "")
    name = dotted(document.known(where))
    if kind in ("enum", "literal_error") and isinstance(value, str):
        return f"unknown {quoted(value, _noun(where))}; " + suggestion(
            value, _choices(model, where)
        )
    if kind.startswith("ip_v") and isinstance(value, str):
        return f"{name}: {_network(value)}"
    say = _TEXTS.get(kind)
    text = say(details.get("ctx", {})) if say else details["msg"].lower()
    return f"{name}: {text}" if name else text


def _says(text: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda ctx: text.format(**ctx)


_MAPPING = _says('must be a mapping: indented "key: value" lines')
_LIST = _says('must be a list: lines that begin with "- "')
_NUMBER = _says("must be a whole number")
_TEXTS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "string_type": _says("must be text; put it in quotes"),
    "path_type": _says("must be the path of a file or folder"),
    "int_parsing": _NUMBER,
    "int_type": _NUMBER,
    "int_from_float": _NUMBER,
    "float_parsing": _says("must be a number"),
    "float_type": _says("must be a number"),
    "bool_parsing": _says("must be true or false"),
    "bool_type": _says("must be true or false"),
    "enum": _says("must be one of {expected}"),
    "time_delta_type": _says("must be a duration such as 90s, 20min, 4h or 5d"),
    "greater_than": _says("must be more than {gt}"),
    "greater_than_equal": _says("must be at least {ge}"),
    "less_than": _says("must be less than {lt}"),
    "less_than_equal": _says("must be at most {le}"),
    "string_too_short": _says("must not be empty"),
    "string_too_long": _says("must be at most {max_length} characters long"),
    "value_error": _says("{error}"),
}


def _network(value: str) -> str:
    shown = quoted(value, "value")
    try:
        meant = ip_network(value, strict=False)
    except ValueError:
        return (
            f"the {shown} is no network; write one such as 192.0.2.0/24, 192.0.2.7 or 2001:db8::/32"
        )
    return f"the {shown} has bits beyond its length; write {meant}"


def _noun(where: Where) -> str:
    """Call an entry of `edits:` an edit, and the value of `tls:` a tls."""
    words = (str(step) for step in reversed(where) if not str(step).isdigit())
    name = next(words, "value")
    return name.removesuffix("s") if str(where[-1]).isdigit() else name


def _choices(model: type[BaseModel], where: Where) -> list[str]:
    for each in alternatives(annotation_at(model, where)):
        if isinstance(each, type) and issubclass(each, Enum):
            return [str(member.value) for member in each]
    return []


def dotted(where: Where) -> str:
    """Write a path as people do: `hosts[0].name`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in where)
    return "".join(steps).removeprefix(".")
