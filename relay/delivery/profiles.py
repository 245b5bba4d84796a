"""What well-known services want: where to connect, and how much they take. A table, no more.

`upstreams[].profile` names a row; what the configuration says itself always wins. A number that
depends on a contract is left out rather than guessed.
What happens next: settings.py lays an upstream's own settings over its row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Profile(StrEnum):
    """A service that the relay knows."""

    MICROSOFT365 = "microsoft365"
    GMAIL = "gmail"
    GOOGLE_RELAY = "google-relay"
    SES = "ses"
    SENDGRID = "sendgrid"
    MAILGUN = "mailgun"
    POSTMARK = "postmark"
    GENERIC = "generic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What an upstream of a profile has unless it says otherwise; None is as everywhere.

    `user` is what the service wants as the user name if that is always the same.
    """

    host: str | None = None
    port: int | None = None
    tls: str | None = None
    user: str | None = None
    connections: int | None = None
    messages_per_connection: int | None = None
    per_minute: int | None = None
    per_day: int | None = None


PROFILES: Mapping[Profile, Defaults] = {
    # https://learn.microsoft.com/en-us/exchange/troubleshoot/send-emails/smtp-submission-improvements
    # Three connections, 30 messages a minute, 10,000 recipients a day, for each mailbox; over the
    # last of these it answers 554, which would bounce.
    Profile.MICROSOFT365: Defaults(
        host="smtp.office365.com",
        port=587,
        tls="required",
        connections=3,
        per_minute=30,
        per_day=10_000,
    ),
    # https://support.google.com/a/answer/166852: 2,000 messages a day (Workspace; 500 without);
    # over it the account is locked for a day.
    Profile.GMAIL: Defaults(
        host="smtp.gmail.com",
        port=587,
        tls="required",
        per_day=2_000,
    ),
    # https://support.google.com/a/answer/2956491: 10,000 messages a day for each sending user.
    Profile.GOOGLE_RELAY: Defaults(
        host="smtp-relay.gmail.com", port=587, tls="required", per_day=10_000
    ),
    # https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html: a host for each region, TLS
    # always; quotas are the account's own.
    Profile.SES: Defaults(port=587, tls="required"),
    # https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api
    # 5,000 messages in a connection; the user is the word apikey.
    Profile.SENDGRID: Defaults(
        host="smtp.sendgrid.net",
        port=587,
        tls="required",
        user="apikey",
        messages_per_connection=5_000,
    ),
    # https://documentation.mailgun.com: smtp.mailgun.org, or smtp.eu.mailgun.org for the EU.
    Profile.MAILGUN: Defaults(host="smtp.mailgun.org", port=587, tls="required"),
    # https://postmarkapp.com/developer/user-guide/send-email-with-smtp
    Profile.POSTMARK: Defaults(host="smtp.postmarkapp.com", port=587, tls="required"),
    Profile.GENERIC: Defaults(),
}
