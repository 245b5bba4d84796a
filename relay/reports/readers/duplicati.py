"""Duplicati: the results that it mails, as text or as JSON, and the exception of a failed run.

The result's own `ParsedResult` decides: Success, Warning, Error or Fatal; so does the level of each
logged line. Only the outermost result proves a success: an indented one is that of a step, and
a report that was cut keeps its steps. A partial backup is a warning. `Failed: ` heads the report
of a run that an exception ended. The job is the backup's name, from the subject.
What happens next: combine.py weighs it against other tools.
"""

from dataclasses import replace

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    Grammar,
    Statement,
    begins,
    fails,
    notes,
    statements,
    succeeds,
    warns,
)
from relay.reports.lines.judge import judge
from relay.reports.readers.duplicati_json import flattened
from relay.reports.report import Kind

_TAGGED = r"(?:\d{4}-\d\d-\d\d .*? - )?"

_DUPLICATI = Grammar(
    reader="duplicati",
    kind=Kind.BACKUP_OTHER,
    signature=r"Duplicati|ParsedResult",
    rules=(
        fails("failed", r"Failed: (?P<reason>.+)"),
        fails("logged-error", rf"{_TAGGED}\[Error-Duplicati\.[\w.+]+-?\w*\]: (?P<reason>.+)"),
        fails("result", r"ParsedResult: (?P<reason>Error|Fatal)", ends=True),
        fails("errors", r"Errors: \[(?P<reason>.*[^\]\s].*)?", mark=r"Errors: \["),
        fails("error-count", r"ErrorsActualLength: (?P<errors>[1-9]\d*)", say="{errors} errors"),
        warns("logged-warning", rf"{_TAGGED}\[Warning-Duplicati\.[\w.+]+-?\w*\]: (?P<reason>.+)"),
        warns(
            "partial", r"(?:PartialBackup|Interrupted): True", mark=": True", say="a partial backup"
        ),
        warns("result-warning", r"ParsedResult: Warning", say="finished with warnings", ends=True),
        warns("warnings", r"Warnings: \[(?P<reason>.*[^\]\s].*)?", mark=r"Warnings: \["),
        warns("warning-count", r"WarningsActualLength: (?P<warnings>[1-9]\d*)"),
        succeeds("result-success", r"ParsedResult: Success"),
        notes("job", r"Duplicati (?:\w+,? )*report for (?P<job>.+)", subject=True),
        notes("operation", r"MainOperation: (?P<operation>\w+)"),
        notes("examined", r"ExaminedFiles: (?P<files_total>\d+)"),
        notes("added", r"AddedFiles: (?P<files_new>\d+)"),
        notes("modified", r"ModifiedFiles: (?P<files_changed>\d+)"),
        begins("report", r"DeletedFiles: (?P<files_deleted>\d+)"),
        notes("size", r"SizeOfExaminedFiles: (?P<bytes_total>\d+)"),
        notes("size-added", r"SizeOfAddedFiles: (?P<bytes_added>\d+)"),
        notes("unread", r"FilesWithError: (?P<files_failed>\d+)"),
        notes("uploaded", r"BytesUploaded: (?P<bytes_transferred>\d+)"),
        notes("duration", r"Duration: (?P<seconds>[\d:.]+)"),
        notes("host", r"machine-name: (?P<host>\S+)"),
        notes("name", r"backup-name: (?P<job>.+)"),
    ),
)
MARKS = _DUPLICATI.marks


def read(letter: Letter) -> Finding | None:
    """Return what Duplicati's result says, None if the mail holds none."""
    said = [each for each in statements(_DUPLICATI, letter) if _counts(each)]
    lines = flattened(letter)
    if lines is not None:
        said = [each for each in said if not each.line.number]
        said += [each for each in statements(_DUPLICATI, lines) if each.line.number]
    finding = judge(_DUPLICATI, said)
    return finding if finding is None or lines is None else replace(finding, owns=frozenset())


def _counts(said: Statement) -> bool:
    """Whether a line counts: what is indented is a step's, except for lines of the log."""
    return said.rule.name.startswith("logged-") or not said.line.text.startswith((" ", "\t"))
