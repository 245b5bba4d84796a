"""The subject that leaves: verdict, host, job, what, in at most 100 characters.

`[FAILED] web01 rsync /srv/www: partial transfer, 3 files unreadable (code 23)`. A policy may have
it otherwise, but not untrue: whatever the template says and whatever a host wrote into a job's
name, a mail whose verdict is not success begins with its true tag and has no tag of success (P2).
Of what is too long the least important goes first; the exit code stays.
What happens next: frame.py says the rest in the body.
"""

import re

from relay.mail.headers import clean
from relay.policy.match import short
from relay.policy.template import fill
from relay.policy.touch import is_lie
from relay.reports.report import Claim, Kind, Report, Verdict

LONGEST = 100
TEMPLATE = "{tag} {host} {job}: {what}"
TAGS = {
    Verdict.SUCCESS: "[OK]",
    Verdict.WARNING: "[WARNING]",
    Verdict.FAILURE: "[FAILED]",
    Verdict.UNKNOWN: "[UNKNOWN]",
    Verdict.NONE: "",
}
_SUCCESS_TAG = re.compile(
    r"(?i)[\[\uFF3B\u3010]\s*(?:ok|okay|success|successful|succeeded|passed|done)\s*[\]\uFF3D\u3011]"
)
_NO_TAG = "[\N{HORIZONTAL ELLIPSIS}]"
_CODE = re.compile(r" \(code \d{1,3}\)$")
_LOOSE = ((" :", ":"), ("()", ""), ("[]", ""), ('""', ""))
# What is shortened when there is no room, and what must remain of it.
_STEPS = (
    *(("subject", 40), ("job", 44), ("what", 40), ("job", 28), ("what", 24), ("host", 20)),
    *(("subject", 20), ("job", 16), ("what", 12), ("job", 8)),
)
_DOTS = "\N{HORIZONTAL ELLIPSIS}"


def subject(report: Report, host: str, said: str, template: str = TEMPLATE) -> str | None:
    """Return the subject of a report; None for a mail that is none, whose own subject stays.

    `said` is the sender's subject, free of secrets.
    """
    if report.verdict is Verdict.NONE:
        return None
    values = {
        "tag": TAGS[report.verdict],
        "host": short(host),
        "job": report.job or ("" if report.kind is Kind.OTHER else report.kind.value),
        "what": _what(report, said),
        "kind": report.kind.value,
        "verdict": report.verdict.value,
        "code": "" if report.exit_code is None else str(report.exit_code),
        "subject": claimed(report, said),
    }
    return tagged(_fitted(template, values, _room(template)), report.verdict)


def _what(report: Report, said: str) -> str:
    """Say what happened; where nothing is known, the sender's word of a failure counts (P2)."""
    if report.verdict is Verdict.UNKNOWN and report.claim is Claim.FAILURE and said:
        return f'sender says "{said}"'
    return report.what


def claimed(report: Report, said: str) -> str:
    """Return the sender's subject, as the claim it is where it claims too much."""
    return f'sender says "{said}"' if is_lie(report) and said else said


def tagged(text: str, verdict: Verdict) -> str:
    """Return `text` within 100 characters, with the one true tag in front unless all is well."""
    text = _tidy(text)
    if verdict not in (Verdict.SUCCESS, Verdict.NONE):
        tag = TAGS[verdict]
        text = _SUCCESS_TAG.sub(_NO_TAG, text)
        text = text if text.startswith(tag) else f"{tag} {text}"
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + _DOTS


def _room(template: str) -> int:
    """Return how long a rendering may be: less, where the tag will be put in front."""
    return LONGEST if template.startswith("{tag}") else LONGEST - len("[WARNING] ")


def _fitted(template: str, values: dict[str, str], room: int) -> str:
    """Fill in `template`, shortening one value after the other until it fits."""
    values = {name: clean(value) for name, value in values.items()}
    text = _tidy(fill(template, values))
    for name, least in _STEPS:
        excess = len(text) - room
        if excess <= 0:
            break
        values[name] = _cut(name, values[name], max(least, len(values[name]) - excess))
        text = _tidy(fill(template, values))
    return text


def _cut(name: str, text: str, room: int) -> str:
    if len(text) <= room:
        return text
    if name == "job":  # both ends of a path tell which one it is
        half = (room - 1) // 2
        return text[:half] + _DOTS + text[half + 1 - room :]
    found = _CODE.search(text)
    code = str(found[0]) if found else ""
    head = text[: max(room - len(code) - 1, 1)]
    at_word = head.rpartition(" ")[0]
    if len(at_word) * 2 > len(head):
        head = at_word
    return head.rstrip(" ,:;") + _DOTS + code


def _tidy(text: str) -> str:
    """Remove what empty places leave behind."""
    text = " ".join(clean(text).split())
    for loose, tight in _LOOSE:
        text = text.replace(loose, tight)
    return " ".join(text.split()).strip(" :,;-")
