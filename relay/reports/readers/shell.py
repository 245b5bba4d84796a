"""Whatever a shell script prints: errors of common tools, and exit statuses that it tells.

The weakest of the readers, and a careful one: a text of the C library counts where a message has
it (after `PROGRAM: ...: `), not in a path or after a quotation mark at the beginning of a line. A
printed exit status other than 0 proves a failure; 0 proves success only if nothing else failed.
Words like `failed` or `done` prove nothing here. What a tool's own reader has accounted for is
taken away in combine.py, which is what happens next.
"""

# ruff: noqa: RUF001 - other languages' letters and signs are what is looked for here

from collections.abc import Iterator

import re2

from relay.reports.body import Line
from relay.reports.finding import Finding, Standing, worst
from relay.reports.letter import Letter
from relay.reports.mask import news
from relay.reports.readers.rsync.codes import code as rsync_code
from relay.reports.readers.shell_words import HARMLESS, NO_COMMAND, SYSTEM_ERRORS
from relay.reports.report import Evidence, Kind, Verdict

_MOST = 200
_LONGEST_WHAT = 80

_TEXTS = "|".join(re2.escape(text) for text in (*SYSTEM_ERRORS, *NO_COMMAND))
_STATUS_WORDS = (
    r"(?:exit(?:ed|s|ing)?(?: with| mit)?[ _-]?(?:code|status|value|error|err)?|"
    r"return(?:ed|s)?(?: with)?[ _-]?(?:code|status|value|error)?|\brc|\bret|\bretcode|errorlevel|"
    r"exit[ -]?code|r[üu]ckgabe(?:wert|code)|beendet mit(?: status| code)?|"
    r"(?:terminado|terminó|finalizado|finalizó) con (?:el )?(?:estado|código)|"
    r"termin[ée]e? avec (?:le )?(?:statut|code)|terminat[oa] con (?:stato|codice)|"
    r"(?:encerrado|terminou|finalizado) com (?:o )?(?:status|estado|código)|"
    r"beëindigd met (?:code|status)|zako[ńn]czon[yeao] z (?:kodem|statusem)|"
    r"заверш[её]н[ао]? с кодом|завершил(?:ся|ась|ось) с кодом|\++ exit|"
    r"code (?:de )?(?:retour|sortie)|c[óo]digo de (?:salida|sa[íi]da|retorno)|codice di uscita|"
    r"afsluitcode|kod (?:wyj[śs]cia|powrotu)|код (?:возврата|завершения|выхода)|"
    r"終了(?:コード|ステータス)|退出(?:码|代码|状态)|返回(?:码|值)|"
    r"code=exited, status|child returned status)"
)
_STATUS = re2.compile(
    rf"(?i)(?:^|[^\w/]){_STATUS_WORDS}(?: (?:is|was|of|war|ist))?\s*(?:[:=]|->)?\s*[(\"']?"
    r"(-?\d{1,5})(?:/[A-Z]+)?(?:$|[^\w/%.-]|[.][\s]|[.]$)"
)
_COUNTED = re2.compile(
    r"(?i) +(?:\w+ )?[\pL]*(?:files?|rows?|bytes|lines?|results?|records?|entries|items?|matches|"
    r"hosts?|errors|warnings)\b"
)
"""Behind a number: `returned 0 rows` is no exit status."""
_LOUD = re2.compile(
    r"^(?:Error|error): [^\d\s]|^(?:[^/>\"'|]*[\s\[\]:|*])?"
    r"(?:ERROR|FATAL|CRITICAL|EMERGENCY|FATAL ERROR|Fatal error|Fatal|fatal|panic)"
    r"(?:[:!\]]| -| \|)\s*[^\s\d]"
)
_NOTHING_WRONG = re2.compile(
    r"(?i)\b(?:no|0|zero|without)\s+(?:\w+\s+)?errors?\b|errors?[:=]\s*(?:0\b|\[\]|no(?:ne|t)?\b)"
)
_DEATH = re2.compile(
    r"(?:.*: line \d+:\s+\d+ )?(?:Killed|Segmentation fault|Aborted|Bus error|Out of memory|"
    r"Terminated|Hangup|Alarm clock)"
    r"(?: \(core dumped\))?(?:\s.*)?|(?:[\w./-]+: (?:line )?\d+|exec): .*: not found|"
    r"Traceback \(most recent call last\):|"
    r"tar: (?:Error is not recoverable: exiting now|Exiting with failure status .*)|"
    r"(?:.*\.\.\. )?mount(?:\.\w+)?: .*(?:failed|can't find|does not exist|unknown filesystem|"
    r"wrong fs type).*"
)
_TAR_CHANGED = re2.compile(
    r"tar: .*(?:file changed as we read it|File removed before we read it|"
    r"Datei hat sich beim Lesen geändert|le fichier a changé.*)"
)
MARKS = (
    rf"{_TEXTS}|(?i:{_STATUS_WORDS})\W{{0,12}}-?\d|ERROR|FATAL|CRITICAL|EMERGENCY|"
    r"[Ff]atal|[Ee]rror: |panic:|Killed|Segmentation fault|Aborted|Bus error|Out of memory|"
    r"Traceback|tar: |mount|: not found|Terminated|Hangup|Alarm clock"
)
_SEARCHED = re2.compile(MARKS.encode())
_ERROR_TEXT = re2.compile(
    rf"^(?:[^>|].*)?(?:[:\]»”\"'）：]|^)[\s\x{{a0}}]*(?:\[Errno \d+\] )?(?:{_TEXTS})"
    r"(?:$|[\s.,:;()\"'（]|\.$)"
)


def read(letter: Letter) -> Finding | None:
    """Return what scripts and common tools say went wrong, or that they ended with 0."""
    evidence: list[Evidence] = []
    for line in letter.body.matching(_SEARCHED):
        if len(evidence) == _MOST:
            break
        evidence += _evidence(line)
    if not evidence:
        return None
    verdict = worst(*(each.proves for each in evidence))
    return conclude(tuple(evidence), verdict)


def conclude(evidence: tuple[Evidence, ...], verdict: Verdict) -> Finding:
    """Make a finding of lines that all count."""
    proofs = [each for each in evidence if each.proves is verdict]
    first = proofs[0]
    codes = [int(each.rule.rpartition("-")[2]) for each in proofs if "status-" in each.rule]
    ended = verdict is Verdict.SUCCESS
    return Finding(
        reader="shell",
        kind=Kind.CRON_OTHER,
        standing=Standing.HINT,
        verdict=verdict,
        what="ended with exit status 0" if ended else _shortened(first.text),
        exit_code=codes[0] if codes else None,
        evidence=(*proofs, *(each for each in evidence if each.proves is not verdict)),
        news=() if ended else news(each.text for each in proofs),
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_WHAT else text[: _LONGEST_WHAT - 1] + "…"


def _evidence(line: Line) -> Iterator[Evidence]:
    """Yield what `line` proves, at most one thing."""
    text = line.text.strip()
    if text.startswith((">", "rsync: ", "rsync error: ", "rsync warning: ")) or any(
        phrase in text for phrase in HARMLESS
    ):
        return
    found = _status(text) or _error(text)
    if found is not None:
        rule, proves = found
        yield Evidence(line=line.number, text=text, rule=f"shell.{rule}", proves=proves)


def _status(text: str) -> tuple[str, Verdict] | None:
    match = _STATUS.search(text)
    if match is None:
        return None
    number = abs(int(match.group(1)))
    if number == 0 and _COUNTED.match(text[match.end(1) :]) is not None:
        return None
    if number == 0:
        return "status-0", Verdict.SUCCESS
    if "rsync" in text:
        return f"status-{number}", rsync_code(number).verdict
    warns = number == 1 and ("borg" in text or "tar " in text)
    return f"status-{number}", Verdict.WARNING if warns else Verdict.FAILURE


def _error(text: str) -> tuple[str, Verdict] | None:
    if _TAR_CHANGED.fullmatch(text) is not None:
        return "changed-file", Verdict.WARNING
    if _ERROR_TEXT.search(text) is not None:
        return "system-error", Verdict.FAILURE
    if _DEATH.fullmatch(text) is not None:
        return "death", Verdict.FAILURE
    if _LOUD.search(text) is not None and _NOTHING_WRONG.search(text) is None:
        return "error-line", Verdict.FAILURE
    return None
