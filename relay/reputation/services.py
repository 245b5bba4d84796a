"""Services that people send through, and receivers of countries and networks, by their words."""

from relay.reputation.cause import Cause
from relay.reputation.row import Row, rows

_SES = "Amazon SES Developer Guide: SMTP response codes"
_SENDGRID = "SendGrid documentation: SMTP errors"
_GMX = "postmaster.gmx.net and postmaster.web.de: error messages"
_TONLINE = "postmaster.t-online.de"
_ORANGE = "postmaster.orange.fr and postmaster.laposte.net"
_COMCAST = "Comcast postmaster: error codes"
_COX = "Cox: email error codes"
_QQ = "Tencent Exmail: bounce codes"
_NETEASE = "NetEase postmaster: bounce codes"

SENDING: tuple[Row, ...] = (
    *rows(
        "Amazon SES",
        _SES,
        Cause.RATE,
        "maximum sending rate exceeded",
        "daily message quota exceeded",
        "throttling failure",
    ),
    *rows(
        "Amazon SES",
        _SES,
        Cause.OURS,
        "email address is not verified",
        "not authorized to perform",
        "sending paused for this account",
    ),
    *rows("Amazon SES", _SES, Cause.AUTH, "authentication credentials invalid"),
    *rows(
        "SendGrid",
        _SENDGRID,
        Cause.OURS,
        "does not match a verified sender",
        "not authorized to send from that email address",
    ),
    *rows("SendGrid", _SENDGRID, Cause.RATE, "maximum credits exceeded", "too frequent connects"),
    *rows("SendGrid", _SENDGRID, Cause.AUTH, "unauthenticated senders not allowed"),
    *rows("Mailgun", "Mailgun documentation: SMTP", Cause.OURS, ("domain", "not allowed to send:")),
    *rows("Postmark", "Postmark: SMTP errors", Cause.OURS, "sender signature"),
)
RECEIVING: tuple[Row, ...] = (
    *rows("GMX and web.de", _GMX, Cause.LISTED, "ip address is block listed", "is black listed"),
    *rows("GMX and web.de", _GMX, Cause.OURS, "bad dns ptr resource record"),
    *rows(
        "GMX and web.de",
        _GMX,
        Cause.AUTHENTICATION,
        "invalid dns mx or a/aaaa resource record",
        "reject due to spf policy",
    ),
    *rows("GMX and web.de", _GMX, Cause.REPUTATION, "reject due to policy restrictions"),
    *rows("GMX and web.de", _GMX, Cause.RATE, "nemesis esmtp service not available"),
    *rows("T-Online", _TONLINE, Cause.REPUTATION, "tosa@rx.t-online", "toda@rx.t-online"),
    *rows("Orange", _ORANGE, Cause.AUTH, "ofr_305"),
    *rows("Orange", _ORANGE, Cause.OURS, "ofr004_405"),
    *rows("La Poste", _ORANGE, Cause.AUTHENTICATION, "lpn004_401"),
    *rows("La Poste", _ORANGE, Cause.MAILBOX, "lpn007_420"),
    *rows("La Poste", _ORANGE, Cause.POLICY, "lpn000_630"),
    *rows("La Poste", _ORANGE, Cause.REPUTATION, "lpn007_102"),
    *rows("Orange", _ORANGE, Cause.RATE, "ofr_204", "ofr_104", "ofr004_104"),
    *rows("Orange", _ORANGE, Cause.CONTENT, "ofr_506"),
    *rows("Orange", _ORANGE, Cause.REPUTATION, "ofr_501", "ofr006_102"),
    *rows("Free", "postmaster.free.fr", Cause.RATE, "too many spams from your ip"),
    *rows("Comcast", _COMCAST, Cause.LISTED, "#bl00000", "bl000001"),
    *rows("Comcast", _COMCAST, Cause.REPUTATION, "bl000000"),
    *rows("Comcast", _COMCAST, Cause.RATE, "rl000001", "rl000002", "too many sessions opened"),
    *rows("AT&T", "AT&T postmaster", Cause.LISTED, "abuse_rbl@abuse-att", "dnsbl: atnrbl"),
    *rows("Cox", _COX, Cause.LISTED, "aup#ipbl"),
    *rows("Cox", _COX, Cause.REPUTATION, "aup#cxbl"),
    *rows("Cox", _COX, Cause.AUTHENTICATION, "aup#cxsndr"),
    *rows("Cox", _COX, Cause.RATE, "aup#cxcnct"),
    *rows("mail.ru", "postmaster.mail.ru", Cause.REPUTATION, "help.mail.ru/notspam-support"),
    *rows("Yandex", "Yandex Mail: errors", Cause.REPUTATION, "blocked by spam statistics"),
    *rows("Yandex", "Yandex Mail: errors", Cause.CONTENT, "under suspicion of spam"),
    *rows("QQ", _QQ, Cause.REPUTATION, "suspected spam ip"),
    *rows("QQ", _QQ, Cause.RATE, "frequency limited", "access denined"),
    *rows("QQ", _QQ, Cause.CONTENT, "mail content denied"),
    *rows("NetEase", _NETEASE, Cause.RATE, "hl:icc", "mi:sfq"),
    *rows("NetEase", _NETEASE, Cause.CONTENT, "dt:spm", "hl:itc"),
    *rows("NetEase", _NETEASE, Cause.REPUTATION, "hl:rep", "dt:rep"),
    *rows("Rackspace", "Rackspace: bounce codes", Cause.RATE, "received too much email"),
)
ROWS = (*SENDING, *RECEIVING)
