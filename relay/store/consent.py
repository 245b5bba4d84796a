"""A recipient's own word: the choice, the mails that tell of it, all in one transaction.

Whatever way it came (a page, one click, a mail, a complaint), it ends here. The same word said
again changes nothing and sends nothing, so that a link may be followed twice. No member of a shared
address may decline for the others: whoever is in charge is told.
What happens next: history.py reads the choice for the next report.
"""

from dataclasses import dataclass

from sqlalchemy import select

from relay.choice.choice import Choice, Level, Scope, Source, addressee
from relay.choice.token import Purpose
from relay.pipeline import consent
from relay.pipeline.addressing import Addressing
from relay.pipeline.consent import Origin
from relay.store import choices, jobs, mails
from relay.store.links import Holder
from relay.store.schema import outgoing
from relay.store.writer import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What the holder of a link wants of a scope."""

    holder: Holder
    scope: Scope
    level: Level
    source: Source
    note: str = ""


def choose(tx: Transaction, word: Word, addressing: Addressing) -> bool:
    """Let a word take force; say whether that changed anything."""
    if addressing.is_shared(word.holder.recipient) and word.holder.purpose is not Purpose.STEWARD:
        _ask_steward(tx, word, addressing)
        return False
    choice = _made(tx, word)
    before = _present(tx, choice)
    if before is not None and before.level is choice.level:
        return False
    if before is None and choice.level is Level.POLICY and not _others(tx, choice):
        return False
    choices.put(tx, choice, word.holder.message_id)
    _tell(tx, choice, _origin(word.holder), addressing)
    return True


def _ask_steward(tx: Transaction, word: Word, addressing: Addressing) -> None:
    mail = consent.asked_of_all(_origin(word.holder), tx.now, word.scope, addressing)
    if tx.execute(select(outgoing.c.id).where(outgoing.c.id == mail.id)).first() is None:
        mails.add(tx, mail)


def take_back(tx: Transaction, holder: Holder) -> bool:
    """Undo the holder's choice on the scope of the link; say whether there was one."""
    made = [
        each
        for each in choices.of(tx.connection, (holder.recipient,))
        if each.scope == holder.scope and not each.suppresses
    ]
    for each in made:
        choices.take_back(tx, each, holder.message_id)
    return bool(made)


def _made(tx: Transaction, word: Word) -> Choice:
    return Choice(
        recipient=addressee(word.holder.recipient),
        scope=word.scope,
        level=word.level,
        source=word.source,
        at=tx.now,
        note=word.note,
    )


def _present(tx: Transaction, choice: Choice) -> Choice | None:
    return next((each for each in _others(tx, choice) if each.scope == choice.scope), None)


def _others(tx: Transaction, choice: Choice) -> list[Choice]:
    made = choices.of(tx.connection, (choice.recipient,))
    return [each for each in made if not each.suppresses]


def _origin(holder: Holder) -> Origin:
    return Origin(mail_id=holder.mail_id, message_id=holder.message_id, recipient=holder.recipient)


def _tell(tx: Transaction, choice: Choice, origin: Origin, addressing: Addressing) -> None:
    read = jobs.of_reader(tx.connection, origin.recipient)
    handed = consent.handed_over(choice, read, choices.every(tx.connection), addressing)
    everything = [job for each in handed.values() for job in each]
    told = [consent.confirmation(choice, origin, everything, addressing)]
    told += [
        consent.hand_over(choice, origin, to, each, addressing)
        for to, each in handed.items()
        if addressee(to) != choice.recipient
    ]
    for mail in told:
        mails.add(tx, mail)
