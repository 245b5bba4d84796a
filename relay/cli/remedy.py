"""`relay remedy`: put right how mail is received, step by step; without --apply it only shows."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from relay.cli.console import err, out, print_json, print_table
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, order, read_outline
from relay.config import Config
from relay.delivery.settings import UpstreamSettings
from relay.errors import NotFoundError, RelayError
from relay.pipeline.remedy import PROCEDURE, Prospect, Situation, Step, prospects
from relay.pipeline.story import tell
from relay.store.situation import report, situation, stale
from relay.store.store import ask
from relay.store.views import original

_LAST = 30


def remedy(  # noqa: PLR0913, PLR0917 - each parameter is an option of the command
    upstream: Annotated[str, typer.Argument(help="Name of the upstream.")],
    config: ConfigPath = DEFAULT_CONFIG,
    step: Annotated[
        Step | None, typer.Option("--step", help="Only this step; needed with --apply.")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; otherwise only show.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the step back.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why; it goes into the ledger.")] = "",
    given: Annotated[
        str | None,
        typer.Option("--to", help="slow: mails a minute; other: the upstream that takes over."),
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", help="clear: folder for what is given up.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what each step of the remedy would do now, do one, or take one back."""
    settings = read_outline(config)
    chosen = _upstream(settings, upstream)
    if not apply:
        _show(settings, chosen, step, as_json)
        return
    if step is None:
        raise RelayError("say which step to do: --step slow; without --apply all are shown")
    if not reason.strip():
        raise RelayError("give a --reason: the ledger keeps it")
    needed = given if undo else _given(settings, chosen, step, given, export)
    done = order(
        settings,
        "remedy",
        upstream=upstream,
        step=step,
        reason=reason,
        undo="undo" if undo else None,
        given=needed,
    )
    for each in done:
        out.print(escape(each))


def _upstream(settings: Config, name: str) -> UpstreamSettings:
    for each in settings.upstreams:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in settings.upstreams)
    raise NotFoundError(f"no upstream is called {name}; there are {known}")


def _others(settings: Config, upstream: UpstreamSettings) -> tuple[str, ...]:
    """Return who may take all mail: fallbacks first, then those that are not for some domains."""
    general = [each.name for each in settings.upstreams if not each.for_domains]
    names = dict.fromkeys((*upstream.fallback, *general))
    return tuple(name for name in names if name != upstream.name)


def _seen(settings: Config, upstream: UpstreamSettings, now: datetime) -> Situation:
    others, spares = _others(settings, upstream), upstream.spare_addresses
    return ask(
        settings.store.url,
        lambda connection: situation(connection, upstream.name, now, others, spares),
    )


def _show(settings: Config, upstream: UpstreamSettings, step: Step | None, as_json: bool) -> None:
    now = datetime.now(UTC)
    found = prospects(_seen(settings, upstream, now), now)
    shown = [each for each in found if step in (None, each.step)]
    if as_json:
        for each in shown:
            print_json(each)
        return
    does = {each.step: each for each in PROCEDURE}
    print_table(
        ("step", "what it does", "now", "taken back"),
        [_row(each, does[each.step].does, does[each.step].undo) for each in shown],
    )
    if step in (None, Step.REPORT):
        _report(settings, upstream.name)
    err.print("nothing was changed; do a step with --step STEP --apply --reason WHY")


def _row(each: Prospect, does: str, undo: str) -> tuple[str, ...]:
    now = each.text if each.refused is None else f"not now: {each.refused}"
    return (each.step, escape(does), escape(now), escape(undo))


def _report(settings: Config, name: str) -> None:
    lines = ask(settings.store.url, lambda connection: report(connection, name))
    for sentence in tell([(line.at, line.event) for line in lines[-_LAST:]], ()):
        out.print(escape(sentence))


def _given(
    settings: Config,
    upstream: UpstreamSettings,
    step: Step,
    given: str | None,
    export: Path | None,
) -> str | None:
    """Return what the step needs to be told."""
    match step:
        case Step.OTHER:
            others = _others(settings, upstream)
            name = given or (others[0] if others else None)
            if name not in others:
                raise RelayError(f"no other upstream {name or ''} takes all mail")
            return name
        case Step.ROTATE:
            return ",".join(upstream.spare_addresses)
        case Step.CLEAR:
            return ",".join(_export(settings, upstream.name, export))
        case _:
            return given


def _export(settings: Config, name: str, folder: Path | None) -> list[str]:
    """Write what is to be given up into a folder first; return the IDs of its mails."""
    if folder is None:
        raise RelayError("say where to keep what is given up: --export FOLDER")
    now = datetime.now(UTC)
    ids = ask(settings.store.url, lambda connection: stale(connection, name, now))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "cleared.jsonl").open("a", encoding="utf-8") as listing:
        for each in ids:
            message_id = each.partition("-")[0]
            raw = ask(settings.store.url, lambda c, key=message_id: original(c, key))  # type: ignore[misc]  # a default argument, not a parameter
            (folder / f"{message_id}.eml").write_bytes(raw)
            listing.write(json.dumps({"mail": each, "exported_at": now.isoformat()}) + "\n")
    out.print(f"{len(ids)} mails are kept in {folder}")
    return ids
