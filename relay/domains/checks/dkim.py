"""DKIM: does the DNS show, for each selector, the public half of the key that signs?"""

import asyncio
import base64
import binascii
import re

from relay.domains.estate import PublishedKey
from relay.domains.finding import Finding, error, fine, note, warning
from relay.domains.lookup import Answer
from relay.domains.visit import Visit

_REMEDY = "publish what `relay keys dns` prints"

SHOWN = fine("RD200", "the DNS shows the key that signs")
MISSING = error("RD201", "the DNS does not show the key that signs", _REMEDY, alarm=True)
DIFFERENT = error("RD202", "the DNS shows another key than the one that signs", _REMEDY, alarm=True)
SEVERAL = error("RD203", "there are several records for one selector", "leave one", alarm=True)
REVOKED = error(
    "RD204",
    "the key that signs is revoked in the DNS (empty p=)",
    "`relay keys rotate`",
    alarm=True,
)
TESTING = warning(
    "RD205", "the record says t=y: receivers treat our mail as unsigned", "remove t=y"
)
UNUSABLE = error(
    "RD206", "the record's tags keep receivers from using it", "publish it as printed", alarm=True
)
UNKNOWN = warning("RD207", "the key could not be looked up", "is the name server well? try again")
NO_KEY = warning("RD208", "no key signs, so mail leaves unsigned", "`relay keys new` makes keys")
ONE_KIND = note(
    "RD209", "only Ed25519 keys sign, which many receivers do not verify", "add an RSA key"
)

FINDINGS = (
    SHOWN, MISSING, DIFFERENT, SEVERAL, REVOKED, TESTING, UNUSABLE, UNKNOWN, NO_KEY, ONE_KIND,
)  # fmt: skip


# What lets a receiver verify, and what keeps it from doing so; what is unknown is neither.
USABLE = (SHOWN.id, TESTING.id)
DENIED = (MISSING.id, DIFFERENT.id, SEVERAL.id, REVOKED.id, UNUSABLE.id)


async def check(visit: Visit) -> list[Finding]:
    """Check each key that signs."""
    keys = visit.estate.keys
    if not keys:
        return [NO_KEY.at(visit.estate.from_domains[0])]
    answers = await asyncio.gather(*(visit.dns.ask(key.name, "TXT") for key in keys))
    found = [judge(key, answer) for key, answer in zip(keys, answers, strict=True)]
    with_rsa = {key.domain for key in keys if "k=rsa" in key.text}
    domains = dict.fromkeys(key.domain for key in keys)
    return found + [ONE_KIND.at(domain) for domain in domains if domain not in with_rsa]


def judge(key: PublishedKey, answer: Answer) -> Finding:
    """Return what the DNS's answer says of `key`."""
    if answer.failed:
        return UNKNOWN.at(key.name, answer.failed)
    records = [each for each in answer.records if "p" in tags(each)]
    if not records:
        return MISSING.at(key.name, "no such record" if answer.empty else answer.records[0])
    if len(records) > 1:
        return SEVERAL.at(key.name, " | ".join(records))
    return _judge_one(key, tags(records[0]), records[0])


def _judge_one(key: PublishedKey, shown: dict[str, str], record: str) -> Finding:
    wanted = tags(key.text)
    if not shown["p"]:
        return REVOKED.at(key.name, record)
    if _key(shown["p"]) != _key(wanted["p"]) or shown.get("k", "rsa") != wanted["k"]:
        return DIFFERENT.at(key.name, record)
    # RFC 6376 s3.6.1: h= and s= restrict; other versions are to be ignored.
    hashes, services = shown.get("h", "sha256").split(":"), shown.get("s", "*").split(":")
    fits = "sha256" in hashes and {"*", "email"} & set(services)
    if not fits or shown.get("v", "DKIM1") != "DKIM1":
        return UNUSABLE.at(key.name, record)
    flags = shown.get("t", "").split(":")
    return (TESTING if "y" in flags else SHOWN).at(key.name, record)


def tags(record: str) -> dict[str, str]:
    """Return the tags of a record (RFC 6376 s3.2) without white space."""
    pairs = (part.partition("=") for part in record.split(";") if "=" in part)
    return {name.strip(): re.sub(r"\s+", "", value) for name, _, value in pairs}


def _key(text: str) -> bytes | str:
    """Return a key by its bytes, so that no way of writing it makes a difference."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text
