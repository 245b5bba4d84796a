"""A script as a small tree of our own, so that nothing else knows the parser's grammar.

Each node knows where it stands, in bytes; edits and line numbers come from there. What the grammar
knows and we do not becomes `Opaque`: something ran, and nobody knows how it ended.
What happens next: parse.py builds it, run.py walks it.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Bytes from `start` to before `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of a word that stands for itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Variable:
    """`$name`, or `${name:-other}` with its operator and what follows."""

    name: str
    operator: str = ""
    other: tuple["Piece", ...] = ()


@dataclass(frozen=True, slots=True)
class Substitution:
    """`$(...)`, or the same by backquotes."""

    body: "Node"


@dataclass(frozen=True, slots=True)
class Sum:
    """`$((...))`."""

    text: str


Piece = Text | Variable | Substitution | Sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Span):
    """A word as it stands; `bare` words are split where they hold spaces."""

    pieces: tuple[Piece, ...]
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect(Span):
    """`2>> file`, `< file`, `>&2`, a here-document or a here-string (`<<`)."""

    operator: str
    descriptor: int | None
    target: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Span):
    """`NAME=word`, or `NAME+=word`; `value` is None for an array."""

    name: str
    value: Word | None
    adds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple(Span):
    """A command with its words; without words, assignments only. `declares`: local, export ..."""

    words: tuple[Word, ...]
    assigns: tuple[Assign, ...] = ()
    declares: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline(Span):
    """Commands joined by `|`."""

    members: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AndOr(Span):
    """`left && right`, `left || right`."""

    left: "Node"
    operator: str
    right: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Span):
    """`! body`."""

    body: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence(Span):
    """One after the other."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Span):
    """Each branch is its condition and what it guards; `other` is the else."""

    branches: tuple[tuple["Node", "Node"], ...]
    other: "Node | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop(Span):
    """`kind` is for, while or until; a for has words, the others a condition."""

    kind: str
    body: "Node"
    name: str = ""
    words: tuple[Word, ...] = ()
    condition: "Node | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Span):
    """A word against patterns."""

    word: Word
    items: tuple[tuple[tuple[Word, ...], "Node"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Span):
    """`{ body; }`, or `( body )` with `subshell`."""

    body: "Node"
    subshell: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Define(Span):
    """A function."""

    name: str
    body: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Test(Span):
    """`[ ... ]` and `[[ ... ]]`: operands and operators in their order."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Span):
    """`(( ... ))`."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected(Span):
    """A node with its redirections."""

    body: "Node"
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Background(Span):
    """`body &`."""

    body: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opaque(Span):
    """What is not understood; `inside` is what could still be read of it."""

    inside: tuple["Node", ...] = field(default=())


Node = (
    Simple | Pipeline | AndOr | Not | Sequence | If | Loop | Case | Group | Define | Test | Count
    | Redirected | Background | Opaque
)  # fmt: skip
