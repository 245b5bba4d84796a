"""Pipes, subshells and redirections: what one command says becomes what another one reads.

A pipe's members run in shells of their own, so their variables are gone afterwards; its status is
that of the last one, unless `pipefail` is set. Texts that are written to files are kept, because a
mail is often put together in one.
What happens next: run.py walks on with the state.
"""

from relay.audit.shell.commands import Commands
from relay.audit.shell.mails import UNKNOWN
from relay.audit.shell.state import State
from relay.audit.shell.tree import Pipeline, Redirect, Redirected, Span

_MOST_PATHS = 24
_LONGEST_FILE = 4000


class Plumbing(Commands):
    """Joins commands by their inputs and outputs."""

    def joined(self, outer: State, inner: State) -> State:
        """Return the outer state after a subshell: its variables stay, what happened is noted."""
        end = outer.copy()
        end.status, end.events, end.lost = inner.status, inner.events, inner.lost
        end.failed, end.pending, end.guessed = inner.failed, inner.pending, inner.guessed
        end.output, end.files, end.decisions = inner.output, inner.files, inner.decisions
        return end

    def pipeline(self, node: Pipeline, state: State) -> list[State]:
        """Return the states after a pipeline."""
        outer = state
        last = len(node.members) - 1
        statuses: list[tuple[State, tuple[str, ...]]] = [(state.copy(), ())]
        for number, member in enumerate(node.members):
            following: list[tuple[State, tuple[str, ...]]] = []
            for each, before in statuses:
                each.output, taken = "", each.output
                if number:
                    each.input = taken
                    previous = node.members[number - 1]
                    each.feeder = Span(start=previous.start, end=previous.end)
                each.out = "pipe" if number < last else outer.out
                each.in_condition = True
                if number == last:
                    each.output = outer.output
                each.pending = None  # whether it is lost is known at the pipeline's end
                for end in self.run(member, each):
                    end.flow = ""
                    following.append((end, (*before, end.status)))
            statuses = following[:_MOST_PATHS]
        return [self._piped(node, outer, end, ended) for end, ended in statuses]

    def _piped(
        self, node: Pipeline, outer: State, inner: State, statuses: tuple[str, ...]
    ) -> State:
        end = self.joined(outer, inner)
        last = statuses[-1]
        failing = next(
            (each for each in reversed(statuses) if each.isdigit() and each != "0"), last
        )
        hidden = any(each == self.code for each in statuses[:-1]) and end.failed
        end.statuses = statuses
        end.status = failing if outer.pipefail else last
        if hidden and not outer.pipefail:
            end.lose("pipe", self.span(node))
        elif hidden:
            end.pending = self.span(node)
        return end

    def redirected(self, node: Redirected, state: State) -> list[State]:
        """Return the states after a command with redirections."""
        outer = (state.out, state.err, state.input, state.output, state.feeder)
        files: list[tuple[str, bool]] = []
        for each in node.redirects:
            self._redirect(each, state, files)
        if files:
            state.output = ""
        ends = self.run(node.body, state)
        for end in ends:
            for name, adds in files:
                if name == "/dev/null":
                    continue
                before = end.files.get(name, "") if adds else ""
                end.files[name] = (before + end.output)[:_LONGEST_FILE]
            end.out, end.err, end.input, _, end.feeder = outer
            if files:
                end.output = outer[3]
        return ends

    def _redirect(self, each: Redirect, state: State, files: list[tuple[str, bool]]) -> None:
        target = self.expander.text(each.target, state)
        if each.operator in ("<<", "<<<"):
            state.input = target + ("\n" if each.operator == "<<<" else "")
            state.feeder = Span(start=each.target.start, end=each.target.end)
        elif each.operator == "<":
            state.input = state.files.get(target, "" if target == "/dev/null" else UNKNOWN)
            state.feeder = None
        elif each.operator in (">&", "<&") and target in ("1", "2", "-"):
            self._duplicate(each.descriptor, target, state)
        elif each.operator in ("&>", "&>>", ">&"):
            state.out = state.err = target
            files.append((target, each.operator == "&>>"))
        elif each.descriptor == 2:
            state.err = target
        elif each.descriptor in (None, 1) and each.operator in (">", ">>", ">|"):
            state.out = target
            files.append((target, each.operator == ">>"))

    def _duplicate(self, descriptor: int | None, target: str, state: State) -> None:
        if descriptor == 2 and target == "1":
            state.err = state.out
        elif descriptor in (None, 1) and target == "2":
            state.out = state.err
