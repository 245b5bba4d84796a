"""The acts of a remedy: each is one transaction, with its reason in the ledger of its upstream.

What is in force is one row for each upstream, which claims.py and workers/egress.py obey. Mails
that a step touches have their own lines besides, so `relay why` tells them. An act touches so many
mails at most, that nobody waits long behind it; it says when there is more to do.
What happens next: cli/remedy.py shows and orders it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, insert, select, update

from relay.errors import NotFoundError, RelayError
from relay.pipeline import remedy as procedure
from relay.pipeline.batch import BatchKey, BatchKind, Waiting
from relay.pipeline.ids import upstream_key
from relay.pipeline.press import Press
from relay.pipeline.remedy import PROCEDURE, Step
from relay.pipeline.stages import Event, State
from relay.store import batches, operate, press
from relay.store.schema import batches as batch_rows
from relay.store.schema import contents, messages, outgoing, remedies, upstreams
from relay.store.situation import (
    MOST,
    held_by_remedy,
    holdable,
    in_force,
    situation,
    stale,
)
from relay.store.writer import Transaction

_PRESSED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An act on an upstream.

    `given` is what the step needs: a number of mails a minute, the name of another upstream, spare
    addresses or the IDs of mails that were exported.
    """

    upstream: str
    reason: str
    given: str | None = None

    @property
    def mark(self) -> str:
        """Return the reason as mails keep it, so that an undo finds what it touched."""
        return f"remedy of {self.upstream}: {self.reason}"

    @property
    def items(self) -> tuple[str, ...]:
        """Return what was given as a list."""
        return tuple(each for each in (self.given or "").split(",") if each)


def act(
    tx: Transaction,
    *,
    upstream: str,
    step: str,
    reason: str,
    undo: str | None = None,
    given: str | None = None,
) -> list[str]:
    """Do a step of the procedure, or take it back; return in words what was done."""
    if not reason.strip():
        raise RelayError(f"give a reason for step {step}: the ledger keeps it")
    acts = {each.step.value for each in PROCEDURE if each.acts}
    if step not in acts:
        raise RelayError(f"{step} is no step that does anything; there are {', '.join(acts)}")
    order = Order(upstream=upstream, reason=reason.strip(), given=given)
    done = (_UNDO if undo else _DO)[Step(step)](tx, order)
    data = {"upstream": upstream, "step": step, "undone": bool(undo), "reason": order.reason}
    key = upstream_key(upstream)
    tx.record(Event(kind="remedied", message_id=key, data={**data, "done": done}))
    return done


def _put(tx: Transaction, order: Order, **values: Any) -> None:
    """Write what is in force for an upstream."""
    values |= {"at": tx.now, "reason": order.reason}
    row = update(remedies).where(remedies.c.upstream == order.upstream).values(values)
    if tx.execute(row).rowcount == 0:
        tx.execute(insert(remedies).values(upstream=order.upstream, **values))


def _slow(tx: Transaction, order: Order) -> list[str]:
    seen = situation(tx.connection, order.upstream, tx.now)
    text = order.given or str(procedure.slower(seen.per_hour))
    if not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise RelayError(f"{text} is no number of mails a minute")
    _put(tx, order, per_minute=int(text), ramp_since=None)
    return [f"{order.upstream} gets {text} mails a minute"]


def _unslow(tx: Transaction, order: Order) -> list[str]:
    _put(tx, order, per_minute=None, ramp_since=None)
    return [f"{order.upstream} gets mails at its own pace"]


def _press(tx: Transaction, order: Order) -> list[str]:
    crowds = [each for each in press.crowds(tx.connection) if each.upstream == order.upstream]
    done, total = [], 0
    for recipient in sorted({each.recipient for each in crowds}):
        if sum(each.mails for each in crowds if each.recipient == recipient) < 2:
            continue
        key = BatchKey(kind=BatchKind.BACKLOG, recipient=recipient, name=order.upstream)
        waiting = Waiting(
            batch=key,
            addresses=(),
            due_at=tx.now + _PRESSED_FOR,
            schedule=f"in one mail, because {order.mark}",
            upstream=order.upstream,
        )
        count = 0
        while total + count < MOST and (more := press.merge(tx, Press(waiting=waiting, host=None))):
            count += more
        total += count
        done.append(f"{count} mails to {recipient} go into one")
    return _worth_doing(done, "no two mails wait that could go into one")


def _unpress(tx: Transaction, order: Order) -> list[str]:
    backlog = batch_rows.c.kind == BatchKind.BACKLOG
    which = backlog & (batch_rows.c.upstream == order.upstream)
    sent = batches.send_now(tx, which, "The remedy was taken back", order.reason)
    return _worth_doing([f"{each} leaves now" for each in sent], "no such digest waits")


def _hold(tx: Transaction, order: Order) -> list[str]:
    chosen = (
        select(outgoing.c.id)
        .join(messages, messages.c.id == outgoing.c.message_id)
        .where(*holdable(order.upstream, tx.now))
        .limit(MOST)
    )
    held = {"state": State.HELD, "reason": order.mark}
    count = _change(tx, outgoing.c.id.in_(chosen), held, "held", order)
    return _worth_doing([f"{count} mails are held"] if count else [], "nothing waits to be held")


def _release(tx: Transaction, order: Order) -> list[str]:
    free = {"state": State.QUEUED, "due_at": tx.now}
    chosen = select(outgoing.c.id).where(*held_by_remedy(order.upstream)).limit(MOST)
    count = _change(tx, outgoing.c.id.in_(chosen), free, "released", order)
    return [f"{count} mails are released"]


def _change(
    tx: Transaction,
    which: ColumnElement[bool],
    values: Mapping[str, Any],
    event: str,
    order: Order,
) -> int:
    rows = tx.execute(
        update(outgoing)
        .where(which, outgoing.c.lease_until <= tx.now)
        .values(fence=outgoing.c.fence + 1, **values)
        .returning(outgoing.c.id, outgoing.c.message_id)
    ).all()
    for row in sorted(rows, key=lambda each: each.id):
        data = {"target": row.id, "reason": order.mark, "by": "operator"}
        tx.record(Event(kind=event, message_id=row.message_id, data=data))
    return len(rows)


def _clear(tx: Transaction, order: Order) -> list[str]:
    """Give up those of the exported mails that are still stale successes."""
    may = set(stale(tx.connection, order.upstream, tx.now))
    done = [each for each in order.items if each in may]
    for each in done:
        operate.act(tx, operate.Action.DROP, each, order.mark)
    return _worth_doing([f"{len(done)} mails are given up"] if done else [], "nothing is stale")


def _unclear(tx: Transaction, order: Order) -> list[str]:
    """Let what was given up wait again, where its bytes are still kept."""
    kept = exists().where(contents.c.id == outgoing.c.content_id)
    marked = outgoing.c.reason.startswith(f"remedy of {order.upstream}: ", autoescape=True)
    which = (
        (outgoing.c.upstream == order.upstream)
        & (outgoing.c.state == State.DROPPED)
        & marked
        & kept
    )
    again = {"state": State.QUEUED, "due_at": tx.now, "finished_at": None}
    carried = select(outgoing.c.message_id).where(which)
    tx.execute(update(messages).where(messages.c.id.in_(carried)).values(closed_at=None))
    count = _change(tx, which, again, "released", order)
    return [f"{count} mails wait again"]


def _other(tx: Transaction, order: Order) -> list[str]:
    if not order.given or order.given == order.upstream:
        raise RelayError("say which upstream is to take the mail: --to NAME")
    theirs = in_force(tx.connection).get(order.given)
    if theirs is not None and theirs.divert_to is not None:
        raise RelayError(f"the mail of {order.given} takes another way itself")
    _put(tx, order, divert_to=order.given)
    return [f"mail of {order.upstream} leaves by {order.given}"]


def _unother(tx: Transaction, order: Order) -> list[str]:
    _put(tx, order, divert_to=None, probes=0)
    return [f"mail of {order.upstream} leaves by itself again"]


def _rotate(tx: Transaction, order: Order) -> list[str]:
    seen = situation(tx.connection, order.upstream, tx.now, spares=order.items)
    refused = procedure.may_rotate(seen, tx.now)
    if refused is not None:
        raise RelayError(f"the source address stays: {refused}")
    address = procedure.next_spare(seen)
    _put(tx, order, source_address=address, rotated_at=tx.now)
    return [f"{order.upstream} is connected from {address}"]


def _unrotate(tx: Transaction, order: Order) -> list[str]:
    _put(tx, order, source_address=None)
    return [f"{order.upstream} is connected from its own address"]


def _verify(tx: Transaction, order: Order) -> list[str]:
    """Let one mail try: a success if there is one, for no failure is to be a guinea pig."""
    waits = (outgoing.c.upstream == order.upstream, outgoing.c.state == State.QUEUED)
    query = select(outgoing.c.id).where(*waits)  # one that is under way tries already
    first = tx.execute(
        query.order_by(outgoing.c.priority.desc(), outgoing.c.since).limit(1)
    ).scalar()
    if first is None:
        raise NotFoundError(f"no mail waits for {order.upstream} that could try")
    tx.execute(delete(upstreams).where(upstreams.c.name == order.upstream))
    tx.execute(update(outgoing).where(outgoing.c.id == first).values(due_at=tx.now))
    if order.upstream in in_force(tx.connection):
        _put(tx, order, probes=1)
    return [f"{first} tries now: relay queue show {first}"]


def _ramp(tx: Transaction, order: Order) -> list[str]:
    given = in_force(tx.connection).get(order.upstream)
    if given is None:
        raise RelayError(f"nothing is in force for {order.upstream}")
    _put(tx, order, ramp_since=tx.now, divert_to=None, probes=0)
    tx.execute(delete(upstreams).where(upstreams.c.name == order.upstream))
    waits = (outgoing.c.upstream == order.upstream) & (outgoing.c.state == State.QUEUED)
    tx.execute(update(outgoing).where(waits, outgoing.c.due_at > tx.now).values(due_at=tx.now))
    pace = "its own pace" if given.per_minute is None else "more and more mails a minute"
    return [f"{order.upstream} gets {pace}", *_release(tx, order)]


def _unramp(tx: Transaction, order: Order) -> list[str]:
    _put(tx, order, ramp_since=None)
    return [f"the pace of {order.upstream} stays where step slow had put it"]


def _nothing(_tx: Transaction, _order: Order) -> list[str]:
    return ["there is nothing to take back"]


def _worth_doing(done: list[str], otherwise: str) -> list[str]:
    if not done:
        raise NotFoundError(otherwise)
    return done


_DO: Mapping[Step, Callable[[Transaction, Order], list[str]]] = {
    Step.SLOW: _slow,
    Step.PRESS: _press,
    Step.HOLD: _hold,
    Step.CLEAR: _clear,
    Step.OTHER: _other,
    Step.ROTATE: _rotate,
    Step.VERIFY: _verify,
    Step.RAMP: _ramp,
}
_UNDO: Mapping[Step, Callable[[Transaction, Order], list[str]]] = {
    Step.SLOW: _unslow,
    Step.PRESS: _unpress,
    Step.HOLD: _release,
    Step.CLEAR: _unclear,
    Step.OTHER: _unother,
    Step.ROTATE: _unrotate,
    Step.VERIFY: _nothing,
    Step.RAMP: _unramp,
}
