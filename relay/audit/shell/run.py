"""A script run in thought: every path that a run may take while one command fails.

Nothing is executed. The command at `failing` ends with `code`, all other work ends well, and the
rest is unknown: a condition on it is taken both ways. What `$?`, pipes, `set -e`, functions and
variables make of the failing status is followed as a shell would, so a mail that claims success on
a path where the work has failed is a lie that a real run can tell. Paths and steps are bounded: a
script that needs more is judged by what was seen.
What happens next: plumbing.py joins pipes and files, commands.py knows the commands;
view.py compares the traces.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from relay.audit.shell.conditions import holds, unknown
from relay.audit.shell.mails import COUNTED, UNKNOWN
from relay.audit.shell.plumbing import Plumbing
from relay.audit.shell.state import State
from relay.audit.shell.tree import (
    AndOr,
    Background,
    Case,
    Count,
    Define,
    Group,
    If,
    Loop,
    Node,
    Not,
    Opaque,
    Pipeline,
    Redirected,
    Sequence,
    Simple,
    Test,
)
from relay.audit.shell.values import Expander

_MOST_PATHS = 24
_MOST_STEPS = 2500


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Which command fails, by the offset of its first byte, and with which exit status."""

    failing: int | None = None
    code: str = "12"


@dataclass(slots=True, kw_only=True)
class Trace:
    """The paths of one world; `whole` is false if there were more than were followed."""

    paths: list[State] = field(default_factory=list)
    whole: bool = True


def run(body: Node, world: World, own: frozenset[str], first: State | None = None) -> Trace:
    """Return the paths that a script may take in a world."""
    runner = Runner(world, own)
    paths = runner.run(body, first or State())
    return Trace(paths=[end for each in paths for end in runner.leave(each)], whole=runner.whole)


class Runner(Plumbing):
    """Walks the tree; one for each world, for it counts its steps."""

    def __init__(self, world: World, own: frozenset[str]) -> None:
        super().__init__(world.failing, world.code)
        self.expander = Expander(own, self.captured)
        self.whole = True
        self._steps = 0
        self._makers: dict[type, Callable[..., list[State]]] = {
            Simple: self.simple,
            Pipeline: self.pipeline,
            AndOr: self._and_or,
            Not: self._not,
            Sequence: self._sequence,
            If: self._if,
            Loop: self._loop,
            Case: self._case,
            Group: self._group,
            Define: self._define,
            Test: self._test,
            Count: self._count,
            Redirected: self.redirected,
            Background: self._background,
            Opaque: self._opaque,
        }

    def run(self, node: Node, state: State) -> list[State]:
        """Return the states after a node."""
        self._steps += 1
        if state.flow or self._steps > _MOST_STEPS:
            self.whole = self.whole and bool(state.flow)
            return [state]
        if self._origin is None:
            state.here = node
        return self._makers[type(node)](node, state)

    def leave(self, state: State) -> list[State]:
        """Run what the script set up for its end."""
        handler = state.traps.pop("EXIT", state.traps.pop("0", ""))
        if not handler:
            return [state]
        state.flow = ""
        code = state.status
        ends = self.run_text(handler, state)
        for end in ends:
            end.status = code
        return ends

    def captured(self, node: Node, state: State) -> str:
        """Run a substitution; return its output and leave its status behind."""
        self.supersede(state, state.here or node)
        inner = state.copy()
        inner.output, inner.out = "", "captured"
        inner.errexit = False  # bash does not hand it in, unless told to
        before = state.status
        ended = self.run(node, inner)
        end = ended[0]
        state.status, state.pending, state.failed = end.status, end.pending, end.failed
        state.events, state.lost = end.events, end.lost
        if isinstance(node, Opaque):
            state.status = before
        return end.output if len(ended) == 1 else UNKNOWN

    def limited(self, states: Iterable[State]) -> list[State]:
        """Return at most so many paths; those on which the work has failed come first."""
        found = list(states)
        if len(found) > _MOST_PATHS:
            self.whole = False
            found.sort(key=lambda each: not each.failed)
        return found[:_MOST_PATHS]

    def _sequence(self, node: Sequence, state: State) -> list[State]:
        states = [state]
        for item in node.items:
            if self._steps > _MOST_STEPS:
                self.whole = False
                break
            states = self.limited(end for each in states for end in self._step(item, each))
        return states

    def _step(self, item: Node, state: State) -> list[State]:
        """Run one statement; `set -e` ends the script after one that fails."""
        if state.flow:
            return [state]
        return [self.checked(item, end) for end in self.run(item, state)]

    def checked(self, item: Node, state: State) -> State:
        """Apply `set -e` to the end of a statement."""
        status = state.status
        if state.flow or status in ("0", UNKNOWN, COUNTED) or isinstance(item, (Not, If, Define)):
            return state
        if isinstance(item, AndOr) and item.operator == "&&":  # only the last one counts
            return state
        if state.in_condition or not state.errexit:
            return self._trapped(state) if not state.in_condition else state
        state = self._trapped(state)
        state.flow = "exit"
        return state

    def _trapped(self, state: State) -> State:
        handler = state.traps.pop("ERR", "")  # bash does not trap what a trap does
        if not handler:
            return state
        code, pending, before = state.status, state.pending, len(state.events)
        end = self.run_text(handler, state)[0]
        end.traps["ERR"] = handler
        end.status = code
        end.pending = None if len(end.events) > before else pending
        return end

    def truth(self, node: Node, state: State) -> list[tuple[bool, State]]:
        """Run a condition; return each answer that it may have, with its state."""
        outer, state.in_condition = state.in_condition, True
        answers: list[tuple[bool, State]] = []
        for end in self.run(node, state):
            end.in_condition = outer
            if end.flow:
                answers.append((False, end))
            elif unknown(end.status):
                answers += self._both_ways(node, end)
            else:
                end.look()
                answers.append((end.status == "0", end))
        return answers

    def _both_ways(self, node: Node, state: State) -> list[tuple[bool, State]]:
        key = (node.start, node.end)
        decided = state.decisions.get(key)
        counted = COUNTED in state.status
        if decided is not None and not state.loops:
            return [(decided, state)]
        found: list[tuple[bool, State]] = []
        for answer in (True, False):
            way = state.copy()
            way.decisions[key] = answer
            way.guessed += 1
            way.status = "0" if answer else "1"
            if counted and way.failed:
                way.lose("words", self.span(node))
            found.append((answer, way))
        return found

    def _and_or(self, node: AndOr, state: State) -> list[State]:
        wanted = node.operator == "&&"
        found: list[State] = []
        for answer, end in self.truth(node.left, state):
            if end.flow or answer is not wanted:
                found.append(end)
                continue
            masked = not wanted and end.failed and _shrugs(node.right)
            if masked:
                end.lose("or", self.span(node.right))
            found += self.run(node.right, end)
        return self.limited(found)

    def _not(self, node: Not, state: State) -> list[State]:
        found: list[State] = []
        for answer, end in self.truth(node.body, state):
            end.status = end.status if end.flow else ("1" if answer else "0")
            found.append(end)
        return found

    def _if(self, node: If, state: State) -> list[State]:
        waiting: list[State] = [state]
        found: list[State] = []
        for condition, body in node.branches:
            still: list[State] = []
            for each in waiting:
                for answer, end in self.truth(condition, each):
                    if end.flow:
                        found.append(end)
                    elif answer:
                        found += self.run(body, end)
                    else:
                        still.append(end)
            waiting = self.limited(still)
        for each in waiting:
            if node.other is None:
                each.status = "0"
                found.append(each)
            else:
                found += self.run(node.other, each)
        return self.limited(found)

    def _case(self, node: Case, state: State) -> list[State]:
        value = self.expander.text(node.word, state)
        found: list[State] = []
        open_to_all = unknown(value)
        for patterns, body in node.items:
            texts = [self.expander.text(each, state) for each in patterns]
            if not open_to_all:
                if any(holds((value, "==", text)) or text == "*" for text in texts):
                    return self.run(body, state)
                continue
            if len(found) < _MOST_PATHS:
                way = state.copy()
                way.guessed += 1
                found += self.run(body, way)
        if open_to_all and found:
            return self.limited(found)
        state.status = "0"
        return [state]

    def _loop(self, node: Loop, state: State) -> list[State]:
        state.loops += 1
        ends = self._each(node, state) if node.kind == "for" else self._while(node, state)
        for end in ends:
            end.loops -= 1
            if end.flow in ("break", "continue"):
                end.flow = ""
        return self.limited(ends)

    def _each(self, node: Loop, state: State) -> list[State]:
        values = self.expander.words(node.words, state)[:3] or [UNKNOWN]
        states = [state]
        for value in values:
            following = []
            for each in states:
                if each.flow == "continue":
                    each.flow = ""
                if not each.flow and node.name:
                    each.variables[node.name] = UNKNOWN if set(value) & set("*?") else value
                following += self.run(node.body, each)
            states = self.limited(following)
        return states

    def _while(self, node: Loop, state: State) -> list[State]:
        """Run the body up to four times; who does not come out by then never ends."""
        wanted = node.kind == "while"
        waiting: list[State] = [state]
        found: list[State] = []
        for turn in range(5):
            inside: list[State] = []
            for each in waiting:
                goes_on, ended = self._asked(node.condition or node, each, wanted)
                inside += [end for end, sure in goes_on if sure or turn < 2]  # then it is known
                found += ended
            waiting = []
            if turn == 4:  # it never ends
                for each in inside:
                    each.flow, each.status, each.pending = "endless", UNKNOWN, None
                found += inside
                break
            for each in inside:
                for end in self.run(node.body, each):
                    if end.flow == "continue":
                        end.flow = ""
                    (found if end.flow else waiting).append(end)
            waiting = self.limited(waiting)
        return found

    def _asked(
        self, condition: Node, state: State, wanted: bool
    ) -> tuple[list[tuple[State, bool]], list[State]]:
        """Return the states that go on, with whether that is certain, and those that leave."""
        known, goes_on, ended = state.guessed, [], []
        for answer, end in self.truth(condition, state):
            if answer is wanted and not end.flow:
                goes_on.append((end, end.guessed == known))
            else:
                ended.append(end)
        return goes_on, ended

    def _group(self, node: Group, state: State) -> list[State]:
        if not node.subshell:
            return self.run(node.body, state)
        return [self.joined(state, end) for end in self.run(node.body, state.copy())]

    def _define(self, node: Define, state: State) -> list[State]:
        state.functions[node.name] = node.body
        state.status = "0"
        return [state]

    def _test(self, node: Test, state: State) -> list[State]:
        words = [self.expander.text(each, state) for each in node.words]
        return [self.answered(words, node, state)]

    def _count(self, node: Count, state: State) -> list[State]:
        value = self.expander.sum(self.assigned(node.text, state), state)
        self.supersede(state, node)
        state.status = value if unknown(value) else ("1" if value == "0" else "0")
        return [state]

    def _background(self, node: Background, state: State) -> list[State]:
        ends = self.run(Group(start=node.start, end=node.end, body=node.body, subshell=True), state)
        for end in ends:
            if end.pending:
                end.lose("background", self.span(node))
            end.status = "0"
        return ends

    def _opaque(self, node: Opaque, state: State) -> list[State]:
        states = [state]
        for item in node.inside:
            states = self.limited(end for each in states for end in self.run(item, each))
        for each in states:
            each.status = UNKNOWN
        return states


def _shrugs(node: Node) -> bool:
    """Say whether what follows `||` only hides the failure."""
    if isinstance(node, Redirected):
        return _shrugs(node.body)
    if not isinstance(node, Simple) or not node.words:
        return False
    texts = ["".join(getattr(p, "text", "") for p in word.pieces) for word in node.words]
    return texts in (["true"], [":"], ["exit", "0"], ["/bin/true"], ["return", "0"])
