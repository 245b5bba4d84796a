"""All that is known of one mail while it is decided on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from relay.mail.message import Message
from relay.policy.match import short
from relay.policy.rules import Rule, Rules, Then
from relay.policy.touch import Originator, Permission
from relay.reports.report import Report

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A mail, its report, the rules that apply to it, its sender, how much of it may change.

    `said` is the sender's subject, free of secrets.
    """

    message: Message
    report: Report
    rules: Rules
    orders: tuple[Rule, ...]
    origin: Originator
    permission: Permission
    said: str

    @property
    def host(self) -> str:
        """The configured host that sent it, or in `relay explain` the one that it names."""
        return self.message.received.origin.host or self.report.host or ""

    @property
    def shown_host(self) -> str:
        """The short name of the host that it is about."""
        return short(self.report.host or self.host)

    @property
    def owner(self) -> str:
        """Who answers for the host."""
        return self.rules.owner(self.host)

    def first(self, pick: Callable[[Then], T | None]) -> tuple[T, Rule] | None:
        """Return the first order that `pick` finds, and its rule."""
        for rule in self.orders:
            found = pick(rule.then)
            if found is not None:
                return found, rule
        return None
