"""All rules in their families, and the checks in the order in which they are asked.

docs/audit.md explains each with a bad and a good example; a test runs both.
What happens next: audit.py asks every check.
"""

from collections.abc import Callable, Iterable

from relay.audit.document import Document, Snippet
from relay.audit.finding import Hit, Rule
from relay.audit.rules import identity, noise, resilience, secrets, transport, truth

Check = Callable[[Document], Iterable[tuple[Snippet | None, Hit]]]

FAMILIES = {
    "RA1": "truth",
    "RA2": "noise",
    "RA3": "identity and form",
    "RA4": "secrets",
    "RA5": "transport",
    "RA6": "resilience",
}
CHECKS: tuple[Check, ...] = (
    truth.check,
    noise.check,
    identity.check,
    secrets.check,
    transport.check,
    resilience.check,
)
RULES: tuple[Rule, ...] = (
    *truth.RULES,
    *noise.RULES,
    *identity.RULES,
    *secrets.RULES,
    *transport.RULES,
    *resilience.RULES,
)
BY_ID = {rule.id: rule for rule in RULES}
