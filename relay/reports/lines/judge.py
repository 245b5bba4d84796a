"""A tool's statements, judged: the verdict, its evidence, the parts, the figures, the news.

The worst statement decides, for each part and for the whole; what began and did not end is
`unknown`, which is worse than a warning. A failure that the wrapper retries is forgiven if
everything after the last retry went well and only one run had failed before each retry.
What happens next: combine.py weighs the finding against those of the other readers.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from relay.reports.finding import SEVERITY, Finding, worst
from relay.reports.letter import Letter
from relay.reports.lines.figures import fact
from relay.reports.lines.grammar import PROVES, Grammar, Role, Statement, statements
from relay.reports.mask import mask, news
from relay.reports.report import Evidence, Fact, Part, Verdict

_MOST_EVIDENCE = 12
_MOST_LISTED = 5
_MOST_PARTS = 200
_LONGEST_WHAT = 100
_NAMES = {"host", "job", "part", "exit_code", "reason"}


def read_by(grammar: Grammar, letter: Letter) -> Finding | None:
    """Return what the tool of `grammar` says in `letter`, None if it says nothing."""
    said = statements(grammar, letter)
    return judge(grammar, said, letter.retried) if said else None


def judge(grammar: Grammar, said: Sequence[Statement], again: Sequence[int] = ()) -> Finding | None:
    """Return the finding of what was `said`, None if it proves nothing; `again` are retries."""
    if not any(statement.rule.role in PROVES for statement in said):
        return None
    weighed = _Weighed.of(said, again)
    verdict = worst(*(verdict for verdict in weighed.verdicts.values()))
    proofs = _proofs(grammar, weighed, verdict)
    return Finding(
        reader=grammar.reader,
        kind=grammar.kind,
        standing=grammar.standing,
        verdict=verdict,
        what=_words(grammar, weighed, proofs, verdict),
        exit_code=_exit_code(proofs),
        evidence=tuple(_evidence(grammar, proofs, weighed))[:_MOST_EVIDENCE],
        parts=_parts(weighed),
        owns=frozenset(statement.line.number for statement in said) | weighed.owned,
        facts=_facts(said),
        news=news(_news(weighed.counted)),
        host=_named(said, "host"),
        job=_named(said, "job"),
    )


@dataclass(frozen=True, slots=True)
class _Weighed:
    """The statements that count once retries are considered, and each part's verdict."""

    counted: tuple[Statement, ...]
    verdicts: Mapping[str, Verdict]
    owned: frozenset[int]

    @classmethod
    def of(cls, said: Sequence[Statement], again: Sequence[int]) -> "_Weighed":
        forgiven = _forgiven(said, again)
        told = {PROVES.get(each.rule.role) for each in said if each.line.number}
        counted = tuple(
            each
            for each in said
            if each.line.number not in forgiven and (each.line.number or not _repeats(each, told))
        )
        return cls(counted, _verdicts(counted), forgiven)


def _repeats(subject: Statement, told: set[Verdict | None]) -> bool:
    """Whether the text proves what the subject does, or worse: then the subject is no news."""
    proves = PROVES.get(subject.rule.role)
    return proves is not None and (proves in told or Verdict.FAILURE in told)


def _forgiven(said: Sequence[Statement], again: Sequence[int]) -> frozenset[int]:
    """Return the lines of the failed tries that a last one made good."""
    if not again:
        return frozenset()
    after = [each for each in said if each.line.number > again[-1]]
    if worst(*_verdicts(after).values()) is not Verdict.SUCCESS:
        return frozenset()
    tries: list[list[Statement]] = [[] for _ in (*again, 0)]
    for each in said:
        tries[bisect_right(again, each.line.number)].append(each)
    lines: list[int] = []
    for number, tried in zip(again, tries, strict=False):
        if sum(each.rule.ends for each in tried) > 1 or _any(tried, Role.SUCCEEDS):
            return frozenset()
        bad = [each.line.number for each in tried if each.rule.role in PROVES and each.line.number]
        lines += range(min(bad), number + 1) if bad else ()
    return frozenset(lines)


def _verdicts(said: Iterable[Statement]) -> dict[str, Verdict]:
    """Return the verdict of each part; the whole is the part without a name."""
    parts: dict[str, list[Statement]] = {}
    for each in said:
        if each.rule.role in PROVES:
            parts.setdefault(each.groups.get("part", ""), []).append(each)
    return {name: _verdict(found) for name, found in parts.items()}


def _verdict(said: Sequence[Statement]) -> Verdict:
    """Judge one part: what began after its last end is not known to have ended."""
    proofs = [PROVES[each.rule.role] for each in said if each.rule.role is not Role.BEGINS]
    begun = [each.line.number for each in said if each.rule.role is Role.BEGINS]
    ended = [each.line.number for each in said if _is_end(each)]
    unfinished = max(begun, default=-1) > max(ended, default=-1)
    return worst(*proofs, Verdict.UNKNOWN) if unfinished else worst(*proofs)


def _is_end(said: Statement) -> bool:
    """Whether a run has ended there: well, badly, or with a warning that is marked as an end."""
    return said.rule.ends or said.rule.role in (Role.SUCCEEDS, Role.FAILS)


def _any(said: Iterable[Statement], role: Role) -> bool:
    return any(each.rule.role is role for each in said)


def _proofs(grammar: Grammar, weighed: _Weighed, verdict: Verdict) -> list[Statement]:
    """Return the statements that prove `verdict`, the most telling first."""
    bad = {part for part, found in weighed.verdicts.items() if found is verdict}
    proofs = [
        each
        for each in weighed.counted
        if PROVES.get(each.rule.role) is verdict and each.groups.get("part", "") in bad
    ]
    order = {id(rule): at for at, rule in enumerate(grammar.rules)}
    return sorted(proofs, key=lambda each: order[id(each.rule)])


def _evidence(grammar: Grammar, proofs: list[Statement], weighed: _Weighed) -> Iterable[Evidence]:
    """Yield the proofs first, then what else proves something."""
    proving = {id(each) for each in proofs}
    others = (each for each in weighed.counted if id(each) not in proving)
    for each in (*proofs, *(each for each in others if each.rule.role in PROVES)):
        rule = f"{grammar.reader}.{each.rule.name}"
        proves = PROVES[each.rule.role]
        yield Evidence(line=each.line.number, text=each.line.text.strip(), rule=rule, proves=proves)


def _exit_code(proofs: list[Statement]) -> int | None:
    codes = (each.groups["exit_code"] for each in proofs if "exit_code" in each.groups)
    code = next((code for code in codes if code.isdecimal() and len(code) <= 5), None)
    return None if code is None else int(code)


def _parts(weighed: _Weighed) -> tuple[Part, ...]:
    """Return the named parts, the worst first, each with the first that proves its verdict."""
    named = [(name, verdict) for name, verdict in weighed.verdicts.items() if name]
    named.sort(key=lambda part: -SEVERITY[part[1]])
    first: dict[tuple[str, Verdict | None], Statement] = {}
    for each in weighed.counted:
        first.setdefault((each.groups.get("part", ""), PROVES.get(each.rule.role)), each)
    return tuple(
        Part(name=name, verdict=verdict, what=_part_words(first.get((name, verdict)), verdict))
        for name, verdict in named[:_MOST_PARTS]
    )


def _part_words(said: Statement | None, verdict: Verdict) -> str:
    if verdict is Verdict.UNKNOWN or said is None:
        return "does not say how it ended"
    return statement_words(said)


def _words(grammar: Grammar, weighed: _Weighed, proofs: list[Statement], verdict: Verdict) -> str:
    """Say in a few words what happened."""
    named = {name: found for name, found in weighed.verdicts.items() if name}
    bad = sum(found is verdict for found in named.values())
    if verdict is Verdict.UNKNOWN:
        last = next((each for each in reversed(proofs) if each.rule.say), None)
        return statement_words(last) if last else f"the report ends before {grammar.reader} does"
    first = statement_words(proofs[0])
    if verdict is Verdict.SUCCESS:
        return f"{first}, {len(named)} of {len(named)}" if len(named) > 1 else first
    if len(named) > 1 and bad:
        first = f"{bad} of {len(named)}: {first}"
    elif (others := len({mask(each.text) for each in proofs}) - 1) and _is_whole(proofs[0]):
        first = f"{first} (and {others} more)"
    code = _exit_code(proofs)
    return f"{first} (code {code})" if code and f"{code}" not in first else first


def _is_whole(statement: Statement) -> bool:
    """Whether its words are the line itself, not a reason that speaks for the rest."""
    return "reason" not in statement.groups and not statement.rule.say


def statement_words(statement: Statement) -> str:
    """Word one statement: its rule's `say`, the reason it gives, or the line itself."""
    rule, groups = statement.rule, statement.groups
    if rule.say:
        text = rule.say.format_map(_Given(groups))
    elif rule.role is Role.SUCCEEDS:
        text = "succeeded"
    else:
        text = groups.get("reason", statement.text)
        text = f"{groups['part']}: {text}" if "part" in groups and "reason" in groups else text
    text = " ".join(text.split()).rstrip(".")
    return text if len(text) <= _LONGEST_WHAT else text[: _LONGEST_WHAT - 1] + "…"


class _Given(dict[str, str]):
    """Groups for `say`; one that did not take part is empty."""

    def __missing__(self, name: str) -> str:
        return ""


def _facts(said: Sequence[Statement]) -> dict[str, Fact]:
    """Return the figures, those of several runs added up; texts are listed."""
    facts: dict[str, Fact] = {}
    listed: dict[str, list[str]] = {}
    for statement in said:
        for name, text in statement.groups.items():
            value = None if name in _NAMES else fact(name, text)
            if isinstance(value, str):
                listed.setdefault(name, []).append(value)
            elif isinstance(value, int | float):
                before = facts.get(name, 0)
                facts[name] = value + before if isinstance(before, int | float) else value
    facts |= {name: tuple(dict.fromkeys(texts))[:_MOST_LISTED] for name, texts in listed.items()}
    return facts | _troubles(said)


def _troubles(said: Sequence[Statement]) -> dict[str, Fact]:
    """Return what the report's errors have in common for every tool."""
    bad = [each.text for each in said if each.rule.role is Role.FAILS]
    codes = [int(code) for each in said if (code := each.groups.get("exit_code", "")).isdecimal()]
    found: dict[str, Fact] = {
        "codes_printed": tuple(dict.fromkeys(codes)),
        "error_lines": len(bad),
        "distinct_errors": len({mask(text) for text in bad}),
        "first_errors": tuple(dict.fromkeys(bad))[:_MOST_LISTED],
        "last_error": bad[-1] if bad else "",
    }
    return {name: value for name, value in found.items() if value}


def _news(counted: Sequence[Statement]) -> Iterable[str]:
    """Yield what makes this news: bad lines, and others that their rules call news."""
    for each in counted:
        if each.rule.news:
            yield each.text
        part = each.groups.get("part", "")
        if part and each.rule.role in (Role.FAILS, Role.WARNS):
            yield f"{part}: {each.rule.name}"


def _named(said: Sequence[Statement], name: str) -> str | None:
    names = (each.groups[name].strip() for each in said if each.groups.get(name, "").strip())
    return next(names, None)
