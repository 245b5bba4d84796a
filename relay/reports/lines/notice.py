"""Notices of appliances: short mails of sentences and labelled fields, in their user's language.

Their words are common ones (backup, disk, task), so they are not searched for in every mail, where
they would be in half of all file names: `sentences` reads both ends of a mail that is signed.
`no_report` is for what an appliance says of no job at all: a test mail, an update to install, an
address blocked. What happens next: combine.py weighs the finding.
"""

from collections.abc import Iterable, Mapping

from relay.reports.body import Line
from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, Rule, Statement
from relay.reports.lines.judge import statement_words
from relay.reports.mask import news
from relay.reports.report import Evidence, Verdict

ANY = "."
"""The mark of a rule whose lines are not searched for: `sentences` tries it on each."""

_LOOKED_AT = 400
_LONGEST_LABEL = 30


def fields(letter: Letter, labels: Mapping[str, str]) -> dict[str, Line]:
    """Return the first line of each field; `labels` tells what a label (lower case) means.

    A label stands before its colon or, in a table of an HTML mail, before two spaces.
    """
    found: dict[str, Line] = {}
    for line in letter.body.written(_LOOKED_AT):
        label, value = _split(line.text.strip())
        meaning = labels.get(label.lower())
        if meaning is not None and meaning not in found:
            found[meaning] = Line(number=line.number, text=value)
    return found


def sentences(grammar: Grammar, letter: Letter, most: int = _LOOKED_AT) -> list[Statement]:
    """Return what a notice says, line by line; empty where the grammar's signature is missing.

    The first and last `most` lines are read, and the subject by the rules that are for it.
    """
    lines = letter.body.written(most)
    head = f"{letter.subject}\n{letter.first('from')}"
    text = "\n".join((head, *(line.text for line in lines)))
    if grammar.signed.search(text.encode("utf-8", "replace")) is None:
        return []
    of_body = tuple(rule for rule in grammar.rules if not rule.subject)
    of_subject = tuple(rule for rule in grammar.rules if rule.subject)
    told = understood(of_subject, Line(number=0, text=" ".join(letter.subject.split())))
    said = (understood(of_body, line) for line in lines if not line.text.startswith(">"))
    return [each for each in (told, *said) if each is not None]


def understood(rules: Iterable[Rule], line: Line) -> Statement | None:
    """Return `line` as the first of `rules` that it is a whole form of, None if there is none."""
    text = line.text.strip()
    for rule in rules:
        match = rule.compiled.fullmatch(text)
        if match is not None:
            groups = {name: value for name, value in match.groupdict().items() if value is not None}
            return Statement(rule, line, text, groups)
    return None


def _split(text: str) -> tuple[str, str]:
    head = text[:_LONGEST_LABEL]
    at = head.find(":") if ":" in head else head.find("  ")
    if at < 0:
        return "", ""
    return text[:at].strip(), text[at:].lstrip(":").strip()


def no_report(grammar: Grammar, said: Statement) -> Finding:
    """Return the finding that `said` reports on no job."""
    rule = f"{grammar.reader}.{said.rule.name}"
    text = said.line.text.strip()
    evidence = Evidence(line=said.line.number, text=text, rule=rule, proves=Verdict.NONE)
    return Finding(
        reader=grammar.reader,
        kind=grammar.kind,
        standing=grammar.standing,
        verdict=Verdict.NONE,
        what=statement_words(said),
        evidence=(evidence,),
        owns=frozenset({said.line.number}),
        news=news((said.text,)),
        host=said.groups.get("host"),
    )
