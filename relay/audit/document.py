"""A file as the rules see it: its settings, and the shell that stands in it.

A script is one snippet of shell; each line of a crontab and each Exec line of a unit is one of its
own, at its place in the file. Shells are parsed once; what a rule asks of the traces is worked out
once for each snippet, and only if it is asked.
What happens next: view.py runs the snippets in thought, rules/ judge.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from relay.audit.cron import Line, Setting, read_anacrontab, read_crontab
from relay.audit.settings_files import read_aliases, read_ini, read_postfix, read_spaced
from relay.audit.source import PERIODIC, Kind, Source, kind_of
from relay.audit.view import View

_EXEC = re.compile(rb"(?m)^[ \t]*(Exec(?:Start|StartPre|StartPost|Stop))[ \t]*=[ \t]*")
_EVERY = {"hourly": 60, "daily": 1440, "weekly": 10080, "monthly": 43200}
_MOST_SNIPPETS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """Shell at `start`: where it runs (script, cron, periodic, unit, setting) and how often."""

    view: View
    start: int
    where: str
    every: int | None = None
    user: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file with all that is read of it."""

    source: Source
    kind: Kind
    settings: tuple[Setting, ...] = ()
    snippets: tuple[Snippet, ...] = field(default=())
    relays: tuple[str, ...] = ()  # the names of the relay, if they are known

    def named(self, *names: str) -> Iterator[Setting]:
        """Yield the settings of these names, whatever the case."""
        wanted = {name.lower() for name in names}
        return (each for each in self.settings if each.name.lower() in wanted)


def read(source: Source, relays: tuple[str, ...] = ()) -> Document:
    """Return a file as the rules see it; `relays` are the names that the relay goes by."""
    kind = kind_of(source)
    if kind is Kind.SHELL:
        found = PERIODIC.search(source.path)
        where = "periodic" if found else "script"
        every = _EVERY[found[1]] if found else None
        snippet = Snippet(view=View(source.data), start=0, where=where, every=every)
        return Document(source=source, kind=kind, snippets=(snippet,))
    if kind in (Kind.CRONTAB, Kind.SYSTEM_CRONTAB, Kind.ANACRONTAB):
        return _crontab(source, kind)
    readers = {
        Kind.UNIT: read_ini,
        Kind.RSYNCD: read_ini,
        Kind.POSTFIX: read_postfix,
        Kind.MSMTPRC: read_spaced,
        Kind.RSNAPSHOT: read_spaced,
        Kind.ALIASES: read_aliases,
    }
    settings = tuple(readers[kind](source.data)) if kind in readers else ()
    snippets = tuple(_executed(source.data)) if kind is Kind.UNIT else ()
    return Document(source=source, kind=kind, settings=settings, snippets=snippets, relays=relays)


def _crontab(source: Source, kind: Kind) -> Document:
    if kind is Kind.ANACRONTAB:
        entries = list(read_anacrontab(source.data))
    else:
        entries = list(read_crontab(source.data, kind is Kind.SYSTEM_CRONTAB))
    lines = [each for each in entries if isinstance(each, Line)][:_MOST_SNIPPETS]
    return Document(
        source=source,
        kind=kind,
        settings=tuple(each for each in entries if isinstance(each, Setting)),
        snippets=tuple(
            Snippet(
                view=View(source.data[each.start : each.end]),
                start=each.start,
                where="cron",
                every=each.every,
                user=each.user,
            )
            for each in lines
        ),
    )


def _executed(data: bytes) -> Iterator[Snippet]:
    """Yield the commands of a unit (systemd.service(5): `-` ignores how they end)."""
    for number, match in enumerate(_EXEC.finditer(data)):
        if number >= _MOST_SNIPPETS:
            return
        end = match.end()
        while (newline := data.find(b"\n", end)) > 0 and data[newline - 1 : newline] == b"\\":
            end = newline + 1
        stop = len(data) if newline < 0 else newline
        text = data[match.end() : stop]
        prefix = re.match(rb"[-@:+!|]*", text)
        marks = prefix[0] if prefix else b""
        yield Snippet(
            view=View(text[len(marks) :].rstrip()),
            start=match.end() + len(marks),
            where="unit",
            user=match[1].decode(),
            prefix=marks.decode(),
        )
