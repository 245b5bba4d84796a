"""`relay man`: the manual, a page for each command, made of what the commands say themselves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from relay import __version__
from relay.cli.console import out

Command = Any  # Typer's own kind of click's, which it does not show
_SEE = "relay serve reads config.yaml; RELAY_CONFIG names another. The documentation is in docs/."


def man(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where to write the pages: man/relay-queue.1.")],
) -> None:
    """Write manual pages for all commands into a folder."""
    root = context.find_root().command
    folder.mkdir(parents=True, exist_ok=True)
    pages = dict(manual(root, "relay"))
    for name, text in pages.items():
        (folder / f"{name}.1").write_text(text, encoding="utf-8")
    out.print(f"{len(pages)} pages are in {folder}; read one by: man -l {folder}/relay.1")


def manual(command: Command, path: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of a command's page, then of those below it."""
    yield path.replace(" ", "-"), _page(command, path)
    for name, inner in _below(command):
        yield from manual(inner, f"{path} {name}")


def _below(command: Command) -> list[tuple[str, Command]]:
    inner = getattr(command, "commands", {})
    return [(name, each) for name, each in inner.items() if not each.hidden]


def _page(command: Command, path: str) -> str:
    name = path.replace(" ", "-")
    help_ = (command.help or "").strip()
    first = help_.splitlines()[0].rstrip(".") if help_ else name
    lines = [
        f'.TH {name.upper()} 1 "" "honest-relay {__version__}" "honest-relay"',
        ".SH NAME",
        f"{_plain(name)} \\- {_plain(first)}",
        ".SH SYNOPSIS",
        f".B {_plain(path)}",
        _plain(_synopsis(command)),
        ".SH DESCRIPTION",
        _plain(help_),
        *_options(command),
    ]
    below = _below(command)
    if below:
        lines.append(".SH COMMANDS")
        for inner, each in below:
            lines += [".TP", f".B {_plain(inner)}", _plain((each.help or "").strip())]
    lines += [".SH SEE ALSO", _plain(_SEE), ""]
    return "\n".join(lines)


def _synopsis(command: Command) -> str:
    words = ["[OPTIONS]"]
    words += [p.metavar or p.name.upper() for p in command.params if _is_argument(p)]
    return " ".join([*words, "COMMAND"] if _below(command) else words)


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _options(command: Command) -> Iterator[str]:
    if not command.params:
        return
    yield ".SH OPTIONS"
    for each in command.params:
        names = ", ".join((*each.opts, *each.secondary_opts))
        about = getattr(each, "help", None) or ""
        yield from (".TP", f".B {_plain(names)}", _plain(about) or "\\&")


def _plain(text: str) -> str:
    """Return text that roff takes for nothing but text."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    lines = [f"\\&{line}" if line.startswith((".", "'")) else line for line in escaped.splitlines()]
    return "\n".join(line or ".PP" for line in lines)
