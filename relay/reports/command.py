"""A shell command line, read just far enough to say what it runs and to name the job.

This is no shell: words, quotes and the operators between steps are understood, nothing is
expanded. What cannot be split is taken as words. Names are stable: `rsync SOURCE -> TARGET`, or a
script and its arguments, with dates masked and options left out.
What happens next: cron_mail.py and job.py.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

import re2

from relay.reports.mask import mask_moments

_LONGEST = 2000
_LONGEST_NAME = 120
_OPERATORS = {"&&", "||", ";", "|", "&", "(", ")", "|&", ";;", "{", "}", "\n"}

_JOINED = re2.compile(r"\d?>&\d?")  # 2>&1 is no background job
_EXPANDED = re2.compile(r"\$\(\([^()]*\)\)|\$\([^()]*\)|`[^`]*`")

# Programs that run another one: after their own options and, for some, one argument.
_RUNNERS = {
    **dict.fromkeys(("nice", "ionice", "sudo", "env", "time", "nohup", "exec", "command"), 0),
    **dict.fromkeys(("setsid", "chronic", "cronic", "caffeinate", "systemd-cat", "!"), 0),
    **dict.fromkeys(("timeout", "flock", "chrt", "taskset", "setlock", "lckdo"), 1),
}
_SHELLS = {"sh", "bash", "dash", "ash", "zsh", "ksh", "python", "python3", "perl", "php", "ruby"}
_GUARDS = {"cd", "test", "[", "[[", "sleep", "export", "set", "umask", ".", "source", "true", ":"}
_JUDGES = {"grep", "egrep", "fgrep", "zgrep", "rg", "test", "[", "[[", "diff", "cmp", "false"}

_RSYNC_VALUES = {
    *("-e", "--rsh", "-f", "--filter", "--exclude", "--include", "--bwlimit", "--log-file"),
    *("--password-file", "-T", "--temp-dir", "--partial-dir", "--files-from", "--exclude-from"),
    *("--include-from", "--port", "--timeout", "--contimeout", "--max-delete", "--link-dest"),
    *("--compare-dest", "--copy-dest", "--backup-dir", "--suffix", "--chmod", "--chown", "-M"),
    *("--rsync-path", "-B", "--block-size", "--max-size", "--min-size", "--info", "--debug"),
    *("--out-format", "--log-file-format", "--sockopts", "--address", "--iconv", "--modify-window"),
    *("--compress-level", "--compress-choice", "--checksum-choice", "--remote-option"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One program of a command line, its arguments, and what may hide its exit status."""

    program: str
    args: tuple[str, ...]
    after: str = ""

    @property
    def name(self) -> str:
        """The program without its folder."""
        return self.program.rstrip("/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Command:
    """A command line as its steps."""

    text: str
    steps: tuple[Step, ...]

    def only(self, program: str) -> bool:
        """Whether nothing but `program` runs, its output unfiltered and all of it mailed."""
        names = [step.name for step in self.steps if step.name not in _GUARDS]
        plain = "|" not in self.text and ">" not in self.text
        return names == [program] and plain and not any(step.after == "||" for step in self.steps)

    @property
    def judged_by_a_search(self) -> bool:
        """Whether the exit status is that of grep or a test, which says nothing of the job."""
        return len(self.steps) > 1 and self.steps[-1].name in _JUDGES

    def runs(self, program: str) -> bool:
        """Whether `program` is one of the steps."""
        return any(step.name == program for step in self.steps)


def read_command(text: str) -> Command:
    """Split a command line; never raises."""
    text = text[:_LONGEST].strip()
    steps: list[Step] = []
    words: list[str] = []
    after = ""
    for word in (*_words(_EXPANDED.sub("*", _JOINED.sub(" ", text))), ";"):
        if word not in _OPERATORS:
            words.append(word)
            continue
        if words:
            steps.append(_step(words, after))
        words, after = [], word
    return Command(text, tuple(step for step in steps if step.program))


def _words(text: str) -> list[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();|&\n")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:  # an open quote: cron cut the line, or it holds an apostrophe
        return text.replace(";", " ; ").split()


def _step(words: Sequence[str], after: str) -> Step:
    """Find the program that really runs behind assignments and runners."""
    rest = list(words)
    while rest:
        name = rest[0].rpartition("/")[2]
        if "=" in rest[0] and rest[0].partition("=")[0].isidentifier():
            rest.pop(0)
        elif name in _RUNNERS:
            rest = _behind_runner(rest[1:], _RUNNERS[name])
        elif name in _SHELLS and len(rest) > 1 and not rest[1].startswith("-"):
            rest.pop(0)
        else:
            break
    return Step(rest[0], tuple(rest[1:]), after) if rest else Step("", (), after)


def _behind_runner(rest: list[str], arguments: int) -> list[str]:
    """Skip a runner's options (a value may stand apart: `-n 19`) and its own arguments."""
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if len(option) == 2 and rest and (rest[0].isdigit() or option in ("-u", "-g")):
            rest.pop(0)
    return rest[arguments:]


def name_of(command: Command) -> str:
    """Return a stable name for what `command` does, empty if it does nothing."""
    steps = [step for step in command.steps if step.name not in _GUARDS] or list(command.steps)
    if not steps:
        return ""
    step = next((step for step in steps if step.name in ("rsync", "run-parts")), steps[0])
    if step.name == "rsync":
        name = rsync_name(step.args) or "rsync"
    elif step.name == "run-parts":
        folder = next((arg for arg in step.args if not arg.startswith("-")), "run-parts")
        name = folder.rstrip("/").rpartition("/")[2]
    else:
        name = " ".join((step.name, *_arguments(step.args)))
    return mask_moments(name).replace("#", "*")[:_LONGEST_NAME].strip()


def _arguments(args: Sequence[str]) -> list[str]:
    """Return what tells two calls of one script apart: its plain arguments, up to a redirection."""
    kept: list[str] = []
    for arg in args:
        if arg.lstrip("0123456789&").startswith((">", "<")):
            break
        if not arg.startswith("-"):
            kept.append(arg)
    return kept


def rsync_name(args: Sequence[str]) -> str:
    """Return `rsync SOURCE -> TARGET` of rsync's arguments, empty if there are no paths."""
    paths: list[str] = []
    rest = iter(args)
    for arg in rest:
        if arg.lstrip("0123456789&").startswith((">", "<")):
            break
        if arg in _RSYNC_VALUES:
            next(rest, None)
        elif not arg.startswith("-"):
            paths.append(_place(arg))
    if len(paths) < 2:
        return f"rsync {paths[0]}" if paths else ""
    return f"rsync {' '.join(paths[:-1])} -> {paths[-1]}"


def _place(path: str) -> str:
    """Leave out who logs in: the place is the same for another user."""
    head, at, tail = path.partition("@")
    if not at or "/" in head.removeprefix("rsync://"):
        return path
    return f"rsync://{tail}" if head.startswith("rsync://") else tail
