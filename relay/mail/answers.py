"""How subjects of answers and forwarded mails begin, as mail programs write them in many languages.

What happens next: reports/readers/person.py and returns/sender.py take them for a person's sign.
"""

_PREFIXES = (
    *("re:", "re[", "aw:", "antw:", "sv:", "vs:", "odp:", "rif:", "res:", "ynt:", "отв:"),
    *("回复", "答复", "回覆"),
    *("fwd:", "fw:", "wg:", "tr:", "rv:", "i:", "enc:", "doorst:", "pd:", "转发", "轉寄"),
)


def is_answer(subject: str) -> bool:
    """Say whether a subject begins as one of an answer or a forwarded mail does."""
    return subject.lower().startswith(_PREFIXES)
