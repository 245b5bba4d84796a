"""Which rules apply to one mail, in their order, and what each of them decides.

For each key the first rule that has it decides; what a later rule says on it is passed over, and
that is shown, because it is what people look for when a rule seems to do nothing. `codes` and `job`
are settled on the report as it was understood, everything else on what they made of it.
What happens next: `relay policy test` prints it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from relay.mail.message import Message
from relay.policy.judge import judge
from relay.policy.match import Scene, applying
from relay.policy.rules import Rule, Rules
from relay.reports.report import Report

_FIRST = ("codes", "job")
_SHARED = ("codes", "recipients")  # several rules may each have a part in these


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A rule that applies, the keys that it decides, and those on which it comes too late."""

    rule: str
    place: str
    decides: tuple[str, ...]
    too_late: tuple[str, ...]


def applied(message: Message, report: Report, rules: Rules) -> tuple[Applied, ...]:
    """Return the rules that apply to `message`, which was understood as `report`."""
    first = applying(rules.rules, Scene(message, report))
    then = applying(rules.rules, Scene(message, judge(report, first).report))
    keys = {id(rule): [*_keys(rule, rule in first, rule in then)] for rule in rules.rules}
    decided = set[str]()
    found: list[Applied] = []
    for rule in (each for each in rules.rules if keys[id(each)]):
        own = keys[id(rule)]
        open_ = tuple(key for key in own if key not in decided or key in _SHARED)
        late = tuple(key for key in own if key not in open_)
        found.append(Applied(rule=rule.label, place=rule.place, decides=open_, too_late=late))
        decided.update(own)
    return tuple(found)


def _keys(rule: Rule, at_first: bool, then: bool) -> Iterator[str]:
    """Yield the keys that a rule has a say on, given when it applies."""
    for key in rule.then.model_dump(exclude_unset=True):
        if at_first if key in _FIRST else then:
            yield key
