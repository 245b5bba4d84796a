"""QNAP's notices: Hybrid Backup Sync, storage, snapshots, disks, firmware, in seven languages.

A notice has labelled fields, first the NAS's name and a severity, and one message, which begins
with its application in brackets. The severity `Error` is a failure and `Warning` a warning,
whatever the message claims; `Info` says nothing by itself: only a message that tells a job's end,
and no doubt of it (`not`, `with errors`), proves a success, one that tells its beginning leaves it
unknown, and the rest (an update, a login, a test) is no report. QTS 4 wrote `Server Name` and
`Level` and the message without a label.
What happens next: combine.py weighs it against other tools.
"""

from dataclasses import replace

import re2

from relay.reports.body import Line
from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    Grammar,
    Statement,
    begins,
    fails,
    notes,
    succeeds,
    warns,
)
from relay.reports.lines.judge import judge, statement_words
from relay.reports.lines.notice import ANY, fields, no_report, understood
from relay.reports.report import Kind, Verdict

MARKS = ""  # fields() reads the whole notice

_LABELS = {
    **dict.fromkeys(("nas name", "nas-name", "nom du nas", "nome nas", "nombre del nas"), "name"),
    **dict.fromkeys(("nas-naam", "nome do nas", "server name", "servername"), "name"),
    **dict.fromkeys(("severity", "schweregrad", "gravité", "gravità", "gravedad"), "severity"),
    **dict.fromkeys(("ernst", "gravidade", "level", "ebene", "stufe", "niveau"), "severity"),
    **dict.fromkeys(("date/time", "datum/zeit", "datum/uhrzeit", "date/heure", "data/ora"), "time"),
    **dict.fromkeys(("fecha/hora", "datum/tijd", "data/hora", "date"), "time"),
    **dict.fromkeys(("app name", "app-name", "anwendungsname", "nom de l'application"), "app"),
    **dict.fromkeys(("nome app", "nombre de la aplicación", "app-naam"), "app"),
    **dict.fromkeys(("message", "nachricht", "messaggio", "mensaje", "bericht"), "message"),
    **dict.fromkeys(("mensagem", "meldung"), "message"),
}
_ERROR = {"error", "fehler", "erreur", "errore", "fout", "erro", "critical", "kritisch"}
_WARNING = {"warning", "warnung", "avertissement", "avviso", "advertencia", "waarschuwing", "aviso"}
_LOOKED_AT = 40

_APP = r"(?:\[(?P<app>[^\]]+)\] ?)?"
_NAMED = r'"(?P<job>[^"]+)"'
_ENDS = (
    r"finished|completed?|has been completed|successfully|abgeschlossen|fertiggestellt|terminée?|"
    r"effectuée?|completat[oa]|finalizad[oa]|voltooid|concluíd[oa]"
)

_DOUBTS = (
    r"not|unable|incomplete|partially|abort(?:ed)?|cancel+ed|stopped|skipped|interrupted|"
    r"with (?:\w+ )?(?:errors?|warnings?)|nicht|abgebrochen|unterbrochen|mit (?:Fehlern?|"
    r"Warnungen)|pas|annulée?|interrompu[eao]?|avec des erreurs|non|annullat[oa]|con errori|"
    r"cancelad[oa]|con errores|niet|met fouten|não|com erros"
)

# How an informal message ends or begins a job.
_MESSAGES = (
    fails(
        "failed", rf"{_APP}(?P<reason>Failed to .+?|.+? failed)(?: {_NAMED})?(?:[.:].*)?", mark=ANY
    ),
    begins(
        "unclear",
        rf"{_APP}(?P<reason>(?:[^\"]|\"[^\"]*\")*\b(?i:{_DOUBTS})\b.*)",
        mark=ANY,
        say="{reason}",
    ),
    begins("started", rf"{_APP}(?:Started|Starting|Begin) .*?(?:{_NAMED}.*|\S)", mark=ANY),
    succeeds(
        "finished",
        rf"{_APP}(?i:Finished|Completed) .*?{_NAMED}.*",
        mark=ANY,
        say="{job} finished",
    ),
    succeeds("ended", rf"{_APP}.*?(?:{_NAMED}.*?)?\b(?i:{_ENDS})\b.*", mark=ANY),
)
_SEVERE = {
    "error": fails("error", rf"{_APP}(?P<reason>.*)", mark=ANY),
    "warning": warns("warning", rf"{_APP}(?P<reason>.*)", mark=ANY),
}
_NOTICE = notes("notice", rf"{_APP}(?P<reason>.*)", mark=ANY, say="{reason}")
_OF_WHAT = re2.compile(
    rf"(?i){_APP}(?:.*?(?:job|auftrag|tâche|processo|tarea|taak)\b[^\"]*{_NAMED}|"
    r".*?\b(?P<object>(?:storage pool|raid group|volume|disk|drive|snapshot vault|jbod|nvme|lun)"
    r"[ :]*\"?[\w-]*\d[\w-]*))?.*"
)
_QNAP = Grammar(reader="qnap", kind=Kind.NAS, rules=(*_MESSAGES, *_SEVERE.values(), _NOTICE))


def read(letter: Letter) -> Finding | None:
    """Return what a QNAP's notice says, None if the mail is none."""
    found = fields(letter, _LABELS)
    if not {"name", "severity", "time"} <= set(found):
        return None
    message = found.get("message") or _unlabelled(letter, found)
    if message is None:
        return None
    said = _judged(found["severity"].text, message)
    finding = judge(_QNAP, [said]) or no_report(_QNAP, said)
    what = statement_words(said) if finding.verdict is Verdict.UNKNOWN else finding.what
    host = found["name"].text or None
    return replace(finding, host=host, job=_job(message.text), what=what)


def _judged(severity: str, message: Line) -> Statement:
    """Judge a message: by its severity, and where that is mild by its own words."""
    word = severity.lower().strip(" .")
    severe = "error" if word in _ERROR else "warning" if word in _WARNING else ""
    said = understood((_SEVERE[severe],) if severe else (*_MESSAGES, _NOTICE), message)
    assert said is not None  # noqa: S101 - the last rule of either takes any text
    return said


def _unlabelled(letter: Letter, found: dict[str, Line]) -> Line | None:
    """Return the text below the fields, where QTS 4 writes its message."""
    last = max(line.number for line in found.values())
    below = (line for line in letter.body.written(_LOOKED_AT) if line.number > last)
    return next((Line(number=line.number, text=line.text.strip()) for line in below), None)


def _job(message: str) -> str | None:
    """Name the job: the task in quotation marks, else the application and its object."""
    match = _OF_WHAT.fullmatch(message)
    if match is None:
        return None
    named, thing, app = match.group("job"), match.group("object"), match.group("app")
    return named or " ".join(part.strip() for part in (app, thing) if part) or None
