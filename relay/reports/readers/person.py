"""A person's mail, which nobody may rewrite, whatever log it quotes.

Programs leave marks that people do not (cron's environment, `Auto-Submitted`, a system account),
and people write what programs do not: a reply, a mail program's name, a signature with the name in
From, a question, `I` and `you`. Marks of a program decide at once; else several marks of a person
are needed, at least one of them strong. A log with no word to anybody is no person's mail, even if
it comes from a person's account. What happens next: combine.py lets it stand alone.
"""

# ruff: noqa: RUF001 - other languages' letters and signs are what is looked for here

import re

import re2

from relay.mail.answers import is_answer
from relay.reports.claim import fold
from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.readers.person_words import (
    ADDRESSING,
    AGENTS,
    FIRST_PERSON,
    GREETINGS,
    SIGN_OFFS,
)
from relay.reports.report import Evidence, Kind, Verdict
from relay.reports.senders import (
    ROLES,
    address,
    by_program,
    display_name,
    from_system,
    is_appliance,
    submitted_locally,
)

MARKS = ""
_ENOUGH = 3
_SURELY = 5
_LOOKED_AT = 60
_WROTE = re2.compile(
    r"(?i)(?:^(?:on|am|le|il|el|em|op|w dniu)\b.+"
    r"(?:wrote|schrieb|a écrit|ha scritto|escribió|escreveu|schreef|napisał)[^\n]*:$"
    r"|^-{2,} ?(?:original message|ursprüngliche nachricht|message d'origine|forwarded message"
    r"|weitergeleitete nachricht|mensaje original|messaggio originale)"
    r"|.*(?:пишет|написал)[^\n]*:$|^(?:>|> .*)$)"
)
_PERSONAL_ADDRESS = re2.compile(r"[\pL]+\.[\pL]{2,}@.+")
_FIRST_WITHOUT_SPACES = 0x3000
_NOT_SPOKEN = re.compile(r"[^\w']|_")
_SENTENCE = re2.compile(r"(?i)^[^/|=\[\]{}]*[\pL]+(?: [\pL'’,]+){2,}[^/|=\[\]{}]*[.!?]?$")


def read(letter: Letter) -> Finding | None:
    """Return a finding if a person wrote `letter`."""
    strong, weak = _strong_marks(letter), _weak_marks(letter)
    needed = _needed(letter)
    if needed is None or not strong or 2 * len(strong) + len(weak) < needed:
        return None
    what = ", ".join((*strong, *weak))
    evidence = Evidence(line=0, text=what, rule="person.marks", proves=Verdict.NONE)
    return Finding(
        reader="person",
        kind=Kind.HUMAN,
        standing=Standing.ALONE,
        verdict=Verdict.NONE,
        what="a person's mail",
        evidence=(evidence,),
        news=(letter.subject, letter.first("message-id"), letter.first("date")),
        automated=False,
    )


def _needed(letter: Letter) -> int | None:
    """Return how many points make a person, None where a program has surely sent it.

    People do write from system accounts, with a mail program that says so.
    """
    if by_program(letter):
        return None
    return _SURELY if from_system(letter) else _ENOUGH


def _strong_marks(letter: Letter) -> list[str]:
    marks: list[str] = []
    agent = fold(f"{letter.first('user-agent')} {letter.first('x-mailer')}")
    if any(name in agent for name in AGENTS):
        marks.append("a person's mail program")
    if is_answer(letter.subject) or letter.first("in-reply-to"):
        marks.append("a reply")
    lines = [line.text.strip() for line in letter.body.written(_LOOKED_AT)]
    if any(_WROTE.search(line) for line in lines):
        marks.append("a quoted mail")
    if _named_so(letter):
        marks.append("a person's name and address, from a mail server")
    if _signed(letter, lines):
        marks.append("signed with the sender's name")
    if any(_speaks(line) for line in lines):
        marks.append("speaks to somebody")
    return marks


def _weak_marks(letter: Letter) -> list[str]:
    marks: list[str] = []
    lines = [fold(line.text.strip()) for line in letter.body.written(_LOOKED_AT)]
    if lines and len(lines[0]) < 60 and lines[0].startswith(GREETINGS):
        marks.append("a greeting")
    if any(line.strip(" ,.!-") in SIGN_OFFS for line in lines[-6:]):
        marks.append("a closing phrase")
    if "--" in (line.text.rstrip() for line in letter.body.written(_LOOKED_AT)):
        marks.append("a signature")
    if _is_personal(display_name(letter.first("from"))):
        marks.append("a person's name")
    if _PERSONAL_ADDRESS.fullmatch(address(letter.first("from"))):
        marks.append("a person's address")
    if any(_says(line.text.strip(), ADDRESSING) for line in letter.body.written(_LOOKED_AT)):
        marks.append("addresses somebody")
    return marks


def _is_personal(name: str) -> bool:
    """Whether a display name looks like a first name, or a first and a last name."""
    if is_appliance(name):
        return False
    parts = name.replace(",", " ").split()
    plain = all(part[0].isupper() and not part.isupper() and part.isalpha() for part in parts)
    return 1 <= len(parts) <= 4 and plain


def _named_so(letter: Letter) -> bool:
    """Whether the name in From is that of its address, and no host submitted the mail itself."""
    traces = [trace.lower() for trace in letter.every("received")]
    if not traces or submitted_locally(traces[-1]) or " with esmtp" not in traces[-1]:
        return False
    sender = letter.first("from")
    words = fold(display_name(sender)).replace(",", " ").split()
    local = fold(address(sender).partition("@")[0])
    personal = _is_personal(display_name(sender)) and not local.startswith(ROLES)
    return personal and local in _addresses(words)


def _addresses(words: list[str]) -> set[str]:
    """Return the local parts that people of such a name have: anna, anna.berg, a.berg, aberg."""
    if len(words) < 2:
        return set()
    first, last = words[0], words[-1]
    both = {f"{head}{joint}{last}" for head in (first, first[:1]) for joint in ("", ".", "_", "-")}
    return {first, last, f"{last}.{first}", f"{first}{last[:1]}", *both}


def _signed(letter: Letter, lines: list[str]) -> bool:
    """Whether one of the last lines is the sender's name, or its first part."""
    name = fold(display_name(letter.first("from")))
    if is_appliance(name):
        return False
    names = {name, *name.replace(",", " ").split()} - {""}
    return len(lines) > 1 and any(_is_signature(line, names) for line in lines[-8:])


def _is_signature(line: str, names: set[str]) -> bool:
    """Whether a line is one of `names`, alone or behind a closing phrase: `Thanks, Tom`."""
    text = fold(line.strip(" ,.-–—~"))
    closing, _, name = text.rpartition(" ")
    return text in names or (name in names and closing.strip(" ,.!-") in SIGN_OFFS)


def _speaks(line: str) -> bool:
    """Whether a line says `I`, or asks somebody something."""
    return _says(line, FIRST_PERSON) or (("?" in line or "？" in line) and _says(line, ADDRESSING))


def _says(line: str, words: set[str]) -> bool:
    """Whether a line is a sentence with one of `words`; Chinese and Japanese have no word ends."""
    if line.isascii() and line.count(" ") < 2:
        return False  # most lines of a log; no sentence is so short
    folded = fold(line)
    if not folded.isascii() and any(
        ord(word[0]) > _FIRST_WITHOUT_SPACES and word in folded for word in words
    ):
        return True
    spoken = _NOT_SPOKEN.sub(" ", folded).split()
    return len(spoken) > 3 and not words.isdisjoint(spoken) and _SENTENCE.match(line) is not None
