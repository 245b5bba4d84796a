"""What each command does to a path: work ends well or badly, echo speaks, exit leaves.

Commands that nobody here knows end in a way that is unknown. A function is run in its place, a
wrapper (sudo, timeout, `bash -c`) is looked through.
What happens next: run.py goes on with the state.
"""

import re
from abc import abstractmethod

from relay.audit.shell.conditions import holds, unknown
from relay.audit.shell.mails import COUNTED, UNKNOWN, mail_of, tells_otherwise
from relay.audit.shell.parse import parse
from relay.audit.shell.programs import is_work, name_of, unwrap
from relay.audit.shell.state import Sent, State, Told, Work
from relay.audit.shell.tree import Assign, Node, Simple, Span, Substitution
from relay.audit.shell.values import Expander

_DEEPEST = 12
_WORDS = frozenset(("grep", "egrep", "fgrep", "zgrep", "wc", "awk", "sed", "tail", "head"))
_SURE = frozenset((
    ".", ":", "basename", "bzip2", "cat", "chmod", "chown", "clear", "cut", "date", "declare",
    "dirname", "echo", "exec", "export", "gpg", "gzip", "hash", "hostname", "id", "local",
    "logger", "lz4", "mkdir", "nc", "openssl", "pigz", "printf", "pwd", "readonly", "renice",
    "rm", "set", "shift", "shopt", "sleep", "sort", "source", "split", "stty", "sync", "tee",
    "touch", "tput", "tr", "trap", "true", "ts", "typeset", "ulimit", "umask", "uname", "uniq",
    "unset", "wait", "whoami", "xz", "zstd",
))  # fmt: skip


class Commands:
    """Runs one command; run.py walks everything around it."""

    expander: Expander

    def __init__(self, failing: int | None, code: str) -> None:
        self._failing = failing
        self.code = code
        self._origin: Span | None = None

    @abstractmethod
    def run(self, node: Node, state: State) -> list[State]:
        """Return the states after a node."""

    def simple(self, node: Simple, state: State) -> list[State]:
        """Return the states after a simple command, or after assignments."""
        if not node.words:
            return [self._assigned(node, state)]
        for each in node.assigns:
            self._assign(each, state)
        argv = self.expander.words(node.words, state)
        if not argv:
            return [state]
        ends = self.command(argv, node, state)
        name = argv[0].rpartition("/")[2]
        if name in _WORDS:
            for end in ends:
                end.status = COUNTED
                end.output += COUNTED
        return ends

    def _assigned(self, node: Simple, state: State) -> State:
        ran = False
        for each in node.assigns:
            state.status, before = "0", state.status
            if each.value is not None and any(
                isinstance(piece, Substitution) for piece in each.value.pieces
            ):
                ran = True
            else:
                state.status = before
            self._assign(each, state)
        if node.declares:
            if state.pending and ran:
                state.lose("local", self.span(node))
            state.status = "0"
        elif not ran:
            self.supersede(state, node)
            state.status = "0"
        return state

    def _assign(self, each: Assign, state: State) -> None:
        value = UNKNOWN if each.value is None else self.expander.text(each.value, state)
        old = state.variables.get(each.name, "") if each.adds else ""
        state.variables[each.name] = (old + value)[:2000]

    def command(self, argv: list[str], node: Simple, state: State) -> list[State]:
        """Return the states after a command with its words expanded."""
        name = argv[0]
        if name in state.functions:
            return self._call(argv, state)
        at = self.span(node)
        inner = unwrap(argv)
        if inner.script is not None and state.calls < _DEEPEST:
            return self._script(inner.script, inner.wrappers, at, state)
        if inner.argv and inner.argv[0] in state.functions:
            return self._call(list(inner.argv), state)
        real = list(inner.argv) or argv
        if is_work(real):
            return [self._work(real, inner.wrappers, at, state)]
        mail = mail_of(real, state.input, state.files)
        if mail is not None:
            self.supersede(state, at)
            state.tell(
                Sent(
                    at=at,
                    mail=mail,
                    guessed=state.guessed,
                    after_failure=state.failed,
                    in_loop=state.loops > 0,
                    feeder=state.feeder,
                )
            )
            state.status = "0"
            return [state]
        return [self._other(real, at, state)]

    def run_text(self, text: str, state: State) -> list[State]:
        """Run a text that stands inside of the script: a trap, `eval`, `sh -c`."""
        if unknown(text) and not re.search(r"[A-Za-z]", text):
            state.status = UNKNOWN
            return [state]
        shown = text.replace(UNKNOWN, "_UNKNOWN_").replace(COUNTED, "_UNKNOWN_")
        origin, self._origin = self._origin, self._origin or Span(start=0, end=0)
        try:
            return self.run(parse(shown.encode()).body, state)
        finally:
            self._origin = origin

    def _script(self, text: str, wrappers: tuple[str, ...], at: Span, state: State) -> list[State]:
        origin, self._origin = self._origin, at
        outer = (state.errexit, state.pipefail, state.flow, state.in_condition)
        if wrappers[-1] != "eval":
            state.errexit = state.pipefail = False
        state.calls += 1
        ends = self.run_text(text, state)
        self._origin = origin
        for end in ends:
            end.errexit, end.pipefail, end.flow, end.in_condition = outer
            end.calls -= 1
            end.traps.pop("ERR", None) if wrappers[-1] != "eval" else None
        return ends

    def _call(self, argv: list[str], state: State) -> list[State]:
        if state.calls >= _DEEPEST:
            state.status = UNKNOWN
            return [state]
        kept = {each: state.variables.get(each) for each in (*"123456789", "@", "*", "#")}
        for number in range(1, 10):
            state.variables[str(number)] = argv[number] if number < len(argv) else ""
        state.variables["@"] = state.variables["*"] = " ".join(argv[1:])
        state.variables["#"] = str(len(argv) - 1)
        state.calls += 1
        ends = self.run(state.functions[argv[0]], state)
        for end in ends:
            end.calls -= 1
            end.flow = "" if end.flow == "return" else end.flow
            for each, value in kept.items():
                if value is None:
                    end.variables.pop(each, None)
                else:
                    end.variables[each] = value
        return ends

    def _work(self, argv: list[str], wrappers: tuple[str, ...], at: Span, state: State) -> State:
        self.supersede(state, at)
        fails = self._failing == at.start
        state.tell(
            Work(
                at=at,
                argv=tuple(argv),
                out=state.out,
                err=state.err,
                wrappers=wrappers,
                in_loop=state.loops > 0,
            )
        )
        state.output += UNKNOWN
        state.status = self.code if fails else "0"
        if fails:
            state.failed = True
            state.pending = at
        return state

    def supersede(self, state: State, at: Span) -> None:
        """Note that another command takes the place of the failing status."""
        if state.pending is not None:
            how = "errexit" if state.errexit and state.in_condition and state.calls else "next"
            state.lose(how, self.span(at))

    def span(self, node: Span) -> Span:
        """Return where a node stands in the file: what is run from a text stands at its command."""
        return self._origin or Span(start=node.start, end=node.end)

    def answered(self, words: list[str], node: Span, state: State) -> State:
        """Return the state after a test."""
        answer = holds(words)
        self.supersede(state, node)
        if answer is None:
            counted = "-s" in words or any(COUNTED in each for each in words)
            state.status = COUNTED if counted else UNKNOWN
        else:
            state.status = "0" if answer else "1"
        return state

    def assigned(self, text: str, state: State) -> str:
        """Carry out `x = ...`, `x += ...` and `x++` of an arithmetic command; return the value."""
        match = re.fullmatch(r"\s*(\w+)\s*(\+\+|--|[-+|*]?=(?!=))\s*(.*?)\s*", text)
        if match is None:
            return text
        name, operator, rest = match.groups()
        old = self.expander.value(name, state) or "0"
        step = {"++": f"{old}+1", "--": f"{old}-1", "=": rest, "|=": f"{old}+({rest})"}
        value = step.get(operator, f"{old}{operator[0]}{rest}").replace("(", "").replace(")", "")
        state.variables[name] = self.expander.sum(value, state)
        return state.variables[name]

    def _other(self, argv: list[str], at: Span, state: State) -> State:
        name = name_of(argv)
        act = getattr(self, f"_do_{_ALIASES.get(name, name)}", None)
        if name in _LEAVES:
            return self._leave(name, argv, state)
        self.supersede(state, at)
        if act is not None:
            act(argv, state, at)
        else:
            if tells_otherwise(argv):
                state.tell(Told(at=at, where="elsewhere"))
            state.output += UNKNOWN
            state.status = "0" if name in _SURE else UNKNOWN
        return state

    def _leave(self, name: str, argv: list[str], state: State) -> State:
        code = argv[1] if len(argv) > 1 else ""
        if name in ("exit", "return"):
            if code and code != self.code and state.failed and state.pending:
                self.supersede(state, state.pending)
            state.status = code if code.isdigit() else (code or state.status)
        state.flow = name
        return state

    def _do_echo(self, argv: list[str], state: State, at: Span) -> None:
        words = argv[1:]
        while words and re.fullmatch(r"-[neE]+", words[0]):
            words = words[1:]
        state.output += " ".join(words).replace("\\n", "\n") + "\n"
        state.tell(Told(at=at, where=state.out))
        state.status = "0"

    def _do_printf(self, argv: list[str], state: State, at: Span) -> None:
        words = argv[2:] if argv[1:2] == ["--"] else argv[1:]
        shape, values = (words[0], words[1:]) if words else ("", [])
        text = shape.replace("\\n", "\n")
        for value in values:
            text = re.sub(r"%-?\d*[sdqb]", lambda _, v=value: v, text, count=1)  # type: ignore[misc]  # mypy has no type for a lambda's default
        state.output += text
        state.tell(Told(at=at, where=state.out))
        state.status = "0"

    def _do_cat(self, argv: list[str], state: State, at: Span) -> None:
        names = [each for each in argv[1:] if each == "-" or not each.startswith("-")]
        for each in names or ["-"]:
            state.output += state.input if each == "-" else state.files.get(each, UNKNOWN)
        state.tell(Told(at=at, where=state.out))
        state.status = "0"

    def _do_tee(self, argv: list[str], state: State, _: Span) -> None:
        state.output += state.input
        for each in argv[1:]:
            if not each.startswith("-"):
                before = state.files.get(each, "") if "-a" in argv else ""
                state.files[each] = before + state.input
        state.status = "0"

    def _do_true(self, _argv: list[str], state: State, _: Span) -> None:
        state.status = "0"

    def _do_false(self, _argv: list[str], state: State, _: Span) -> None:
        state.status = "1"

    def _do_test(self, argv: list[str], state: State, at: Span) -> None:
        words = argv[1:-1] if argv[0] == "[" and argv[-1] == "]" else argv[1:]
        self.answered(words, at, state)

    def _do_trap(self, argv: list[str], state: State, _: Span) -> None:
        for each in argv[2:]:
            state.traps[each.upper().removeprefix("SIG")] = argv[1].strip("-")
        state.status = "0"

    def _do_set(self, argv: list[str], state: State, _: Span) -> None:
        for at, each in enumerate(argv[1:], 1):
            on = each.startswith("-")
            if re.fullmatch(r"[-+][a-zA-Z]+", each):
                state.errexit = on if "e" in each else state.errexit
                if each.endswith("o") and argv[at + 1 : at + 2] == ["pipefail"]:
                    state.pipefail = on
                if each.endswith("o") and argv[at + 1 : at + 2] == ["errexit"]:
                    state.errexit = on
        state.status = "0"

    def _do_let(self, argv: list[str], state: State, _: Span) -> None:
        for each in argv[1:]:
            self.assigned(each, state)
        state.status = UNKNOWN


_LEAVES = frozenset(("exit", "return", "break", "continue"))
_ALIASES = {"[": "test", ":": "true"}
