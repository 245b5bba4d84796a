"""The large receivers, and the services that people send through, by their own words."""

from relay.reputation.cause import Cause
from relay.reputation.row import Row, rows

_GMAIL = "Google Workspace Admin Help: Gmail SMTP errors and codes"
_OUTLOOK = "Outlook.com Postmaster: troubleshooting"
_EXCHANGE = "Microsoft Learn: NDR codes in Exchange Online"
_YAHOO = "Yahoo Sender Hub: SMTP error codes"
_APPLE = "Apple Support: postmaster information for iCloud Mail"
_SES = "Amazon SES Developer Guide: SMTP response codes"
_GMX = "postmaster.gmx.net and postmaster.web.de: error messages"

GMAIL: tuple[Row, ...] = (
    *rows(
        "Gmail",
        _GMAIL,
        Cause.AUTHENTICATION,
        "unauthenticated email from",
        "sender is unauthenticated",
        ("this mail is unauthenticated"),
        ("spf", "did not pass", "gsmtp"),
        ("requires all senders to authenticate"),
    ),
    *rows(
        "Gmail",
        _GMAIL,
        Cause.RATE,
        "unusual rate of unsolicited mail",
        "receiving mail at a rate that prevents",
        "receiving mail too quickly",
        "daily user sending limit exceeded",
        "daily sending quota exceeded",
        "rate limit exceeded. please visit",
    ),
    *rows(
        "Gmail",
        _GMAIL,
        Cause.REPUTATION,
        "likely unsolicited mail",
        "likely suspicious due to the very low reputation",
        ("low reputation of the sending", "gsmtp"),
        "our system has detected an unusual rate",
    ),
    *rows("Gmail", _GMAIL, Cause.MAILBOX, "the email account that you tried to reach"),
    *rows("Gmail", _GMAIL, Cause.FULL, "out of storage space", "inbox is out of storage"),
    *rows(
        "Gmail",
        _GMAIL,
        Cause.AUTH,
        "username and password not accepted",
        "application-specific password required",
        "please log in via your web browser",
    ),
    *rows(
        "Gmail",
        _GMAIL,
        Cause.CONTENT,
        "blocked because its content presents a potential security issue",
        "contains content that presents a potential security",
        "message violated",
    ),
    *rows(
        "Gmail",
        _GMAIL,
        Cause.POLICY,
        "multiple from: headers",
        "not rfc 5322 compliant",
        "not following the pedigree",
    ),
    *rows(
        "Google relay",
        "Google Workspace Admin Help: SMTP relay service",
        Cause.OURS,
        "mail relay denied",
        "invalid credentials for relay",
    ),
)
MICROSOFT: tuple[Row, ...] = (
    *rows(
        "Outlook.com",
        _OUTLOOK,
        Cause.REPUTATION,
        "part of their network is on our block list",
        "(s3140)",
        "(s3150)",
        "(s775)",
        "banned sending ip",
        "access denied, banned sender",
    ),
    *rows(
        "Outlook.com",
        _OUTLOOK,
        Cause.RATE,
        "temporarily rate limited due to ip reputation",
        "exceeded the rate limit",
        "exceeded the connection limit",
        "(rp-001)",
        "(rp-002)",
        "(rp-003)",
        "(s3114)",
    ),
    *rows(
        "Exchange Online",
        _EXCHANGE,
        Cause.OURS,
        "tenantattribution",
        "senddasdenied",
        "sendasdenied",
        "client was not authenticated to send",
        "client not authenticated to send",
        "not allowed to send as this sender",
        "unable to relay",
    ),
    *rows(
        "Exchange Online",
        "Microsoft Learn: authenticated client SMTP submission",
        Cause.AUTH,
        "smtpclientauthentication is disabled",
        "basic authentication is disabled",
        "authentication unsuccessful",
        "user is locked by your organization's security defaults",
    ),
    *rows(
        "Exchange Online",
        _EXCHANGE,
        Cause.RATE,
        "submission quota exceeded",
        "recipient limit exceeded",
        "concurrent connections limit exceeded",
        "sender thread limit exceeded",
        "tenant exceeded outbound",
        "exceeding the limit on the number of messages",
        "storedrv; message submission rate",
    ),
    *rows(
        "Exchange Online",
        _EXCHANGE,
        Cause.AUTHENTICATION,
        "does not pass dmarc verification",
        "does not meet the required authentication level",
        "sending domain does not pass",
    ),
    *rows(
        "Exchange Online",
        _EXCHANGE,
        Cause.MAILBOX,
        "resolver.adr.recipnotfound",
        "recipient address rejected: access denied. as(201806281)",
        "recipient not found by smtp address lookup",
        "resolver.adr.exrecipnotfound",
    ),
    *rows("Exchange Online", _EXCHANGE, Cause.FULL, "quotaexceeded", "mailbox is full"),
    *rows(
        "Exchange Online",
        _EXCHANGE,
        Cause.POLICY,
        "resolver.rst.notauthorized",
        "resolver.rst.authrequired",
        "tenantinboundconnector",
    ),
)
YAHOO: tuple[Row, ...] = (
    *rows("Yahoo", _YAHOO, Cause.RATE, "[ts01]", "[ts02]", "[tss04]", "[tss05]", "[tss06]"),
    *rows(
        "Yahoo",
        _YAHOO,
        Cause.REPUTATION,
        "[ts03]",
        "[tss07]",
        "[tss08]",
        "[tss09]",
        "[tss11]",
        "temporarily deferred due to unexpected volume or user complaints",
        "permanently deferred due to user complaints",
        "[bl21]",
        "[bl23]",
    ),
    *rows("Yahoo", _YAHOO, Cause.CONTENT, "not accepted for policy reasons"),
    *rows("Yahoo", _YAHOO, Cause.MAILBOX, "this user doesn't have a", "mailbox not found; yahoo"),
)
APPLE: tuple[Row, ...] = (
    *rows(
        "Apple", _APPLE, Cause.CONTENT, "[cs01]", "local policy. please visit https://support.apple"
    ),
    *rows(
        "Apple",
        _APPLE,
        Cause.REPUTATION,
        "[hm07]",
        "[hm08]",
        "blocked - see https://support.proofpoint.com/dnsbl",
    ),
    *rows("Apple", _APPLE, Cause.RATE, "[hm06]", "too many messages; icloud"),
)
SERVICES: tuple[Row, ...] = (
    *rows(
        "Amazon SES",
        _SES,
        Cause.RATE,
        "maximum sending rate exceeded",
        "daily message quota exceeded",
        "throttling failure",
    ),
    *rows(
        "Amazon SES", _SES, Cause.OURS, "email address is not verified", "not authorized to perform"
    ),
    *rows("Amazon SES", _SES, Cause.AUTH, "authentication credentials invalid"),
    *rows(
        "SendGrid",
        "SendGrid documentation: SMTP errors",
        Cause.OURS,
        "from address does not match a verified sender",
    ),
    *rows(
        "SendGrid", "SendGrid documentation: SMTP errors", Cause.RATE, "maximum credits exceeded"
    ),
    *rows(
        "SendGrid",
        "SendGrid documentation: SMTP errors",
        Cause.AUTH,
        "authentication failed: bad username",
    ),
    *rows("Mailgun", "Mailgun documentation: SMTP", Cause.OURS, "domain is not allowed to send"),
    *rows(
        "Postmark",
        "Postmark: SMTP errors",
        Cause.OURS,
        "sender signature not found",
        "not active or confirmed",
    ),
    *rows(
        "GMX and web.de",
        _GMX,
        Cause.REPUTATION,
        "reject due to policy restrictions",
        "ip address is black listed",
    ),
    *rows(
        "GMX and web.de",
        _GMX,
        Cause.RATE,
        "nemesis esmtp service not available",
        "too many connections; mx.gmx",
    ),
    *rows("GMX and web.de", _GMX, Cause.AUTHENTICATION, "invalid dns mx or a/aaaa resource record"),
    *rows(
        "T-Online",
        "postmaster.t-online.de",
        Cause.REPUTATION,
        "ask your postmaster for help or to contact tosa",
    ),
    *rows(
        "Comcast",
        "Comcast postmaster: error codes",
        Cause.REPUTATION,
        "bl000001",
        "bl000000",
        "comcast blocked",
    ),
    *rows("Comcast", "Comcast postmaster: error codes", Cause.RATE, "rl000001", "rl000002"),
    *rows("Orange", "postmaster.orange.fr", Cause.RATE, "ofr_204", "ofr_104", "ofr004_104"),
    *rows("Orange", "postmaster.orange.fr", Cause.REPUTATION, "ofr_506", "ofr_501", "ofr006_102"),
    *rows("Free", "postmaster.free.fr", Cause.RATE, "too many spams from your ip"),
    *rows("AT&T", "AT&T postmaster", Cause.REPUTATION, "dnsbl: atnrbl", "abuse_rbl@abuse-att"),
    *rows("Cox", "Cox: email error codes", Cause.REPUTATION, "cxbl", "cxsnd"),
    *rows("mail.ru", "postmaster.mail.ru", Cause.REPUTATION, "spam message rejected. please visit"),
    *rows(
        "Yandex",
        "Yandex Mail for domains: errors",
        Cause.CONTENT,
        "message rejected under suspicion of spam",
    ),
    *rows(
        "QQ",
        "Tencent Exmail: bounce codes",
        Cause.RATE,
        "frequency limited",
        "connection frequency limited",
    ),
    *rows(
        "163", "NetEase postmaster: bounce codes", Cause.CONTENT, "554 dt:spm", "dt:spm", "hl:itc"
    ),
    *rows("163", "NetEase postmaster: bounce codes", Cause.REPUTATION, "hl:rep", "dt:rep"),
)
ROWS = (*GMAIL, *MICROSOFT, *YAHOO, *APPLE, *SERVICES)
