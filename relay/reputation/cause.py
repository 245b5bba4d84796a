"""The causes of a refusal or a deferral, and what each asks for.

What every mail of ours shares, our address, our login, our name, our records, is never one mail's
fault: the upstream is held and the operator told, nothing bounces. What is about one mailbox or one
mail, its owner is told. What nobody knows is temporary where it may be, and visible.
What happens next: diagnose.py finds the cause of a reply, delivery/reply.py acts by it.
"""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why a server said no."""

    MAILBOX = "mailbox"
    FULL = "full"
    POLICY = "policy"
    AUTHENTICATION = "authentication"
    REPUTATION = "reputation"
    LISTED = "listed"
    RATE = "rate"
    CONTENT = "content"
    SIZE = "size"
    GREYLIST = "greylist"
    NETWORK = "network"
    TLS = "tls"
    AUTH = "auth"
    OURS = "ours"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What a cause means in words, what to do, and whether all mail of an upstream shares it."""

    means: str
    remedy: str
    shared: bool = False


def means(cause: str) -> str:
    """Return in words what a cause means, by its name."""
    return ADVICE[Cause(cause)].means


ADVICE: dict[Cause, Advice] = {
    Cause.MAILBOX: Advice(
        means="there is no such mailbox, or it is switched off",
        remedy="correct the address, or take it off the job's recipients",
    ),
    Cause.FULL: Advice(
        means="the mailbox is full",
        remedy="its owner has to make room",
    ),
    Cause.POLICY: Advice(
        means="a rule of the receiver's is against this mail or this recipient",
        remedy="ask the receiver's postmaster, with the reply",
    ),
    Cause.AUTHENTICATION: Advice(
        means="SPF, DKIM or DMARC did not pass",
        remedy="run `relay keys dns` and publish what it prints; compare the From domain with it",
        shared=True,
    ),
    Cause.REPUTATION: Advice(
        means="the address or the domain that we send from has a bad name there",
        remedy="send less, find what was unwanted, then ask the receiver to look again",
        shared=True,
    ),
    Cause.LISTED: Advice(
        means="the address that we send from is on a blocklist",
        remedy="look it up at the list, put right what it says, then ask for removal",
        shared=True,
    ),
    Cause.RATE: Advice(
        means="we send faster than the receiver takes mail",
        remedy="set per_minute or per_day of the upstream to what it takes",
        shared=True,
    ),
    Cause.CONTENT: Advice(
        means="the text or an attachment was taken for spam or a virus",
        remedy="look at the mail (relay show ID --final); limit long logs by a policy",
    ),
    Cause.SIZE: Advice(
        means="the mail is too big",
        remedy="limit the text by a policy (then.body)",
    ),
    Cause.GREYLIST: Advice(
        means="it is asked to come again: the receiver does not know us yet",
        remedy="nothing: it is tried again",
    ),
    Cause.NETWORK: Advice(
        means="the server could not be reached, or went away",
        remedy="look at the network, the name and the port of the upstream",
        shared=True,
    ),
    Cause.TLS: Advice(
        means="no protected connection came about",
        remedy="look at the upstream's certificate, and at tls and ca_file",
        shared=True,
    ),
    Cause.AUTH: Advice(
        means="our login was refused",
        remedy="look at user and password_file of the upstream, or at its oauth",
        shared=True,
    ),
    Cause.OURS: Advice(
        means="the server does not take mail from us, or not from our sender",
        remedy="have the upstream let this relay send for the domain of our envelope senders",
        shared=True,
    ),
    Cause.UNKNOWN: Advice(
        means="nobody knows what this reply means",
        remedy="read it; tell the authors, so that the next version knows",
    ),
}
