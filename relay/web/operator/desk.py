"""What the operator's pages need of the relay: each a function, given by the composition root.

What happens next: app.py gives the desk to each page, with the visit that asks for it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from starlette.exceptions import HTTPException

from relay.pipeline.comparison import Comparison
from relay.pipeline.stages import Prepared
from relay.policy.rules import Rules
from relay.store.acts import Arguments
from relay.store.sessions import Session
from relay.store.store import Store
from relay.web.operator.survey import Survey


class Act(Protocol):
    """Does one of store.acts by its name; `author` is who wants it."""

    async def __call__(self, act: str, arguments: Arguments, author: str | None) -> list[str]:
        """Return what it was done to; raise RelayError if it cannot be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The rules in force, and what may be tried with others.

    `explain` says what would become of a mail; `backtest` what a policy file's text would have done
    with the mail since then, had it stood in the place of the file of this name.
    """

    rules: Callable[[], Rules]
    files: Callable[[], dict[str, str]]
    explain: Callable[[bytes], Awaitable[Prepared]]
    backtest: Callable[[datetime, str, str], Awaitable[Comparison]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The store, what may be done to it, and how the relay is set up at the moment."""

    store: Store
    survey: Survey
    act: Act
    policies: Policies
    zone: Callable[[], str]
    closed: Callable[[], str | None]
    now: Callable[[], datetime]
    lasts: timedelta
    secure: bool


Form = dict[str, str]
"""The fields of a form; an uploaded file is one, too, as Latin-1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody who is logged in asks for a page: with which query, and which form if it is a POST.

    `csrf` is what each form of this session has to hold.
    """

    session: Session
    csrf: str
    query: dict[str, str]
    path: dict[str, str]
    form: Form

    @property
    def acts(self) -> bool:
        """Whether this operator may change anything."""
        return self.session.role == "operator"

    def must_act(self) -> None:
        """Raise HTTPException unless this operator may change something."""
        if not self.acts:
            raise HTTPException(403)
