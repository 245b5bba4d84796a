"""What stands above and below the sender's text: the verdict with its proof, and how to ask why.

The preface quotes the lines that prove the verdict, by their numbers in the text, and the sender's
own subject where it claimed a success that is none. The footer names the relay and the commands
that show everything else (P9). Both are plain lines; how they get into a body is rewrite's work.
"""

from relay.mail.headers import clean
from relay.policy.touch import is_lie
from relay.reports.report import Evidence, Report, Verdict
from relay.rewrite.personal import MARK

_WORDS = {
    Verdict.SUCCESS: "OK",
    Verdict.WARNING: "WARNING",
    Verdict.FAILURE: "FAILED",
    Verdict.UNKNOWN: "UNKNOWN",
}
OTHER_WAY = "your mail program has a button for it (List-Unsubscribe)."
_MOST_EVIDENCE = 8
_LONGEST_LINE = 160
_DOTS = "\N{HORIZONTAL ELLIPSIS}"


def preface(report: Report, said: str) -> tuple[str, ...]:
    """Return the lines above; none for what is no report. `said` is the sender's subject."""
    if report.verdict not in _WORDS:
        return ()
    word = _WORDS[report.verdict]
    what = _clipped(report.what)
    if not report.evidence:
        why = what or "nothing recognised"
        return (f"{word}: {why}.", *_claim(report, said))
    head = f"{word}: {what}. The evidence:" if what else f"{word}, by this evidence:"
    shown = [_line(each) for each in report.evidence[:_MOST_EVIDENCE]]
    rest = len(report.evidence) - len(shown)
    more = (f"  and {rest} more",) if rest > 0 else ()
    return (head, *shown, *more, *_claim(report, said))


def _line(proof: Evidence) -> str:
    place = f"line {proof.line}" if proof.line else "subject"
    return f"  {place:<9} {_clipped(proof.text)}"


def _claim(report: Report, said: str) -> tuple[str, ...]:
    if is_lie(report):
        return (f'The sender\'s subject claimed success: "{_clipped(said)}".',)
    if report.claim_truthful is False:
        return (f'The sender\'s subject says otherwise: "{_clipped(said)}".',)
    return ()


def _clipped(text: str) -> str:
    text = clean(text)
    return text if len(text) <= _LONGEST_LINE else text[: _LONGEST_LINE - 1] + _DOTS


def original(message_id: str) -> str:
    """Return the command that shows a mail as it came."""
    return f"relay show {message_id} --original"


def footer(
    relay: str, message_id: str, postal_address: str | None, opt_out: str | None
) -> tuple[str, ...]:
    """Return the lines below; `opt_out` is where to say that it is too much."""
    lines = (
        "--",
        f"Relayed by {relay} as {message_id}.",
        f"Why it looks like this: relay why {message_id}",
        f"The mail as it came: {original(message_id)}",
        "You get this because it was sent to you, or to a name that goes to you. To get less:",
        opt_out or OTHER_WAY,
    )
    return (*lines, clean(postal_address)) if postal_address else lines


def without_link(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return a footer that names the other way where it had a link."""
    return tuple(OTHER_WAY if MARK in line else line for line in lines)
