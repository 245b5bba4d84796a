"""Secrets out of what leaves: subject, comments, extension fields, texts, cron's environment.

X-Cron-Env fields keep the variable's name and lose a secret value whole; other unstructured fields
and the text parts lose what mail/secrets.py recognises, and nothing else changes in them. Packed
or binary attachments are not searched.
What happens next: subject.py, carriage.py.
"""

from relay.mail.encode import write
from relay.mail.headers import clean, decode
from relay.mail.message import Field
from relay.mail.secrets import redact, redact_variable

_SEARCHED = ("subject", "comments", "keywords", "user-agent")


def redact_fields(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return the fields without secrets; a field that holds none stays as it is."""
    return tuple(_redacted(field) for field in fields)


def _redacted(field: Field) -> Field:
    name = field.name.lower()
    if not name.startswith("x-") and name not in _SEARCHED:
        return field
    text = decode(field)
    hide = redact_variable if name == "x-cron-env" else redact
    hidden = clean(hide(text))
    return field if hidden == text else write(field.name, hidden)
