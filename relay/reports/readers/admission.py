"""A script's own word that something failed: `Backup FAILED: only 3 files`, `[FAIL] database`.

Praise proves nothing, an admission does: it can only raise the severity. A tool's proof holds for
its own lines; what the script says on another line may be about its next step, so beside a success
an admission makes a warning. Only a plain statement counts: no file name or path, no negation
(`0 failed`, `no errors`), no heading, and of the words that reports are full of (`error`) only the
loud ones and those at the end. What a label such as `Reason:` tells proves nothing, but is part of
the news beside an admission. claim_words.py has the languages.
What happens next: combine.py takes away the lines that a tool has accounted for.
"""

# ruff: noqa: RUF001 - other languages' letters and signs are what is looked for here

from collections.abc import Iterator

import re2

from relay.reports.body import Line
from relay.reports.claim import asserted
from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.mask import news
from relay.reports.readers.shell_words import HARMLESS
from relay.reports.report import Evidence, Kind, Verdict

_MOST = 50
_LONGEST = 200
_LONGEST_WHAT = 80

_FAILED = (
    "fail(?:ed|ure|ing|s)?|abort(?:ed|ing)|unsuccessful(?:ly)?|not ok|giving up|gave up|"
    "could not|couldn't|cannot|unable to|unreachable|not reachable|offline|"
    "fehlgeschlagen|abgebrochen|gescheitert|konnten? nicht|"
    "échoué|échec|interrompue?|impossible de|n'a pas pu|"
    "fallita?|fallito|non riuscit[oa]|impossibile|"
    "fallid[oa]|falló|ha fallado|no se (?:ha podido|pudo)|"
    "falhou|falha|não foi possível|"
    "mislukt|kon niet|"
    "nieudan[yae]|niepowodzenie|nie powiod[łl]|nie udało|"
    "не удалось|не удалась|не создан|прерван[оа]?|сбой|ошибка|"
    "misslyckades|misslyckad|mislykkedes|mislyktes|mislykket|epäonnistui|selhal[oa]?|sikertelen|"
    "başarısız|αποτυχία|απέτυχε|помилка|"
    "失敗|できませんでした|失败|未能|无法|실패"
)
_LOUD = "ERROR|ERRORS|FEHLER|ERREUR|ERRORE|ERRO|FOUT|BŁĄD|ОШИБКА|エラー|错误|오류"
_SIGNS = "❌|✗|✘|✖|🔴"
_REASONS = (
    r"(?im:^\s*(?:last |error )?(?:error|reason|cause|message|details?|description|"
    r"fehler|grund|ursache|meldung|fehlermeldung|erreur|raison|motif|motivo|causa|mensaje|errore|"
    r"messaggio|erro|mensagem|fout|reden|oorzaak|melding|błąd|powód|przyczyna|ошибка|причина|"
    r"сообщение|エラー|原因|理由|错误|错误信息)"
    r"[\x{a0}\x{202f} ]?(?:[:：]|  )\s*\S)"
)
"""Labels behind which a report tells why, in lines or in the rows of a table."""
MARKS = rf"(?i:{_FAILED})|{_LOUD}|[Ee]rror[.!]*(?m:$)|{_SIGNS}|\bKO\b|{_REASONS}"
_SEARCHED = re2.compile(f"(?m:{MARKS})".encode())

_REASON = re2.compile(_REASONS)

_STATES = re2.compile(
    rf"(?i)(?:^|[\s\[(*:>-])(?:{_FAILED})(?:$|[\s\])*:,;.!(-])|{_SIGNS}"
    rf"|(?-i:(?:^|[\s\[(*])(?:{_LOUD})(?:[:,!.\])]|[\s\x{{a0}}\x{{202f}}]?[:：])|[\s\[(*](?:{_LOUD})\s*$)"
    r"|[:.…-] ?error[.!]*\s*$|\bKO[.!]*\s*$|[:=\]-]\s*KO\b|[\[(]KO[\])]"
    r"|失敗|失败|できませんでした|未能|无法|실패"
)
_COUNTED_NONE = re2.compile(
    r"(?i)\b(?:0|no|none|zero|keine?|aucune?|ningun[oa]?|nessun[oa]?|nenhum[a]?|geen|brak|без|нет)\s+"
    rf"(?:[\pL]+\s+)?(?:{_FAILED}|errors?|fehler|erreurs?|errori|errores|erros|fouten)"
    rf"|(?:{_FAILED}|{_LOUD})(?:\s*\w*)?\s*[:=]\s*(?:0|no|none|nothing|keine?|-|\[\])\b|失敗\s*[:：]?\s*0"
)
_CONDITIONAL = re2.compile(r"(?i)\b(?:if|unless|falls|wenn|retry|retrying|ignor\w*)\b")

# Names, quotations, and words that only describe another one: `failed logins`.
_NAME = re2.compile(
    r"\S*[/\\]\S*|\S+\.\w{1,5}\b|[\w-]+[_-][\w-]+|'[^']*'|\"[^\"]*\"|`[^`]*`|"
    r"(?i:failed|failing) (?:logins?|passwords?|attempts?|payments?|jobs?|units?|requests?)|"
    r"(?i:failure) to\b"
)
_LISTED = re2.compile(
    r".*\.(?:txt|pdf|docx?|xlsx?|od[tsp]|csv|log|html?|php|jpe?g|png|zip|t?gz|tar|sql|sh|py|conf|md)"
)
_LONGEST_HEADING = 40


def read(letter: Letter) -> Finding | None:
    """Return what the script itself says went wrong, None if it says nothing of it."""
    evidence: list[Evidence] = []
    reasons: list[str] = []
    for line in letter.body.matching(_SEARCHED):
        if len(evidence) == _MOST:
            break
        evidence += _admitted(line)
        if len(reasons) < _MOST and _REASON.match(line.text) is not None:
            reasons.append(line.text.strip())
    if not evidence:
        return None
    first = evidence[-1].text
    return Finding(
        reader="admission",
        kind=Kind.CRON_OTHER,
        standing=Standing.HINT,
        verdict=Verdict.FAILURE,
        what=first if len(first) <= _LONGEST_WHAT else first[: _LONGEST_WHAT - 1] + "…",
        evidence=tuple(evidence),
        news=news((*(each.text for each in evidence), *reasons)),
    )


def _admitted(line: Line) -> Iterator[Evidence]:
    text = line.text.strip()
    if len(text) <= _LONGEST and not text.startswith((">", "+")) and _states(text):
        yield Evidence(line=line.number, text=text, rule="admission.failed", proves=Verdict.FAILURE)


def _states(text: str) -> bool:
    """Whether `text` plainly says that something failed."""
    plain = _NAME.sub("*", text)
    if _STATES.search(plain) is None or _COUNTED_NONE.search(plain) is not None:
        return False
    if _LISTED.fullmatch(text) is not None or any(phrase in text for phrase in HARMLESS):
        return False
    heading = text.endswith(":") and len(text) <= _LONGEST_HEADING
    if heading or _CONDITIONAL.search(plain) is not None:
        return False
    return asserted(plain).verdict is not Verdict.SUCCESS
