"""What SpamAssassin makes of mails before the relay and after it; `make spamcheck` has the table.

Each mail is judged twice by the rules that Debian ships, without a network: as the host sent it,
and as it leaves, rewritten by the shipped policies and signed. Both get the Received field of the
server that takes them, at the time that the mail itself gives, as every mail has one by then.

    python -m bench.spamcheck FOLDER...      prints docs/deliverability.md's table
"""

import email
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from relay.pipeline.explain import explain
from relay.policy.load import load_rules
from relay.policy.rules import Rules
from relay.policy.settings import IdentitySettings
from relay.policy.shipped import shipped_folder
from relay.signing.keys import Algorithm, SigningKey, load_keys, make_key
from relay.signing.settings import KeySettings, SigningSettings
from relay.signing.sign import sign

ALLOWED = 2.0
_JUDGE = Path(__file__).parent / "spamassassin.pl"
_IDENTITY = IdentitySettings(
    domain="example.org",
    postmaster="postmaster@example.org",
    postal_address="Example Ltd, 1 Example Road",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one mail got, and by which rules."""

    name: str
    points: float
    hits: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One mail, before and after."""

    before: Score
    after: Score


def shipped_rules() -> Rules:
    """Return the rules that are shipped."""
    return load_rules(shipped_folder(), (), _IDENTITY, "relay.example.org")


def test_keys(folder: Path) -> tuple[SigningKey, ...]:
    """Return a key made for this run."""
    file = folder / "key.pem"
    make_key(Algorithm.RSA, file)
    settings = SigningSettings(keys=(KeySettings(selector="k", file=file),))
    return load_keys(settings, "example.org")


def judge(mails: Iterable[Path], folder: Path) -> list[Judged]:
    """Have each mail judged as it came and as it leaves."""
    rules, keys = shipped_rules(), test_keys(folder)
    files: list[Path] = []
    for path in mails:
        now = _sent_at(path.read_bytes())
        content = _from_a_host(explain(path.read_bytes(), rules, now).content)
        for state, raw in (
            ("before", path.read_bytes()),
            ("after", sign(content, keys, now) + content),
        ):
            file = folder / f"{path.stem}.{state}"
            file.write_bytes(_taken(raw, now))
            files.append(file)
    scores = _scores(files)
    return [
        Judged(before=old, after=new) for old, new in zip(scores[::2], scores[1::2], strict=True)
    ]


def _sent_at(raw: bytes) -> datetime:
    date = email.message_from_bytes(raw)["Date"]
    try:
        found = parsedate_to_datetime(str(date))
    except ValueError:
        return datetime.now(UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _from_a_host(content: bytes) -> bytes:
    """Return what was explained as if a host had sent it: with an ID, and an address."""
    known = content.replace(b"from unknown (unknown)", b"from web01 ([10.0.0.10])", 1)
    return known.replace(b"EXPLAIN", b"06H14CYJRDVJ2E8Q")


def _taken(raw: bytes, now: datetime) -> bytes:
    """Return a mail as the server has it that takes it; dated today, as it would be."""
    trace = (
        "Received: from relay.example.org (relay.example.org [93.184.216.34])\r\n"
        " by mx.example.net (Postfix) with ESMTPS id 4XYZ1234AB\r\n"
        f" for <ops@example.net>; {format_datetime(now)}\r\n"
    )
    return trace.encode() + raw


def _scores(files: list[Path]) -> list[Score]:
    done = subprocess.run(
        ["perl", _JUDGE],
        input="\n".join(map(str, files)),
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return [
        Score(name=Path(name).stem, points=float(points), hits=tuple(filter(None, hits.split(","))))
        for name, points, hits in rows
    ]


def table(judged: list[Judged]) -> str:
    """Return the figures as Markdown: all mails in short, then the rules, then what is too high."""
    lines = [
        "| | before | after |",
        "|---|---|---|",
        _row("mails", [str(len(judged))] * 2),
        _row("median", [f"{_median(judged, which):.1f}" for which in ("before", "after")]),
        _row("highest", [f"{max(_points(judged, which)):.1f}" for which in ("before", "after")]),
        _row(
            f"above {ALLOWED}",
            [str(sum(p > ALLOWED for p in _points(judged, w))) for w in ("before", "after")],
        ),
        "",
        "| rule | before | after |",
        "|---|---|---|",
    ]
    old, new = (Counter(h for j in judged for h in getattr(j, w).hits) for w in ("before", "after"))
    lines += [_row(rule, [str(old[rule]), str(new[rule])]) for rule in sorted(old | new)]
    lines += ["", "| mail above the mark | before | after | by |", "|---|---|---|---|"]
    for each in sorted(judged, key=lambda each: -each.after.points):
        if each.after.points > ALLOWED:
            points = [f"{each.before.points:.1f}", f"{each.after.points:.1f}"]
            lines.append(_row(each.after.name, [*points, ", ".join(each.after.hits)]))
    return "\n".join(lines)


def _row(name: str, cells: list[str]) -> str:
    return "| " + " | ".join([name, *cells]) + " |"


def _points(judged: list[Judged], which: str) -> list[float]:
    return [getattr(each, which).points for each in judged]


def _median(judged: list[Judged], which: str) -> float:
    points = sorted(_points(judged, which))
    return points[len(points) // 2]


def main() -> None:
    mails = [path for folder in sys.argv[1:] for path in sorted(Path(folder).glob("*.eml"))]
    with tempfile.TemporaryDirectory() as folder:
        print(table(judge(mails, Path(folder))))


if __name__ == "__main__":
    main()
