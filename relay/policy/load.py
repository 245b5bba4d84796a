"""Policy files read and checked: every problem of every file at once, with file and line.

The order of the files is the alphabetical one, but `default.yaml` comes last, so that it decides
only what no other file has decided. Only `*.yaml` and `*.yml` count, and none in a folder below:
those in `optional` are for copying. A folder without any is allowed: then every mail leaves at
once, with all edits.
What happens next: decide.py applies the rules, examples.py proves them.
"""

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from relay.errors import ConfigError, PolicyError
from relay.policy.rules import Rule, RuleFile, Rules
from relay.policy.settings import HostSettings, IdentitySettings
from relay.yamlfile import Document, problems, read

_LAST = "default"
_OPTIONAL = "optional"
_MOST_FILES = 500


def load_rules(
    folder: Path,
    hosts: Iterable[HostSettings],
    identity: IdentitySettings,
    relay: str,
    opt_out: str | None = None,
) -> Rules:
    """Return the rules in `folder`; raise PolicyError with everything that is wrong there.

    `relay` is the name that this relay shows in its Received fields and footers, `opt_out` the link
    there, with a mark for each recipient's token.
    """
    found: list[str] = []
    rules: list[Rule] = []
    for path in policy_files(folder):
        try:
            rules += read_file(path)[0]
        except PolicyError as error:
            found += error.problems
    if found:
        raise PolicyError(found)
    known = {host.name.lower(): host for host in hosts}
    return Rules(rules=tuple(rules), hosts=known, identity=identity, relay=relay, opt_out=opt_out)


def policy_files(folder: Path) -> list[Path]:
    """Return the policy files in their order."""
    try:
        files = [each for each in folder.iterdir() if each.suffix in (".yaml", ".yml")]
    except OSError as error:
        raise PolicyError([f"{folder}: cannot be read: {error.strerror}"]) from None
    if len(files) > _MOST_FILES:
        raise PolicyError(
            [f"{folder}: holds more than {_MOST_FILES} files; is it the right folder?"]
        )
    return sorted(files, key=lambda path: (path.stem == _LAST, path.name))


def optional_files(folder: Path) -> list[Path]:
    """Return the files in `optional`, which are there to be copied and are not loaded."""
    below = folder / _OPTIONAL
    return policy_files(below) if below.is_dir() else []


def read_file(path: Path) -> tuple[list[Rule], RuleFile, Document]:
    """Return the rules of one file, and all of it with its places; raise PolicyError."""
    name = f"{path.parent.name}/{path.name}"
    try:
        document = read(path, name)
        file = RuleFile.model_validate(document.data)
    except ValidationError as error:
        raise PolicyError(problems(error, document, RuleFile)) from None
    except ConfigError as error:
        raise PolicyError(error.problems) from None
    rules = [
        Rule(
            label=f"{path.name}: {entry.name}",
            place=document.place(("rules", number)),
            match=entry.match,
            then=entry.then,
        )
        for number, entry in enumerate(file.rules)
    ]
    found = _odd(file, document)
    if found:
        raise PolicyError(found)
    return rules, file, document


def _odd(file: RuleFile, document: Document) -> list[str]:
    """Return what is valid but cannot be meant."""
    found: list[str] = []
    names = set[str]()
    for number, entry in enumerate(file.rules):
        place = document.place(("rules", number, "name"))
        if entry.name in names:
            found.append(f'{place} the rule "{entry.name}" is there twice; give it another name')
        names.add(entry.name)
        if not entry.then.model_fields_set:
            found.append(f'{place} the rule "{entry.name}" orders nothing; add a key to then')
    return found
