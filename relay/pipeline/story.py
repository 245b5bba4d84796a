"""A message's ledger told in sentences: what was done to it, by which rule, on which evidence.

This is promise P9. Each kind of event has one function; a kind that has none is told by its name
and its data, so that nothing is ever left out. What comes next is read from the mails and batches
that wait.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from relay.choice.choice import Scope, level_named
from relay.pipeline.incident import News
from relay.pipeline.stages import Event
from relay.reputation.cause import means

Data = Mapping[str, Any]
_MAILS = {
    "digest": "the digest",
    "repeat": "the reminder",
    "storm": "the summary of a storm",
    "silence": "the account of a silence",
    "backlog": "the digest of what could wait",
}
_TOUCHED = {
    "full": "Header and text were rewritten.",
    "headers": "Only header fields were rewritten; the text was not touched.",
    "none": "Nothing was changed but trace fields on top.",
}


def tell(
    events: Iterable[tuple[datetime, Event]], mails: Iterable[Data], batches: Iterable[Data] = ()
) -> Iterator[str]:
    """Yield sentences: the past from `events`, the future from rows of the outbox and batches."""
    mentioned: set[object] = set()
    for at, event in events:
        mentioned.add(event.data.get("mail"))
        for sentence in _TELLERS.get(event.kind, _tell_other(event.kind))(event.data):
            yield f"{_moment(at)}  {sentence}"
    for batch in batches:
        if batch["outgoing_id"] is None or batch["outgoing_id"] not in mentioned:
            yield from _batch(batch)
    for mail in mails:
        if mail["state"] == "queued":
            when = _moment(mail["due_at"])
            reason = f", because: {mail['reason']}" if mail["reason"] else ""
            yield f"next: {mail['id']} goes to {mail['recipient']} at {when}{reason}"
        elif mail["state"] == "held":
            yield f"next: {mail['id']} is held until `relay queue release {mail['id']}`"


def _moment(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _batch(batch: Data) -> Iterator[str]:
    what, to = _MAILS[batch["kind"]], batch["recipient"]
    if batch["state"] == "open":
        many = "1 report" if batch["reports"] == 1 else f"{batch['reports']} reports"
        when = _moment(batch["due_at"])
        why = f" ({batch['hastened']})" if batch["hastened"] else _schedule(batch)
        yield f"next: {what} to {to} leaves at {when} with {many}{why}"
    elif batch["state"] == "closing":
        yield f"next: {what} to {to} is being composed"
    else:
        yield f"It was told to {to} by {batch['outgoing_id']}, instead of by {what}"


def _schedule(batch: Data) -> str:
    """Return in parentheses when a batch leaves; of a reminder there is no more to say."""
    return "" if batch["kind"] == "repeat" else f" ({batch['schedule']})"


def _accepted(data: Data) -> Iterator[str]:
    origin = data["origin"]
    who = f"{origin['host']} ({origin['address']}, HELO {origin['helo']})"
    user = f", authenticated as {origin['user']}" if origin["user"] else ""
    tls = f", over {origin['tls']}" if origin["tls"] else ", without TLS"
    yield (
        f"Accepted from {who}{user}{tls}: {data['size']} bytes from "
        f"<{data['reverse_path']}> for {data['recipients']} recipient(s)."
    )


def _concluded(data: Data) -> Iterator[str]:
    about = f" about {data['job']}" if data["job"] else ""
    host = f" on {data['host']}" if data["host"] else ""
    what = f": {data['what']}" if data["what"] else ""
    yield f"Read as {data['kind']}{about}{host}; verdict {data['verdict']}{what}."
    for found in data["evidence"]:
        where = f"line {found['line']}" if found["line"] else "the subject"
        yield f"Evidence, {where}: {found['text']}  ({found['rule']})"
    if data["claim"] != "none":
        agrees = {True: "true", False: "false", None: "unproved"}[data["claim_truthful"]]
        yield f"The sender's subject claims {data['claim']}; that is {agrees}."
    for rule, text in data["reasons"]:
        yield f"Rule {rule}: {text}."
    if data["subject"] != data["original_subject"]:
        yield f"Its subject was: {data['original_subject']}"
    yield f"Subject: {data['subject']}"
    yield _TOUCHED[data["touched"]]
    for recipient, to in data["destinations"]:
        yield f"For {recipient}" + ("." if recipient == to else f", sent to {to}.")
    for copy in data["copies"]:
        yield f"A copy goes to {copy}."
    yield from _news(data)
    yield from _ways(data)
    if data["fallback"]:
        yield f"Understanding was bypassed: {data['fallback']}."


def _ways(data: Data) -> Iterator[str]:
    """Say what became of each recipient's copy."""
    for to, why in data.get("declined", ()):
        yield f"{to} does without: {why}."
    if data.get("handed_to"):
        yield f"So nobody was left to be told, and {data['handed_to']} is told instead."
    for mail, to in data.get("sent", ()):
        yield f"Sent to {to} at once, as {mail}."
    for kind, to, due, schedule in data.get("waiting", ()):
        due_at = _moment(datetime.fromisoformat(due))
        why = _schedule({"kind": kind, "schedule": schedule})
        yield f"For {to} it waits for {_MAILS[kind]}, due at {due_at}{why}."


def _news(data: Data) -> Iterator[str]:
    """Say what the report is to its job; the event of a held one says nothing of it."""
    news, incident = data.get("news"), data.get("incident")
    if not news:
        return
    if not incident:
        yield f"To its job: {news}."
    elif news == News.OPENED:
        yield f"To its job: {news}; it opens an incident."
    elif news == News.RECOVERED:
        yield (
            f"To its job: {news}; it ends the incident that {incident} opened, "
            f"after {data['count']} bad report(s)."
        )
    else:
        yield f"To its job: {news}; number {data['count']} in the incident that {incident} opened."


def _told(data: Data) -> Iterator[str]:
    yield f"It left for {data['recipient']} in {_MAILS[data['batch']]}, {data['mail']}."


def _merged(data: Data) -> Iterator[str]:
    yield (
        f"{data['outgoing']} for {data['recipient']} had not left yet; it goes along with "
        f"{_MAILS[data['batch']]}{_schedule({'kind': data['batch'], **data})}."
    )


def _read(data: Data) -> Iterator[str]:
    about = f", about {data['outgoing']}" if data["outgoing"] else ""
    note = f" ({data['note']})" if data["note"] else ""
    yield f"It came to an address of ours, and was read as {data['sort']}{about}{note}."


def _came_back(data: Data) -> Iterator[str]:
    note = f": {data['note']}" if data["note"] else ""
    yield (
        f"{data['outgoing']} for {data['recipient']}: there came back {data['sort']}{note} "
        f"({data['returned']})."
    )


def _suppressed(data: Data) -> Iterator[str]:
    until = _moment(datetime.fromisoformat(data["until"]))
    yield f"That was once too often: nothing is sent to {data['recipient']} until {until}."


def _allowed(data: Data) -> Iterator[str]:
    yield f"Mail may go to {data['recipient']} again{_by(data)}: {data['reason']}."


def _chose(data: Data) -> Iterator[str]:
    word = f", set{_by(data)}" if data.get("by") else ""
    yield f"{data['recipient']} chose, {_wish(data)}{word}."


def _took_back(data: Data) -> Iterator[str]:
    yield f"{data['recipient']} took back a choice, {_wish(data)}."


def _declined(data: Data) -> Iterator[str]:
    yield f"It waited for {data['recipient']}, who has chosen, {_wish(data)}; so it ended there."


def _wish(data: Data) -> str:
    scope = Scope(host=data["host"], job=data["job"])
    note = f" ({data['note']})" if data["note"] else ""
    return f"of {scope}: {level_named(data['level'])}, by {data['source']}{note}"


def _hastened(data: Data) -> Iterator[str]:
    who = f" ({data['by']})" if data.get("by", "operator") != "operator" else ""
    yield (
        f"{data['why']}{who}: {data['reason']}. So {_MAILS[data['batch']]} to {data['recipient']} "
        "falls due now."
    )


def _forgotten(data: Data) -> Iterator[str]:
    yield f"The job {data['job']} of {data['host']} was retired by the operator: {data['reason']}."


def _expected(data: Data) -> Iterator[str]:
    words = {
        "none": "no report is expected of it",
        "learned": "its reports are expected by rule or rhythm again",
    }
    when = words.get(data["when"], f"its reports are expected {data['when']}")
    yield f"The operator's word on the job {data['job']} of {data['host']}: {when}."


def _silenced(data: Data) -> Iterator[str]:
    until = _moment(datetime.fromisoformat(data["until"]))
    yield (
        f"{data['author']} silenced the jobs {data['job']} of the hosts {data['host']} until "
        f"{until}: {data['reason']} ({data['silence']})."
    )


def _unsilenced(data: Data) -> Iterator[str]:
    yield f"The silence {data['silence']} was ended by the operator: {data['reason']}."


def _attempted(word: str) -> Callable[[Data], Iterator[str]]:
    def sentence(data: Data) -> Iterator[str]:
        phase = f" at {data['phase']}" if "phase" in data else ""
        lost = "; the reply was lost, so upstream may have it" if data.get("uncertain") else ""
        session = "; the whole upstream waits" if data.get("session") else ""
        cause = f"; that is, {means(data['cause'])}" if data.get("cause") else ""
        remote = f" ({data['remote']})" if data["remote"] else ""
        broken = f"; it breaks {', '.join(data['lint'])} of `relay lint`" if "lint" in data else ""
        yield (
            f"{data['outgoing']} for {data['recipient']}: {word} in attempt {data['attempt']} by "
            f"{data['upstream']}{remote}{phase}: {data['reply']}{cause}{lost}{session}"
            f"{broken}."
        )

    return sentence


def _by(data: Data) -> str:
    """Say who did it, by name if they were logged in; nobody did what the relay does by itself."""
    who = data.get("by")
    return f" by the operator{'' if who == 'operator' else f' {who}'}" if who else ""


def _operated(word: str) -> Callable[[Data], Iterator[str]]:
    def sentence(data: Data) -> Iterator[str]:
        target = f"{data['target']} " if "target" in data else ""
        yield f"{target}{word}{_by(data)}: {data['reason']}."

    return sentence


def _readdressed(data: Data) -> Iterator[str]:
    yield f"{data['outgoing']} goes to {data['upstream']}: its upstream is configured no more."


def _moved(data: Data) -> Iterator[str]:
    why = data.get("why") or f"because {data['from']} refuses all mail"
    yield f"{data['outgoing']} leaves by {data['to']}, {why}."


def _weather(data: Data) -> Iterator[str]:
    where = f"{data['upstream']} to {data['domain']}" if data["domain"] else data["upstream"]
    why = f": {'; '.join(data['reasons'])}" if data["reasons"] else ""
    yield f"Meanwhile the weather at {where} went from {data['from']} to {data['to']}{why}."


def _remedied(data: Data) -> Iterator[str]:
    what = "; ".join(data["done"])
    taken_back = ", taken back" if data["undone"] else ""
    yield (
        f"The operator's remedy for {data['upstream']}, step {data['step']}{taken_back}: {what} "
        f"({data['reason']})."
    )


def _alarmed(data: Data) -> Iterator[str]:
    yield (
        f"Its mail could not leave, so it was told by {data['channels']} channel(s) that are not "
        "mail; a mail that leaves after that says so in a Comments field."
    )


def _upstream_held(data: Data) -> Iterator[str]:
    yield f"All mail by {data['upstream']} waits, but one at a time to try: {data['reason']}."


def _upstream_recovered(data: Data) -> Iterator[str]:
    yield f"{data['upstream']} takes mail again."


def _lost(data: Data) -> Iterator[str]:
    yield (
        f"{data['outgoing']}: attempt {data['attempt']} was cut off, so nobody knows its outcome; "
        "it is made again."
    )


def _crashed(data: Data) -> Iterator[str]:
    yield f"A process failed on it (time {data['crashes']}): {data['why']}."


def _purged(_: Data) -> Iterator[str]:
    yield "Its bytes were deleted at the end of the retention period."


def _tell_other(kind: str) -> Callable[[Data], Iterator[str]]:
    return lambda data: iter([f"{kind}: {dict(data)}"])


_TELLERS: dict[str, Callable[[Data], Iterator[str]]] = {
    "accepted": _accepted,
    "concluded": _concluded,
    "delivered": _attempted("delivered"),
    "deferred": _attempted("deferred"),
    "bounced": _attempted("bounced"),
    "lost": _lost,
    "readdressed": _readdressed,
    "moved": _moved,
    "crashed": _crashed,
    "purged": _purged,
    "held": _operated("held"),
    "released": _operated("released"),
    "retried": _operated("to be retried at once"),
    "dropped": _operated("dropped"),
    "told": _told,
    "weather": _weather,
    "alarmed": _alarmed,
    "remedied": _remedied,
    "upstream-held": _upstream_held,
    "upstream-recovered": _upstream_recovered,
    "merged": _merged,
    "suppressed": _suppressed,
    "allowed": _allowed,
    "read": _read,
    "came-back": _came_back,
    "chose": _chose,
    "took-back": _took_back,
    "declined": _declined,
    "hastened": _hastened,
    "forgotten": _forgotten,
    "expected": _expected,
    "silenced": _silenced,
    "unsilenced": _unsilenced,
}
