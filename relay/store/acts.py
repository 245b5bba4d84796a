"""Everything that an operator may do to a store by command, each by its name.

A command does it as the store's writer; on SQLite beside a running relay, which is the only writer,
it asks the relay to (web/control.py). Both ways end in `perform`: an act takes texts by name, does
its work in one transaction with its line in the ledger, and returns what it was done to.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from relay.errors import RelayError
from relay.pipeline.stages import Event
from relay.store import operate, operators, pending, recipients, remedy, silences, upkeep
from relay.store.operate import Action
from relay.store.writer import Transaction

Act = Callable[..., list[str]]
Arguments = Mapping[str, str | None]

ACTS: Mapping[str, Act] = {
    **{f"queue {action}": partial(operate.act, action=action) for action in Action},
    "jobs forget": upkeep.forget,
    "jobs expect": upkeep.expect,
    "silence add": silences.add,
    "silence end": silences.end,
    "digest send": pending.send,
    "recipients suppress": recipients.suppress,
    "recipients allow": recipients.allow,
    "recipients import": recipients.take,
    "recipients rotate-key": recipients.rotate_key,
    "remedy": remedy.act,
    "operators add": operators.add,
    "operators remove": operators.remove,
    "operators totp": operators.set_totp,
}


def perform(
    tx: Transaction, name: str, arguments: Arguments, author: str | None = None
) -> list[str]:
    """Do the act `name`; raise RelayError with the reason if it cannot be done.

    The lines that it writes into the ledger are signed by `author`, where one is known.
    """
    act = ACTS.get(name)
    if act is None:
        raise RelayError(f"the running relay knows no act {name}: it is of another version")
    try:
        inspect.signature(act).bind(tx, **arguments)
    except TypeError as error:
        raise RelayError(f"{name}: {error}; the running relay is of another version") from error
    before = len(tx.events)
    done = act(tx, **arguments)
    if author is not None:
        tx.events[before:] = [_signed(event, author) for event in tx.events[before:]]
    return done


def _signed(event: Event, author: str) -> Event:
    return replace(event, data={**event.data, "by": author})
