"""How automatic answers begin their subjects, in the languages that we hear.

What happens next: automatic.py looks for them at the very beginning, where a reply has its `Re:`.
"""

ENGLISH = (
    *("automatic reply", "automatic response", "automated reply", "automated response"),
    *("auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse"),
    *("out of office", "out of the office", "out-of-office", "vacation reply"),
    *("i am out of office", "i am out of the office", "away from my mail"),
)
GERMAN = (
    *("automatische antwort", "automatische rückantwort", "automatische nachricht"),
    *("abwesenheitsnotiz", "abwesenheitsassistent", "abwesenheitsmeldung", "abwesend"),
    *("außer haus", "nicht im büro"),
)
FRENCH = (
    *("réponse automatique", "message automatique", "absence du bureau", "absent du bureau"),
    *("message d'absence", "avis d'absence"),
)
SPANISH = ("respuesta automática", "fuera de la oficina", "fuera de oficina")
ITALIAN = ("risposta automatica", "fuori ufficio", "fuori sede")
PORTUGUESE = ("resposta automática", "fora do escritório", "ausência temporária")
DUTCH = ("automatisch antwoord", "automatische beantwoording", "afwezigheidsbericht", "afwezig")
POLISH = ("automatyczna odpowiedź", "odpowiedź automatyczna", "autoodpowiedź", "poza biurem")
RUSSIAN = ("автоматический ответ", "автоответ", "вне офиса", "нет на месте")
JAPANESE = ("自動返信", "自動応答", "不在通知", "不在のお知らせ")
CHINESE = ("自动回复", "自动答复", "自動回覆", "自動回复", "外出通知", "不在办公室")
CHALLENGES = (
    *("please confirm your message", "please confirm your email", "confirm your message"),
    *("verification required", "sender verification", "your message requires confirmation"),
)

SUBJECTS = (
    *(*ENGLISH, *GERMAN, *FRENCH, *SPANISH, *ITALIAN, *PORTUGUESE, *DUTCH, *POLISH, *RUSSIAN),
    *(*JAPANESE, *CHINESE, *CHALLENGES),
)

CONTINUATIONS = ("until", "till", "from", "re", "bis", "vom", "jusqu", "hasta", "fino", "até", "do")
"""Words that may follow; any other makes it a sentence, which a person may have written."""
