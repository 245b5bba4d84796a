"""What follows from a choice: who is told of it, and to whom a failure is handed over.

The recipient gets one mail that says what was chosen and how to take it back, so that a link that
was forwarded cannot silence a stranger. Whoever is handed a job's failures, because nobody else is
left to be told of them, is told that, with the jobs by name and the same way back.
What happens next: store/consent.py writes the choices and these mails in one transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from relay.choice.choice import EVERYTHING, Choice, Scope, addressee
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
    made: Sequence[Choice],
    jobs: Iterable[JobState],
    choices: Sequence[Choice],
    addressing: Addressing,
) -> dict[str, list[JobState]]:
    """Return who is told of the failures of which `jobs` now that nobody else is.

    `jobs` are those whose reports the recipient gets, `choices` everybody's, with what was `made`.
    """
    found: dict[str, list[JobState]] = {}
    for job in jobs:
        matter = Matter(host=job.host, job=identity(job.job), urgent=True, now=made[0].at)
        if declines(choices, made[0].recipient, matter) not in made:
            continue
        stewards = addressing.stewards(job.host)
        steward = audience(job.recipients, choices, matter, stewards).handed_to
        if steward is not None:
            found.setdefault(steward, []).append(job)
    return found


def confirmation(
    made: Sequence[Choice], origin: Origin, jobs: Sequence[JobState], addressing: Addressing
) -> Outgoing:
    """Return the mail that tells the recipient what was chosen; `jobs` are handed over by it."""
    lines = [f"What you get was changed on {made[0].at:%d %b %Y at %H:%M} UTC. From now on:", ""]
    lines += [f"  of {each.scope}: {each.level}" for each in made[:_MOST_LISTED]]
    lines += _more(made)
    if jobs:
        lines += [
            "",
            "Nobody else was told when these fail, so somebody in charge is told instead:",
        ]
        lines += _listed(jobs)
    lines += ["", *_way_back(made, origin, addressing)]
    about = str(made[0].scope) if len(made) == 1 else f"{len(made)} choices"
    subject = f"You changed what you get: {about}"
    return _mail(made, origin, origin.recipient, subject, lines, addressing)


def hand_over(
    made: Sequence[Choice],
    origin: Origin,
    to: str,
    jobs: Sequence[JobState],
    addressing: Addressing,
) -> Outgoing:
    """Return the mail that tells `to` that the failures of `jobs` come to them from now on."""
    lines = (
        f"{origin.recipient} declined the mail about these jobs, failures included. Nobody else is",
        "told when they fail, so from now on you are:",
        *_listed(jobs),
        "",
        "Name another reader in the configuration or a policy, or let the change be taken back:",
        *_way_back(made, origin, addressing),
    )
    subject = f"You are now told when these fail: {_named(jobs)}"
    return _mail(made, origin, to, subject, lines, addressing)


def asked_of_all(origin: Origin, now: datetime, scope: Scope, addressing: Addressing) -> Outgoing:
    """Return the mail to who is in charge: a member of a shared address wants less of `scope`.

    There is one a day, whoever asks how often.
    """
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
    mail_id = _mail_id(origin, "asked", str(scope), f"{now:%Y-%m-%d}")
    return _written(mail_id, origin, addressing.postmaster, subject, lines, addressing, now)


def _named(jobs: Sequence[JobState]) -> str:
    first = f"{jobs[0].host} {jobs[0].job}"
    return first if len(jobs) == 1 else f"{first} and {len(jobs) - 1} more"


def _listed(jobs: Sequence[JobState]) -> list[str]:
    return [*(f"  {job.host} {job.job}" for job in jobs[:_MOST_LISTED]), *_more(jobs)]


def _more(listed: Sequence[object]) -> list[str]:
    left = len(listed) - _MOST_LISTED
    return [f"  and {left} more"] if left > 0 else []


def _way_back(made: Sequence[Choice], origin: Origin, addressing: Addressing) -> tuple[str, ...]:
    links = addressing.links
    if links is None or links.url is None:
        command = f"relay recipients allow {made[0].recipient} --choices"
        person = addressing.postmaster
        return (f"If this is wrong, write to {person}, who can take it back by: {command}",)
    undo = (
        links.link(Purpose.UNDO, origin.mail_id, origin.recipient, each.scope)
        for each in made[:_MOST_LISTED]
    )
    return ("If this is wrong, take it back:", *filter(None, undo))


def _mail(
    made: Sequence[Choice],
    origin: Origin,
    to: str,
    subject: str,
    lines: Sequence[str],
    addressing: Addressing,
) -> Outgoing:
    what = [f"{each.scope}:{each.level.word}" for each in made]
    mail_id = _mail_id(origin, addressee(to), made[0].at.isoformat(), *what)
    return _written(mail_id, origin, to, subject, lines, addressing, made[0].at)


def _mail_id(origin: Origin, *what: str) -> str:
    digest = blake2b("\0".join((origin.recipient, *what)).encode(), digest_size=4)
    return f"{origin.message_id}-C{digest.hexdigest().upper()}"


def _written(
    mail_id: str,
    origin: Origin,
    to: str,
    subject: str,
    lines: Sequence[str],
    addressing: Addressing,
    at: datetime,
) -> Outgoing:
    head = Letterhead(
        id=mail_id,
        at=at,
        relay=addressing.relay,
        domain=addressing.domain,
        sender=Mailbox(name="Backup reports", address=f"reports@{addressing.domain}"),
        to=to,
    )
    end = ("", "--", addressing.postal_address) if addressing.postal_address else ()
    return Outgoing(
        id=mail_id,
        kind=OutgoingKind.NOTICE,
        message_id=origin.message_id,
        since=at,
        recipient=to,
        reverse_path=reverse_path(mail_id, addressing.bounce_domain, addressing.verp_key),
        content=notice(head, subject, (*lines, *end)),
        priority=ORDINARY if to == origin.recipient else URGENT,
        upstream=addressing.upstream_for(to),
        notice_to=addressing.postmaster if to != addressing.postmaster else None,
    )
