"""YAML to plain data, with the place of every piece of it; what could surprise is refused.

There are no tags, anchors, aliases or merge keys, no duplicate keys, no second document, and caps
on size and depth, so a file can neither run code nor grow when it is read. Plain words mean what
they look like: only `true`, `false`, `null`, `~` and decimal numbers are not text, so `no`, `on`
and `06:30` stay text. No error repeats a value that might be a secret.
What happens next: config/ and policy/load.py validate the data with pydantic.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from relay.errors import ConfigError
from relay.yamlfile.document import Document, Where
from relay.yamlfile.wording import quoted

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,17}\.[0-9]{1,17}")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


def read(path: Path, name: str | None = None) -> Document:
    """Read the file at `path`; raise ConfigError with every problem of its form."""
    name = name or str(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError([f"{name}: cannot be read: {error.strerror}"]) from None
    if len(data) > MAX_BYTES:
        raise ConfigError([f"{name}: is larger than {MAX_BYTES >> 20} MiB; split it"])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError([f"{name}:{line} is not UTF-8; save the file as UTF-8"]) from None
    return parse(text, name)


def parse(text: str, name: str) -> Document:
    """Parse `text`; raise ConfigError as `read` does."""
    reader = _Reader(name)
    try:
        data = reader.document(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        reader.report(line, "holds a control character; remove it")
    except yaml.MarkedYAMLError as error:
        reader.report(getattr(error.problem_mark, "line", 0) + 1, _syntax(error))
    if reader.problems:
        raise ConfigError(reader.problems)
    return Document(name=name, data=data, places=reader.places)


def _syntax(error: yaml.MarkedYAMLError) -> str:
    """Say what is wrong with the form. The parser's own words may quote the text: no secrets."""
    problem = str(error.problem or "")
    if "\\t" in problem or "tab" in problem:
        return "a tab cannot indent; use spaces"
    if "mapping values are not allowed" in problem:
        return 'a ": " is not expected here; put the text in quotes, or check the indentation'
    if "expected ':'" in problem or "expected <block end>" in problem:
        return 'is not understood; write "key: value", and indent the keys of a section equally'
    return "is not valid YAML; check quotes, brackets and indentation"


class _Reader:
    """Builds data from the parser's events, and notes the place of everything."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[Where, str] = {}
        self.problems: list[str] = []

    def report(self, line: int, text: str) -> None:
        """Note a problem."""
        self.problems.append(f"{self.name}:{line} {text}")

    def document(self, events: Iterable[yaml.Event]) -> Any:
        """Return the data of the only document; an empty one is an empty mapping."""
        stream = (
            event
            for event in events
            if not isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent)
        )
        data: Any = None
        for number, event in enumerate(stream):
            if isinstance(event, yaml.DocumentStartEvent):
                if number:
                    self.report(_line(event), 'begins a second document; remove the "---"')
                    return None
            elif not isinstance(event, yaml.DocumentEndEvent):
                data = self.value(event, stream, ())
        return {} if data is None else data

    def value(self, event: yaml.Event, events: Iterator[yaml.Event], where: Where) -> Any:
        """Return the data that begins with `event`."""
        line = _line(event)
        self.places.setdefault(where, f"{self.name}:{line}")
        if len(where) > MAX_DEPTH:
            self.report(line, f"is nested deeper than {MAX_DEPTH} levels")
            raise ConfigError(self.problems)
        if isinstance(event, yaml.AliasEvent):
            self.report(line, "uses an alias (*name), which is not allowed; write it out, or quote")
            return None
        assert isinstance(event, yaml.NodeEvent)  # noqa: S101 - what else a value can begin with
        if event.anchor:
            self.report(line, "uses an anchor (&name), which is not allowed; remove it, or quote")
        if getattr(event, "tag", None):
            self.report(line, "uses a tag (!name), which is not allowed; remove it, or quote")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(events, where)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, where)
        assert isinstance(event, yaml.ScalarEvent)  # noqa: S101 - no other kind is left
        return event.value if event.style else _plain(event.value)

    def _list(self, events: Iterator[yaml.Event], where: Where) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self.value(event, events, (*where, len(items))))
        return items

    def _mapping(self, events: Iterator[yaml.Event], where: Where) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            line = _line(event)
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                self.report(line, "has a key that is no plain word")
                raise ConfigError(self.problems)
            key = event.value
            if key in items:
                first = self.places[(*where, key)].rpartition(":")[2]
                self.report(
                    line,
                    f"{quoted(key, 'key')} is there twice (line {first}); remove one of the two",
                )
            self.places.setdefault((*where, key), f"{self.name}:{line}")
            items[key] = self.value(next(events), events, (*where, key))
        return items


def _line(event: yaml.Event) -> int:
    return int(getattr(event.start_mark, "line", 0)) + 1


def _plain(text: str) -> str | int | float | bool | None:
    """Return what an unquoted word means."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
