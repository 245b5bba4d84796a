"""`relay config explain`: what a key means, its type, its default, and what is in force."""

from enum import Enum
from typing import Annotated, Any, get_args

import typer
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from rich.markup import escape

from relay.cli.console import out, print_json
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_outline
from relay.config import Config
from relay.errors import NotFoundError
from relay.yamlfile import Where, annotation_at, fields_of, suggestion
from relay.yamlfile.schema import alternatives

app = typer.Typer(help="The configuration.", no_args_is_help=True)
_HIDDEN = "(a secret)"
_URLS = {"url", "token_url"}


@app.callback()
def _group() -> None:
    """Hold the commands about the configuration."""


@app.command()
def explain(
    key: Annotated[str, typer.Argument(help="store.retention, upstreams.0.host, upstreams[].tls")],
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Tell what a key means, and what is in force; secrets are hidden."""
    where = _path(key)
    found = _explained(where, read_outline(config))
    if json:
        print_json(found)
        return
    for name, value in found.items():
        out.print(f"{name:>9}  {escape(str(value))}")


def _path(key: str) -> Where:
    parts = key.replace("[]", ".0").replace("[", ".").replace("]", "").split(".")
    return tuple(int(part) if part.isdigit() else part for part in parts if part)


def _explained(where: Where, config: Config) -> dict[str, Any]:
    info = _field(where)
    name = ".".join(str(each) for each in where)
    annotation = annotation_at(Config, where)
    inner = fields_of(annotation)
    return {
        "key": name,
        "what": info.description or "",
        "type": _type(annotation),
        "default": "required" if info.is_required() else _shown(info.default, name),
        "variable": "RELAY_" + "__".join(str(each) for each in where).upper(),
        "in force": _shown(_value(config, where), name),
        **({"keys": ", ".join(inner)} if inner else {}),
    }


def _field(where: Where) -> FieldInfo:
    """Return the field at a path; of a position in a list, the field of the list."""
    named = [n for n, each in enumerate(where) if isinstance(each, str)]
    known: dict[str, FieldInfo] = fields_of(Config)
    for n in named:
        part = str(where[n])
        if part not in known:
            raise NotFoundError(f'unknown key "{part}"; {suggestion(part, known)}')
        info = known[part]
        known = fields_of(info.annotation) or fields_of(annotation_at(Config, (*where[: n + 1], 0)))
    if not named:
        raise NotFoundError(f"a key begins with one of {', '.join(fields_of(Config))}")
    return info


def _type(annotation: Any) -> str:
    names = []
    for each in alternatives(annotation):
        if each is type(None):
            names.append("none")
        elif isinstance(each, type) and issubclass(each, Enum):
            names.append(" | ".join(str(member.value) for member in each))
        elif fields_of(each):
            names.append("a section")
        elif get_args(each):
            names.append("a list")
        else:
            plain = {"timedelta": "a duration", "str": "text", "SecretStr": "text, secret"}
            name = getattr(each, "__name__", str(each))
            names.append(plain.get(name, name))
    return " | ".join(names)


def _value(config: Config, where: Where) -> Any:
    value: Any = config
    for step in where:
        if isinstance(step, int):
            value = value[step] if isinstance(value, tuple) and step < len(value) else None
        elif value is not None:
            value = getattr(value, _attribute(value, step), None)
    return value


def _attribute(section: Any, key: str) -> str:
    fields = type(section).model_fields
    return next((name for name, info in fields.items() if (info.alias or name) == key), key)


def _shown(value: Any, name: str) -> Any:
    """Return a value for people; secrets, and passwords in URLs, are hidden."""
    if isinstance(value, SecretStr):
        return _HIDDEN
    if isinstance(value, tuple):
        return [_shown(each, name) for each in value]
    if hasattr(value, "model_fields") or fields_of(type(value)):
        inner = {key: getattr(value, key) for key in type(value).model_fields}
        return {key: _shown(each, key) for key, each in inner.items()}
    text = "none" if value is None else str(value)
    if name.rpartition(".")[2] in _URLS and "@" in text:
        scheme, _, rest = text.partition("://")
        return f"{scheme}://{_HIDDEN}@{rest.rpartition('@')[2]}"
    return text
