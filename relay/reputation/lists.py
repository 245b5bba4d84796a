"""Blocklists, as receivers name them in their replies.

A list that could not be asked is no listing: Spamhaus answers with 127.255.255.x to resolvers that
it does not serve, and some receivers quote that.
"""

from relay.reputation.cause import Cause
from relay.reputation.row import Row, rows

_SPAMHAUS = "Spamhaus FAQ: error codes 127.255.255.252 to 127.255.255.255"
ROWS: tuple[Row, ...] = (
    *rows(
        "Spamhaus",
        _SPAMHAUS,
        Cause.NETWORK,
        ("spamhaus", "open resolver"),
        ("spamhaus", "excessive number of queries"),
        ("spamhaus", "127.255.255."),
    ),
    *rows(
        "a list of links",
        "Spamhaus DBL, SURBL, URIBL: domains in texts",
        Cause.CONTENT,
        "domain present in the spamhaus dbl",
        "surbl.org",
        "uribl.com",
    ),
    *rows(
        "Spamhaus",
        "Spamhaus: https://check.spamhaus.org",
        Cause.LISTED,
        "spamhaus",
    ),
    *rows(
        "Barracuda", "Barracuda Central: reputation block list", Cause.LISTED, "barracudacentral"
    ),
    *rows("SpamCop", "SpamCop: blocking list", Cause.LISTED, "spamcop"),
    *rows("UCEPROTECT", "UCEPROTECT network: listings", Cause.LISTED, "uceprotect"),
    *rows("SORBS", "SORBS (closed in June 2024)", Cause.LISTED, "sorbs"),
    *rows("Abusix", "Abusix Mail Intelligence: lookup", Cause.LISTED, "mail.abusix.zone", "abusix"),
    *rows("Mailspike", "Mailspike: IP reputation", Cause.LISTED, "mailspike"),
    *rows("PSBL", "Passive Spam Block List", Cause.LISTED, "psbl.surriel"),
    *rows("Invaluement", "invaluement: lookup", Cause.LISTED, "invaluement"),
    *rows("Truncate", "GBUdb Truncate", Cause.LISTED, "truncate.gbudb"),
    *rows("NiX Spam", "NiX Spam: iX blacklist", Cause.LISTED, "ix.dnsbl.manitu", "nixspam"),
    *rows("SpamRATS", "SpamRATS", Cause.LISTED, "spamrats"),
    *rows(
        "a blocklist",
        "RFC 5782: DNS blacklists and whitelists",
        Cause.LISTED,
        "dnsbl",
        "rbl",
        "blocked using",
        ("blacklist", "listed"),
        ("blocklist", "listed"),
        "found on one or more dnsbls",
        "listed at",
        "in a black list",
        "on a block list",
        "is block listed",
        "is blacklisted",
        "blocked by ivmsip",
    ),
)
