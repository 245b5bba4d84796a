"""What follows from a choice: who is told of it, and to whom a failure is handed over.

The recipient gets a mail that says what was chosen and how to take it back, so that a link that was
forwarded cannot silence a stranger. Whoever is handed a job's failures, because nobody else is left
to be told of them, is told that, with the jobs by name and the same way back.
What happens next: store/consent.py writes the choice and these mails in one transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from relay.choice.choice import EVERYTHING, Choice, Level, Scope, Source, addressee
from relay.choice.floor import Matter, audience, declines
from relay.choice.token import Purpose
from relay.mail.address import Mailbox
from relay.mail.compose import Letterhead, notice
from relay.pipeline.addressing import ORDINARY, URGENT, Addressing
from relay.pipeline.job import JobState
from relay.pipeline.stages import Outgoing, OutgoingKind
from relay.pipeline.verp import reverse_path
from relay.reports.job import identity

_MOST_LISTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The mail whose link was used: its ID, that of its message, and its recipient."""

    mail_id: str
    message_id: str
    recipient: str


def handed_over(
    choice: Choice, jobs: Iterable[JobState], choices: Sequence[Choice], addressing: Addressing
) -> dict[str, list[JobState]]:
    """Return who is told of the failures of which `jobs` now that nobody else is.

    `jobs` are those whose reports the recipient gets, `choices` everybody's, with this one.
    """
    found: dict[str, list[JobState]] = {}
    if choice.level is not Level.NOTHING:
        return found
    for job in jobs:
        matter = Matter(host=job.host, job=identity(job.job), urgent=True, now=choice.at)
        if declines(choices, choice.recipient, matter) != choice:
            continue
        stewards = addressing.stewards(job.host)
        steward = audience(job.recipients, choices, matter, stewards).handed_to
        if steward is not None:
            found.setdefault(steward, []).append(job)
    return found


def confirmation(
    choice: Choice, origin: Origin, jobs: Sequence[JobState], addressing: Addressing
) -> Outgoing:
    """Return the mail that tells the recipient what was chosen; `jobs` are handed over by it."""
    asked = (
        f"What you get of {choice.scope} was changed on {choice.at:%d %b %Y at %H:%M} UTC.",
        f"From now on: {choice.level}.",
    )
    handed: tuple[str, ...] = ()
    if jobs:
        handed = (
            "",
            "Nobody else was told when these fail, so somebody in charge is told instead:",
            *_listed(jobs),
        )
    lines = (*asked, *handed, "", *_way_back(choice, origin, addressing))
    subject = f"You changed what you get: {choice.scope}"
    return _mail(choice, origin, origin.recipient, subject, lines, addressing)


def hand_over(
    choice: Choice, origin: Origin, to: str, jobs: Sequence[JobState], addressing: Addressing
) -> Outgoing:
    """Return the mail that tells `to` that the failures of `jobs` come to them from now on."""
    lines = (
        f"{origin.recipient} declined the mail about {choice.scope}, failures included.",
        "Nobody else is told when these fail, so from now on you are:",
        *_listed(jobs),
        "",
        "Name another reader in the configuration or a policy, or let the change be taken back:",
        *_way_back(choice, origin, addressing),
    )
    subject = f"You are now told when these fail: {choice.scope}"
    return _mail(choice, origin, to, subject, lines, addressing)


def asked_of_all(origin: Origin, now: datetime, scope: Scope, addressing: Addressing) -> Outgoing:
    """Return the mail to who is in charge: a member of a shared address wants less of `scope`.

    There is one a day, whoever asks how often.
    """
    choice = Choice(
        recipient=addressee(origin.recipient),
        scope=scope,
        level=Level.NOTHING,
        source=Source.PAGE,
        at=now.replace(hour=0, minute=0, second=0, microsecond=0),
    )
    lines = [
        f"Somebody who gets the mail for {origin.recipient} does not want that about {scope}.",
        "Several people share this address, so none of them can decline for the others, and",
        "nothing was changed. Whoever keeps the list can take that person off it.",
    ]
    links = addressing.links
    page = links and links.link(Purpose.STEWARD, origin.mail_id, origin.recipient, EVERYTHING)
    if page:
        lines += ["", "What the whole list gets is yours to choose:", page]
    subject = f"A member of {origin.recipient} wants less mail"
    return _mail(choice, origin, addressing.postmaster, subject, lines, addressing)


def _listed(jobs: Sequence[JobState]) -> tuple[str, ...]:
    named = tuple(f"  {job.host} {job.job}" for job in jobs[:_MOST_LISTED])
    more = len(jobs) - len(named)
    return (*named, f"  and {more} more") if more else named


def _way_back(choice: Choice, origin: Origin, addressing: Addressing) -> tuple[str, ...]:
    links = addressing.links
    undo = links and links.link(Purpose.UNDO, origin.mail_id, origin.recipient, choice.scope)
    if undo:
        return ("If this is wrong, take it back:", undo)
    person = addressing.postmaster
    command = f"relay recipients allow {choice.recipient}"
    return (f"If this is wrong, write to {person}, who can take it back by: {command}",)


def _mail(
    choice: Choice,
    origin: Origin,
    to: str,
    subject: str,
    lines: Sequence[str],
    addressing: Addressing,
) -> Outgoing:
    head = Letterhead(
        id=_mail_id(choice, origin, to),
        at=choice.at,
        relay=addressing.relay,
        domain=addressing.domain,
        sender=Mailbox(name="Backup reports", address=f"reports@{addressing.domain}"),
        to=to,
    )
    return Outgoing(
        id=head.id,
        kind=OutgoingKind.NOTICE,
        message_id=origin.message_id,
        since=choice.at,
        recipient=to,
        reverse_path=reverse_path(head.id, addressing.bounce_domain, addressing.verp_key),
        content=notice(head, subject, lines),
        priority=ORDINARY if to == origin.recipient else URGENT,
        upstream=addressing.upstream_for(to),
        notice_to=None,
    )


def _mail_id(choice: Choice, origin: Origin, to: str) -> str:
    about = (choice.recipient, str(choice.scope), choice.level.word, addressee(to))
    what = "\0".join((*about, choice.at.isoformat()))
    digest = blake2b(what.encode(), digest_size=4).hexdigest().upper()
    return f"{origin.message_id}-C{digest}"
