"""A recipient's own word: the choices, the mails that tell of them, all in one transaction.

Whatever way it came (a page, one click, a mail, a complaint), it ends here. The same word said
again changes nothing and sends nothing, so that a link may be followed twice. Whatever brings less
than before is a choice that its recipient is told of, so that no link silences a stranger. No
member of a shared address may decline for the others: whoever is in charge is told.
What happens next: history.py reads the choices for the next report.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from relay.choice.choice import Choice, Level, Scope, Source, addressee, choice_of
from relay.choice.token import Purpose
from relay.pipeline import consent
from relay.pipeline.addressing import Addressing
from relay.pipeline.consent import Origin
from relay.pipeline.stages import Outgoing
from relay.store import choices, jobs, mails
from relay.store.links import Holder
from relay.store.schema import outgoing
from relay.store.writer import Transaction

_KEPT_BACK = {Level.FAILURES: 1, Level.NOTHING: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What the holder of a link wants of each scope; None takes the wider choice's word."""

    holder: Holder
    wishes: Mapping[Scope, Level | None]
    source: Source
    note: str = ""


def choose(tx: Transaction, word: Word, addressing: Addressing) -> tuple[Choice, ...]:
    """Let a word take force; return the choices that are new by it."""
    holder = word.holder
    if addressing.is_shared(holder.recipient) and holder.purpose is not Purpose.STEWARD:
        _ask_steward(tx, word, addressing)
        return ()
    present = {each.scope: each for each in own(tx.connection, holder)}
    made: list[Choice] = []
    for scope, wish in word.wishes.items():  # the wider ones first
        level = wish or _instead(tx, present, scope)
        if level is not None and _is_new(present, scope, level):
            present[scope] = _made(tx, word, scope, level)
            made.append(present[scope])
        elif level is None and scope in present:
            choices.remove(tx, present.pop(scope), holder.message_id)
    for each in made:
        choices.put(tx, each, holder.message_id)
    if made:
        _tell(tx, made, holder, addressing)
    return tuple(made)


def _instead(tx: Transaction, present: Mapping[Scope, Choice], scope: Scope) -> Level | None:
    """Return the wider choice's level where letting go would bring less: that is a word, too."""
    if scope not in present:
        return None
    level = _wider(present[scope], present.values(), tx.now)
    return level if _is_less(level, present[scope].level) else None


def _is_new(present: Mapping[Scope, Choice], scope: Scope, level: Level) -> bool:
    if scope in present:
        return present[scope].level is not level
    return bool(present) or level is not Level.POLICY  # which is so without a word


def take_back(tx: Transaction, holder: Holder) -> tuple[Choice, ...]:
    """Undo the holder's choice on the scope of the link; return it, if there was one.

    One that took the place of a quieter one stays: an undo must not silence anybody.
    """
    if would_silence(tx.connection, holder, tx.now):
        return ()
    made = tuple(each for each in own(tx.connection, holder) if each.scope == holder.scope)
    for each in made:
        choices.take_back(tx, each, holder.message_id)
    return made


def would_silence(connection: Connection, holder: Holder, now: datetime) -> bool:
    """Whether less would come than now, were the choice on the scope of the link undone."""
    present = own(connection, holder)
    return any(
        _is_less(choices.before(connection, each) or _wider(each, present, now), each.level)
        for each in present
        if each.scope == holder.scope
    )


def _wider(choice: Choice, present: Iterable[Choice], now: datetime) -> Level:
    """Return what would count for the scope of `choice` without it."""
    others = [each for each in present if each.scope != choice.scope]
    found = choice_of(others, choice.recipient, choice.scope.host, choice.scope.job, now)
    return found.level if found else Level.POLICY


def _is_less(level: Level, than: Level) -> bool:
    return _KEPT_BACK.get(level, 0) > _KEPT_BACK.get(than, 0)


def own(connection: Connection, holder: Holder) -> list[Choice]:
    """Return what the holder has chosen so far."""
    made = choices.of(connection, (holder.recipient,))
    return [each for each in made if not each.suppresses]


def _made(tx: Transaction, word: Word, scope: Scope, level: Level) -> Choice:
    return Choice(
        recipient=addressee(word.holder.recipient),
        scope=scope,
        level=level,
        source=word.source,
        at=tx.now,
        note=word.note,
    )


def _origin(holder: Holder) -> Origin:
    return Origin(mail_id=holder.mail_id, message_id=holder.message_id, recipient=holder.recipient)


def _ask_steward(tx: Transaction, word: Word, addressing: Addressing) -> None:
    for scope in word.wishes:
        _send_once(tx, consent.asked_of_all(_origin(word.holder), tx.now, scope, addressing))


def _tell(tx: Transaction, made: list[Choice], holder: Holder, addressing: Addressing) -> None:
    origin = _origin(holder)
    read = jobs.of_reader(tx.connection, origin.recipient)
    handed = consent.handed_over(made, read, choices.every(tx.connection), addressing)
    everything = [job for each in handed.values() for job in each]
    told: list[Outgoing] = []
    # Whoever complained gets nothing more, not even that word; the postmaster has the way back.
    if made[0].source is not Source.COMPLAINT:
        told.append(consent.confirmation(made, origin, everything, addressing))
    told += [
        consent.hand_over(made, origin, to, each, addressing)
        for to, each in handed.items()
        if addressee(to) != addressee(origin.recipient)
    ]
    for mail in told:
        _send_once(tx, mail)


def _send_once(tx: Transaction, mail: Outgoing) -> None:
    """Send a mail unless the very same was sent: its ID is made of what it says, and when."""
    if tx.execute(select(outgoing.c.id).where(outgoing.c.id == mail.id)).first() is None:
        mails.add(tx, mail)
