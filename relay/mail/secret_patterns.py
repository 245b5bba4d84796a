"""What secrets look like: one entry a family, each with words that must occur for it to apply.

An entry rewrites one line. Values end at white space or at the closing quote; a path to a password
file is no secret. Every pattern is linear: quantifiers are possessive or bounded, and no two of
them compete for the same characters. To add a family, add it to PATTERNS, a word of it to HINTS,
and a case to tests/mail/test_secrets.py.
What happens next: secrets.py applies them.
"""

import re
from collections.abc import Callable

REDACTED = "[redacted]"

HINTS = (
    rb"(?i)://[^\s/]*@|(?:pass|pwd|pw|secret|token|key|credential|kennwort)\w{0,8}[\"']?\s{0,4}[:=]"
    rb"|--[a-z-]{0,60}(?:pass|token|secret|api-key)|sshpass|openssl|authorization|x-auth-token"
    rb"|bearer\s|cookie|mysql|mariadb|curl|wget|lftp|smbclient|sendmail|ldap|redis-cli|\b7z|\bzip\b"
    rb"|\bakia|\basia|\bgh[pousr]_|github_pat_|glpat-|\bxox[a-z]-|\b[sr]k_live_|\baiza|\bsg\.|\bnpm_"
    rb"|pypi-|\beyj|dop_v1_|\bhv[sb]\.|hooks\.slack|api/webhooks|private key|age-secret"
    rb"|\b\d{8,10}:[\w-]{35}"
)

_WORD = (
    r"(?:pass(?:word|wd|phrase|wort)|kennwort|secret|token|credentials?"
    r"|api[_-]?key|[_-](?:pass|pwd|key))"
)
_VALUE = r"""("(?:[^"\\\r\n]|\\.)*+"?|'[^'\r\n]*+'?|[^\s"']++)"""
_GAP = r"[^\r\n|;]{0,300}?"

# What may follow a value directly without belonging to it.
_TAIL = ">),;"


def _hide(match: re.Match[str]) -> str:
    """Keep what introduces a value, and the punctuation and quotes around it."""
    before, value = match[1], match[2]
    if value in ('"', "'", '""', "''", ""):
        return match[0]
    quote = value[0] if value[0] in "\"'" else ""
    closed = quote if quote and value.endswith(quote) else ""
    tail = "" if quote else value[len(value.rstrip(_TAIL)) :]
    return f"{before}{quote}{REDACTED}{closed}{tail}"


def _hide_unless_number(match: re.Match[str]) -> str:
    # `pass=12 fail=0` counts tests.
    return match[0] if match[2].rstrip(_TAIL).isdigit() else _hide(match)


Rewriting = Callable[[str], str]


def _replacing(
    pattern: str, hide: Callable[[re.Match[str]], str] = _hide, flags: int = re.IGNORECASE
) -> Rewriting:
    """Return a function that hides group 2 of each match and keeps group 1."""
    compiled = re.compile(pattern, flags)
    return lambda line: compiled.sub(hide, line)


def _within(command: str, pattern: str) -> Rewriting:
    """Return a function that does so only in the stretches that `command` matches."""
    stretch, inner = re.compile(command), re.compile(pattern)
    return lambda line: stretch.sub(lambda match: inner.sub(_hide, match[0]), line)


_NAMED = ("pass", "kennwort", "secret", "token", "credential", "key", "pwd")

# NAME=value, name => value, --password=value: the name may have more in front.
_assigned = _replacing(rf"""({_WORD}["']?\s{{0,4}}+=>?\s{{0,4}}+){_VALUE}""")
# "name": "value" anywhere; name: value only at a line's end, where it is no prose.
_after_colon = _replacing(
    rf"""({_WORD}["']?\s{{0,4}}+:\s{{0,4}}+)"""
    r"""("[^"\r\n]{1,400}+"|'[^'\r\n]{1,400}+'|[^\s"']{1,400}+(?=[,}]?\s*+$))"""
)
_bare_pass = _replacing(rf"((?<![a-z0-9_-])(?:pass|pw)=){_VALUE}", _hide_unless_number)
_option = _replacing(
    r"(--(?:[a-z]{1,20}-){0,3}(?:password|passwd|passphrase|pass|token|secret|api-key)\s++)"
    rf"(?!-){_VALUE}"
)
_url = _replacing(r"""(://[^\s/:@"'<>]{0,256}:)([^\s/"'<>]+)(?=@)""")
_sshpass = _replacing(rf"(sshpass\s++(?:-[a-oq-z]\S*+\s++){{0,3}}-p\s*+){_VALUE}", flags=0)
_mysql = _within(r"(?<![\w.-])(?:mysql|mariadb)[\w.-]*+\s[^|;&\r\n]*+", rf"(\s-p){_VALUE}")
_user = _within(
    r"\b(?:curl|wget|lftp|smbclient)\b[^\r\n]*+",
    r"""((?:\s-[uU]|\s--(?:proxy-)?user)[\s=]*+["']?[^\s:%,"']++[:%,])([^\s"']++)""",
)
_clients = _replacing(
    rf"(\b(?:sendmail\b{_GAP}\s-ap|ldap\w{{1,12}}\b{_GAP}\s-w|redis-cli\b{_GAP}\s-a"
    rf"|7z\w?\b{_GAP}\s-p|zip\b{_GAP}\s-P|openssl\b{_GAP}\s-pass\w{{0,3}}\s++pass:)\s*+){_VALUE}",
    flags=0,
)
_header = _replacing(
    r"""((?:authorization|cookie|x-api-key|x-auth-token)["']?\s{0,4}+[:=]\s{0,4}+["']?"""
    r"""(?:(?:basic|bearer|digest|token|negotiate)\s++)?)([^\s"'][^"'\r\n]*+)"""
)
_bearer = _replacing(r"(\bbearer\s++)([a-z0-9._~+/=-]{8,}+)")
_hook = _replacing(r"(hooks\.slack\.com/services/|/api/webhooks/\d++/)([^\s\"']++)")
_token = _replacing(
    r"()(\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}+|\bgithub_pat_\w{20,}+|\bglpat-[\w-]{16,}+"
    r"|\bxox[a-z]-[\w-]{10,}+|\b[sr]k_live_\w{10,}+|\bAIza[\w-]{30,}+|\bnpm_\w{30,}+"
    r"|\bpypi-[\w-]{50,}+|\bSG\.[\w-]{16,}+\.[\w-]{16,}+|\bdop_v1_\w{20,}+|\bhv[sb]\.[\w-]{20,}+"
    r"|\beyJ[\w-]{8,}+\.eyJ[\w-]{4,}+\.[\w-]*+|\bAGE-SECRET-KEY-1\w{20,}+"
    r"|\b\d{8,10}+:[\w-]{35}\b)",
    flags=0,
)
_TOKEN_WORDS = ("akia", "asia", "gh", "glpat-", "xox", "k_live_", "aiza", "npm_", "pypi-", "sg.")
_MORE_TOKEN_WORDS = ("dop_v1_", "hvs.", "hvb.", "eyj", "age-secret", ":")

PATTERNS: tuple[tuple[tuple[str, ...], Rewriting], ...] = (
    (("://",), _url),
    (("authorization", "cookie", "x-api-key", "x-auth-token"), _header),
    (("bearer",), _bearer),
    (("sshpass",), _sshpass),
    (_NAMED, _assigned),
    (_NAMED, _after_colon),
    (("pass=", "pw="), _bare_pass),
    (("--",), _option),
    (("mysql", "mariadb"), _mysql),
    (("curl", "wget", "lftp", "smbclient"), _user),
    (("sendmail", "ldap", "redis-cli", "7z", "zip", "openssl"), _clients),
    (("hooks.slack", "api/webhooks"), _hook),
    ((*_TOKEN_WORDS, *_MORE_TOKEN_WORDS), _token),
)
