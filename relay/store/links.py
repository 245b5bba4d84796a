"""Whom an opt-out token speaks for: the mail that it came with, looked up, and the code compared.

There is one answer to whatever is wrong with a token, and it takes as long as the right one.
What happens next: web/choice.py and workers/returns.py act for the holder.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from relay.choice.choice import EVERYTHING, Scope
from relay.choice.token import Purpose, Token, is_genuine, read
from relay.pipeline.stages import OutgoingKind
from relay.reports.job import identity
from relay.store import choices
from relay.store.keys import live_choice_keys
from relay.store.schema import messages, outgoing

_NOBODY = Token(mail_id="0" * 16 + "-1", key="a", code="a" * 26)
_OF_A_JOB = (OutgoingKind.REPORT, OutgoingKind.REMINDER, OutgoingKind.MISSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a link: the recipient of `mail_id`, and what the mail was about."""

    purpose: Purpose
    mail_id: str
    message_id: str
    recipient: str
    scope: Scope


def holder_of(connection: Connection, text: str, purpose: Purpose) -> Holder | None:
    """Return who holds the token `text`, None for whatever is no token of ours."""
    keys = live_choice_keys(connection)
    token = read(text) or _NOBODY
    row = connection.execute(_mail_of(token)).first()
    if row is None:
        return None  # no mail has ever left
    scope = scope_of(row.kind, row.report_host or row.host, row.job)
    about = _about(connection, purpose, row, scope)
    genuine = [each for each in about if is_genuine(token, purpose, row.recipient, each, keys)]
    holder = Holder(
        purpose=purpose,
        mail_id=row.id,
        message_id=row.message_id,
        recipient=row.recipient,
        scope=(genuine or about)[0],
    )
    return holder if genuine and row.id == token.mail_id else None


def _mail_of(token: Token) -> Select[Any]:
    """Ask for the mail that a token names, or else for another, which takes as long to read."""
    named = select(outgoing.c.id).where(outgoing.c.id == token.mail_id).scalar_subquery()
    other = select(func.min(outgoing.c.id)).scalar_subquery()
    return (
        select(outgoing, messages.c.host, messages.c.report_host, messages.c.job)
        .join(messages, messages.c.id == outgoing.c.message_id)
        .where(outgoing.c.id == func.coalesce(named, other))
    )


def scope_of(kind: str, host: str, job: str | None) -> Scope:
    """Return what a mail of ours is about."""
    if kind not in _OF_A_JOB or not job:
        return EVERYTHING
    return Scope(host=host, job=identity(job))


def _about(
    connection: Connection, purpose: Purpose, mail: Row[Any], scope: Scope
) -> tuple[Scope, ...]:
    """Return what a token for this purpose may be about."""
    match purpose:
        case Purpose.UNSUBSCRIBE:
            return (scope,)
        case Purpose.PREFERENCES | Purpose.STEWARD:
            return (EVERYTHING,)
        case Purpose.UNDO:
            made = choices.of(connection, (mail.recipient,))
            own = [each.scope for each in made if not each.suppresses]
            # An undo that is followed twice is no wrong link the second time.
            own += choices.taken_back(connection, mail.message_id, mail.recipient)
            return tuple(dict.fromkeys(own)) or (EVERYTHING,)
