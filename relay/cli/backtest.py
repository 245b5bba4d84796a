"""`relay policy backtest`: what would another policy have done with the mail that really came?"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import Progress

from relay.backtest import replayed, with_folder
from relay.cli.console import err, local, out, print_json, print_table
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_outline
from relay.config import Config, rules
from relay.pipeline.comparison import Change, Comparison, compare
from relay.pipeline.replay import Replay
from relay.pipeline.titles import duration
from relay.policy.rules import Rules
from relay.rhythm.schedule import length
from relay.store import kept
from relay.store.store import ask

_MOST_SHOWN = 20


def backtest(
    since: Annotated[str, typer.Option(metavar="TIME", help="How far back: 7d, 12h, 4w.")] = "7d",
    policies: Annotated[
        Path | None,
        typer.Option("--policies", help="Folder to compare with the present one."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Print every change.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Send the mail of the last days through another policy, and through the present one.

    Without --policies the present policy is compared with having none. Nothing is sent or
    changed. The exit status is 1 if a failure would be told later, or to fewer people.
    """
    settings = read_outline(config)
    begin = datetime.now(UTC) - _span(since)
    present, other = _rules(settings, policies)
    count = ask(settings.store.url, lambda connection: kept.count(connection, begin))
    found = compare(*_replayed(settings, begin, count.kept, (present, other)))
    gone = count.accepted - count.kept
    if json:
        print_json({"since": begin, "not_kept": gone, **_plain(found)})
    else:
        names = ("none", "present") if policies is None else ("present", str(policies))
        _print(found, names, None if everything else _MOST_SHOWN)
        if gone:
            err.print(f"{gone} messages are not in it: their originals are kept no more")
    if found.worse:
        raise typer.Exit(1)


def _span(text: str) -> timedelta:
    try:
        return length(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _rules(settings: Config, policies: Path | None) -> tuple[Rules, Rules]:
    """Return the rules to compare with, and those that are tried."""
    present = rules(settings)
    if policies is None:
        return replace(present, rules=()), present
    return present, rules(with_folder(settings, policies))


def _replayed(
    settings: Config, begin: datetime, many: int, both: Sequence[Rules]
) -> tuple[Replay, Replay]:
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("replaying", total=many)
        return replayed(settings, begin, both, lambda: progress.advance(task))


def _print(found: Comparison, names: tuple[str, str], most: int | None) -> None:
    """Print the comparison, what must not be missed first."""
    worse = found.worse
    if worse:
        many = "1 failure" if len(worse) == 1 else f"{len(worse)} failures"
        out.print(f"[bold red]{many} would be told later or to fewer people:[/]")
        _section(worse, _worse, most, style="red")
    else:
        out.print("[green]No failure would be told later or to fewer people.[/]")
    out.print(f"\n{found.messages} messages; mails out, by recipient:")
    rows = [(who, *map(str, figures)) for who, figures in found.mails.items()]
    total = [sum(each) for each in zip((0, 0), *found.mails.values(), strict=False)]
    print_table(("recipient", *names), [*rows, ("all", *map(str, total))])
    waits = f"{duration(found.worst_now)} at most, then {duration(found.worst_then)}"
    out.print(f"The first news of a failure waits {waits}.")
    for title, chosen, words in _SECTIONS:
        changes = [each for each in found.changes if chosen(each)]
        if changes:
            out.print(f"\n[bold]{len(changes)} {title}:[/]")
            _section(changes, words, most)


def _section(
    changes: Iterable[Change], words: Callable[[Change], str], most: int | None, style: str = ""
) -> None:
    """Print changes that are alike but for the time as one line, at its worst."""
    alike: dict[Hashable, list[Change]] = {}
    for each in changes:
        alike.setdefault(_sort(each), []).append(each)
    for group in list(alike.values())[:most]:
        worst = max(group, key=lambda each: (each.later, each.sooner))
        about = f"{worst.verdict:<8} {worst.host} {worst.job}".rstrip()
        many = f", {len(group)} times" if len(group) > 1 else ""
        line = f"  {local(worst.accepted_at)}  {about}{many}: {words(worst)}"
        out.print(escape(line) + f"  [dim]{worst.message_id}[/]", style=style or None)
    if most is not None and len(alike) > most:
        out.print(f"  and {len(alike) - most} more; --all shows them")


def _sort(each: Change) -> Hashable:
    who, what = (each.host, each.job, each.loses, each.gains), (each.verdict, each.repeat)
    return who, what, each.ways, each.retitled


def _worse(change: Change) -> str:
    parts = [f"{duration(change.later)} later"] if change.later else []
    if change.told_then < change.told_now:
        left = f"{change.told_then} instead of {change.told_now} people"
        parts.append(
            f"to {left}, not {', '.join(change.loses)}" if change.told_then else "to nobody"
        )
    parts += [f"in {change.ways[1]}"] if change.ways and change.told_then else []
    return ", ".join(parts) + (" (a repeat)" if change.repeat else "")


def _moved(change: Change) -> str:
    lost = f"not to {', '.join(change.loses)}" if change.loses else ""
    gained = f"to {', '.join(change.gains)}" if change.gains else ""
    return ", ".join(filter(None, (lost, gained)))


def _ways(change: Change) -> str:
    return f"in {change.ways[1]} instead of {change.ways[0]}" if change.ways else ""


_SECTIONS: tuple[tuple[str, Callable[[Change], bool], Callable[[Change], str]], ...] = (
    ("would be sent to others", lambda each: bool(each.loses or each.gains), _moved),
    ("would be merged into a common mail", lambda each: each.merged, _ways),
    ("would be told otherwise", lambda each: bool(each.ways) and not each.merged, _ways),
    (
        "would be delayed",
        lambda each: bool(each.later),
        lambda each: f"{duration(each.later)} later",
    ),
    (
        "would come sooner",
        lambda each: bool(each.sooner),
        lambda each: f"by {duration(each.sooner)}",
    ),
    (
        "would have another subject",
        lambda each: each.retitled is not None,
        lambda each: each.retitled[1] if each.retitled else "",
    ),
)


def _plain(found: Comparison) -> dict[str, Any]:
    return {
        "messages": found.messages,
        "mails": {who: {"now": now, "then": then} for who, (now, then) in found.mails.items()},
        "longest_wait": {
            "now": found.worst_now.total_seconds(),
            "then": found.worst_then.total_seconds(),
        },
        "worse": [_change(each) for each in found.worse],
        "changes": [_change(each) for each in found.changes],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "id": change.message_id,
        "accepted_at": change.accepted_at,
        "host": change.host,
        "job": change.job,
        "verdict": change.verdict,
        "subject": change.subject,
        "repeat": change.repeat,
        "worse": change.worse,
        "merged": change.merged,
        "later": change.later.total_seconds(),
        "sooner": change.sooner.total_seconds(),
        "loses": change.loses,
        "gains": change.gains,
        "ways": change.ways,
        "retitled": change.retitled,
    }
