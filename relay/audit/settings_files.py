"""Files of settings: units, rsyncd.conf, main.cf, .msmtprc, aliases, rsnapshot.conf.

Each becomes a list of settings with their places. Nothing is interpreted here but the form: a line
that ends with a backslash goes on, a line that begins with white space goes on in main.cf.
What happens next: document.py adds the shell that stands in some of them; rules read them.
"""

import re
from collections.abc import Iterator

from relay.audit.cron import Setting

_SECTION = re.compile(r"\s*\[([^\]]*)\]")
_INI = re.compile(r"\s*([\w .&-]+?)\s*=\s*(.*?)\s*$")
_SPACED = re.compile(r"\s*(\S+)(?:\s+(.*?))?\s*$")
_ALIAS = re.compile(r"""\s*"?([^\s:"]+)"?\s*:\s*(.*?)\s*$""")


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    at = 0
    for raw in data.split(b"\n"):
        yield at, raw.decode("utf-8", "surrogateescape").rstrip("\r")
        at += len(raw) + 1


def read_ini(data: bytes) -> list[Setting]:
    """Return the settings of a unit or of rsyncd.conf; a section itself has an empty name."""
    found: list[Setting] = []
    section, open_ = "", False
    for at, text in _lines(data):
        if open_ and found:
            last = found[-1]
            value = f"{last.value[:-1]} {text.strip()}"
            found[-1] = Setting(name=last.name, value=value, at=last.at, section=last.section)
            open_ = text.endswith("\\")
            continue
        if not text.strip() or text.lstrip()[0] in "#;":
            continue
        if match := _SECTION.match(text):
            section = match[1]
            found.append(Setting(name="", value=section, at=at, section=section))
        elif match := _INI.match(text):
            found.append(Setting(name=match[1], value=match[2], at=at, section=section))
            open_ = match[2].endswith("\\")
    return found


def read_postfix(data: bytes) -> list[Setting]:
    """Return the settings of main.cf (postconf(5): a line that begins with a space goes on)."""
    found: list[Setting] = []
    for at, text in _lines(data):
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        if text[0].isspace() and found:
            last = found[-1]
            value = f"{last.value} {text.strip()}"
            found[-1] = Setting(name=last.name, value=value, at=last.at)
        elif match := _INI.match(text):
            found.append(Setting(name=match[1], value=match[2], at=at))
    return found


def read_spaced(data: bytes) -> list[Setting]:
    """Return the settings of .msmtprc and rsnapshot.conf: a name, white space, a value.

    For .msmtprc the section is the account.
    """
    found: list[Setting] = []
    section = ""
    for at, text in _lines(data):
        match = _SPACED.match(text)
        if match and not match[1].startswith("#"):
            value = (match[2] or "").strip('"')
            if match[1] in ("account", "defaults"):
                section = value.partition(":")[0].strip() or "defaults"
            found.append(Setting(name=match[1], value=value, at=at, section=section))
    return found


def read_aliases(data: bytes) -> list[Setting]:
    """Return the aliases (aliases(5))."""
    return [
        Setting(name=match[1].lower(), value=match[2], at=at)
        for at, text in _lines(data)
        if not text.lstrip().startswith("#") and (match := _ALIAS.match(text))
    ]
