"""`python -m bench.corpus [FOLDER...]`: judge labelled mails, and print a confusion matrix.

A folder holds either `labels.yaml` (id, file, kind, source_host, outcome, subject_verdict, groups
and pairs of duplicates) or mails with a `.yaml` of the same name beside each, whose `report` says
what must come of it. Other accepted readings (`outcome_also_accepted`) count as right. The exit
status is 1 if a failure was called a success, or a person's mail a report.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from relay.mail.parse import parse
from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Report
from relay.reports.understand import understand

MESSAGES = Path(__file__).parent.parent / "tests" / "messages"
VERDICTS = ("success", "warning", "failure", "unknown", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A mail and what a person says of it; `group` names mails that say the same."""

    name: str
    path: Path
    kind: str
    verdicts: tuple[str, ...]
    host: str | None
    kinds: tuple[str, ...] = ()
    lies: bool | None = None
    group: str | None = None
    envelope: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled mail, and what was made of it."""

    label: Labelled
    report: Report
    fingerprint: str

    @property
    def wrong(self) -> str:
        """What is wrong, in a few words; empty if all is right."""
        label, report = self.label, self.report
        found = []
        if report.verdict not in label.verdicts:
            found.append(f"{report.verdict} for {'/'.join(label.verdicts)}")
        if report.kind not in (label.kind, *label.kinds):
            found.append(f"kind {report.kind} for {label.kind}")
        if (report.host or None) != label.host:
            found.append(f"host {report.host} for {label.host}")
        if label.lies and report.claim_truthful is not False:
            found.append("a lie not seen")
        if label.lies is False and report.claim_truthful is False:
            found.append("a lie seen where there is none")
        return "; ".join(found)


def main() -> None:
    """Judge the folders, print what is wrong and the matrix."""
    parser = argparse.ArgumentParser(prog="python -m bench.corpus", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, default=[MESSAGES])
    harm = False
    for folder in parser.parse_args().folders:
        harm |= _judge_folder(folder, Console(width=150))
    sys.exit(1 if harm else 0)


def _judge_folder(folder: Path, console: Console) -> bool:
    """Print a folder's result; return whether harm was done."""
    judged = [_judged(label) for label in labelled(folder)]
    if not judged:
        sys.exit(f"error: {folder} holds no labelled mails")
    for each in judged:
        if each.wrong:
            console.print(f"{each.label.name}: {each.wrong}", markup=False, highlight=False)
    by_name = {each.label.name: each.fingerprint for each in judged}
    for line in _wrong_pairs(_pairs(folder), by_name):
        console.print(line, markup=False, highlight=False)
    console.print(_matrix(folder, judged))
    _summary(console, judged)
    return any(_harmful(each) for each in judged)


def labelled(folder: Path) -> list[Labelled]:
    """Return the labelled mails of `folder`."""
    labels = folder / "labels.yaml"
    if labels.exists():
        read = yaml.safe_load(labels.read_text("utf-8"))
        return [_of_label(folder, label) for label in read["messages"]]
    return list(_of_sidecars(folder))


def _of_label(folder: Path, label: dict[str, Any]) -> Labelled:
    outcomes = (label["outcome"], *(label.get("outcome_also_accepted") or ()))
    verdicts = ["none" if outcome == "not-a-report" else outcome for outcome in outcomes]
    subject = {label.get("subject_verdict"), *(label.get("subject_verdict_also_accepted") or ())}
    lies = True if subject == {"misleading"} else None if "misleading" in subject else False
    return Labelled(
        name=label["id"],
        path=folder / label["file"],
        kind=label["kind"],
        kinds=tuple(label.get("kind_also_accepted") or ()),
        verdicts=tuple(verdicts),
        host=(label["source_host"] or "").lower() or None,
        lies=lies,
        group=label.get("duplicate_group"),
        envelope=label.get("envelope") or {},
    )


def _of_sidecars(folder: Path) -> Iterator[Labelled]:
    for path in sorted(folder.glob("*.eml")):
        told = yaml.safe_load(path.with_suffix(".yaml").read_text("utf-8")).get("report")
        if told:
            yield Labelled(
                name=path.stem,
                path=path,
                kind=told["kind"],
                verdicts=(told["verdict"],),
                host=told["host"],
                envelope={"helo": "EHLO web01", "mail_from": "root@web01"},
            )


def _judged(label: Labelled) -> Judged:
    raw = label.path.read_bytes()
    wire = raw if b"\r\n" in raw else raw.replace(b"\n", b"\r\n")
    helo = label.envelope.get("helo", "").partition(" ")[2]
    received = Received(
        id="0000000000000001",
        raw=wire,
        envelope=Envelope(
            reverse_path=label.envelope.get("mail_from", ""),
            recipients=(Recipient(address="ops@acme.example"),),
        ),
        origin=Origin(host="web01" if helo == "web01" else "", address="192.0.2.1", helo=helo),
        at=datetime(2026, 11, 25, tzinfo=UTC),
    )
    report = understand(parse(received))
    return Judged(label, report, fingerprint(report))


def _pairs(folder: Path) -> list[tuple[str, str, bool]]:
    """Return pairs of names, and whether they say the same; groups make pairs as well."""
    labels = folder / "labels.yaml"
    if not labels.exists():
        return []
    read = yaml.safe_load(labels.read_text("utf-8"))
    told = read.get("pairs", {})
    pairs = [(pair[0], pair[1], True) for pair in told.get("duplicates", ())]
    pairs += [(pair[0], pair[1], False) for pair in told.get("distinct", ())]
    for group in (read.get("duplicate_groups") or {}).values():
        pairs += [(first, second, True) for first, second in pairwise(group)]
    return list(dict.fromkeys(pairs))


def _wrong_pairs(pairs: list[tuple[str, str, bool]], prints: dict[str, str]) -> Iterable[str]:
    wrong = [pair for pair in pairs if (prints[pair[0]] == prints[pair[1]]) is not pair[2]]
    for first, second, same in wrong:
        yield f"{first} and {second}: {'not the same' if same else 'the same, but should not be'}"
    if pairs:
        yield f"fingerprint pairs right: {len(pairs) - len(wrong)} of {len(pairs)}"


def _matrix(folder: Path, judged: list[Judged]) -> Table:
    """Return the matrix: rows are what people say, columns what was found."""
    counts = Counter((_accepted(each), str(each.report.verdict)) for each in judged)
    table = Table(title=f"{folder}: {len(judged)} mails, label by row, verdict by column")
    for heading in ("", *VERDICTS):
        table.add_column(heading, justify="right" if heading else "left")
    for label in VERDICTS:
        table.add_row(label, *(str(counts[label, verdict] or "") for verdict in VERDICTS))
    return table


def _accepted(judged: Judged) -> str:
    """Return the accepted reading that was found, else the label's own."""
    found = str(judged.report.verdict)
    return found if found in judged.label.verdicts else judged.label.verdicts[0]


def _harmful(judged: Judged) -> bool:
    label, report = judged.label, judged.report
    lied = report.verdict == "success" and "success" not in label.verdicts
    failed = "failure" in label.verdicts
    return (lied and failed) or (label.kind == "human" and report.automated)


def _summary(console: Console, judged: list[Judged]) -> None:
    many = len(judged)
    for name, right in (
        ("verdict", sum(each.report.verdict in each.label.verdicts for each in judged)),
        ("kind", sum(each.report.kind in (each.label.kind, *each.label.kinds) for each in judged)),
        ("host", sum((each.report.host or None) == each.label.host for each in judged)),
        ("all right", sum(not each.wrong for each in judged)),
    ):
        console.print(f"{name:>10} {right} of {many}  {right / many:.1%}")
    harmful = [each.label.name for each in judged if _harmful(each)]
    told = ", ".join(harmful) or "none"
    console.print(f"failures called success, people's mails touched: {told}")


if __name__ == "__main__":
    main()
