"""Secrets out of texts: passwords, tokens, keys, wherever command lines and logs show them.

`redact` replaces values by `[redacted]` and nothing else: lines stay in their places, so line
numbers hold, and what stands around a secret stays readable. A first pass by RE2 finds the few
lines that could hold one, in linear time; only those are read closely, by secret_patterns.py. It
prefers to blank a harmless word over letting a password pass; the bytes as accepted are kept
elsewhere (P5). Redacting twice changes nothing more.
What happens next: reports see only redacted text, rewrite/redact.py cleans what leaves.
"""

import re

import re2

from relay.mail.secret_patterns import HINTS, PATTERNS, REDACTED

# Whatever the patterns can match contains one of these.
_HINT = re2.compile(HINTS)

_KEY_BEGIN = re.compile(
    r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)(.*?(?=-----END )|.*)"
)
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY")
_KEY_LINE = re.compile(r"[>|\s]*+(?:[A-Za-z0-9+/=]*+|[A-Za-z-]{1,20}:.*+)\s*+")
_LONGEST_KEY = 400  # lines

_SECRET_NAME = re.compile(r"(?i)pass|pwd|secret|token|credential|_key|apikey|auth")
_PATH_NAME = re.compile(r"(?i)(?:^|old)pwd$|(?:file|path|dir|sock|authority)$")


def redact(text: str) -> str:
    """Return `text` with its secrets replaced, line for line."""
    data = text.encode("utf-8", "replace")
    out: list[str] = []
    at = 0
    while (hint := _HINT.search(data, at)) is not None:
        start = max(data.rfind(b"\n", at, hint.start()) + 1, at)
        end = _line_end(data, hint.end())
        line = data[start:end].decode("utf-8", "replace")
        out += [data[at:start].decode("utf-8", "replace"), _redact_line(line)]
        at = end
        if "PRIVATE KEY" in line and _KEY_BEGIN.search(line) and not _KEY_END.search(line):
            hidden, at = _redact_key(data, end)
            out.append(hidden)
    return "".join((*out, data[at:].decode("utf-8", "replace"))) if out else text


def redact_variable(text: str) -> str:
    """Return the value of an X-Cron-Env field, `<NAME=value>`, without its secret."""
    name, equals, _ = text.partition("=")
    if equals and _SECRET_NAME.search(name) and not _PATH_NAME.search(name.lstrip("<")):
        return f"{name}={REDACTED}" + (">" if name.startswith("<") else "")
    return redact(text)


def _line_end(data: bytes, at: int) -> int:
    newline = data.find(b"\n", at)
    return newline if newline >= 0 else len(data)


def _redact_line(line: str) -> str:
    lower = line.lower()
    for needles, pattern in PATTERNS:
        if any(needle in lower for needle in needles):
            line = pattern(line)
    if "private key" in lower:
        line = _KEY_BEGIN.sub(lambda match: match[1] + (REDACTED if match[2].strip() else ""), line)
    return line


def _redact_key(data: bytes, at: int) -> tuple[str, int]:
    """Replace the lines of a key block whose first line ends at `at`; return where it ends."""
    out: list[str] = []
    while at < len(data) and len(out) < _LONGEST_KEY:
        end = _line_end(data, at + 1)
        line = data[at + 1 : end].decode("utf-8", "replace")
        if _KEY_END.search(line):
            break  # that line gives nothing away
        if not _KEY_LINE.fullmatch(line):
            break
        blank = line.strip() in ("", REDACTED)
        ending = "\r" if line.endswith("\r") else ""
        out.append("\n" + (line if blank else REDACTED + ending))
        at = end
    return "".join(out), at
