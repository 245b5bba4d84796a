"""All rules, family by family, in the order in which they are asked.

Each family is one module with its rules as constants, `RULES` to list them, and one function
`check(mail, site)` that yields what is broken. docs/compliance.md explains each; a test compares.
What happens next: lint.py.
"""

from collections.abc import Callable, Iterable

from relay.lint import (
    attachments,
    authentication,
    automation,
    form,
    html,
    links,
    mime,
    optout,
    originator,
    subject,
    wire,
)
from relay.lint.finding import Breach, Rule
from relay.lint.mail import Mail, Site

Check = Callable[[Mail, Site], Iterable[Breach]]

CHECKS: tuple[Check, ...] = (
    form.check,
    wire.check,
    mime.check,
    authentication.check,
    originator.check,
    subject.check,
    automation.check,
    optout.check,
    links.check,
    html.check,
    attachments.check,
)
RULES: tuple[Rule, ...] = (
    *form.RULES,
    *wire.RULES,
    *mime.RULES,
    *authentication.RULES,
    *originator.RULES,
    *subject.RULES,
    *automation.RULES,
    *optout.RULES,
    *links.RULES,
    *html.RULES,
    *attachments.RULES,
)
