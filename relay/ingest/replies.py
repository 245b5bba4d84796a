"""Every reply that an SMTP session gives, by name (RFC 5321 s4.2, RFC 3463).

A reply is bytes with its CRLF, ready to be sent; none of them repeats what the client said, and
none tells anything of our insides. `refusal` makes the few that carry a figure or an address.
"""


def refusal(code: int, status: str, text: str) -> bytes:
    """Return the reply `code status text`; whatever is not printable ASCII becomes `?`."""
    line = f"{code} {status} {text}".encode("ascii", "replace")
    return bytes(byte if 32 <= byte < 127 else 63 for byte in line) + b"\r\n"


# Greetings and farewells
BYE = b"221 2.0.0 bye\r\n"
SHUTTING_DOWN = b"421 4.3.2 shutting down, try again later\r\n"
TOO_SLOW = b"421 4.4.2 time limit reached\r\n"
TOO_MANY_ERRORS = b"421 4.7.0 too many errors\r\n"
TOO_MUCH_JUNK = b"421 4.7.0 too many commands without mail\r\n"
TOO_MANY_FAILURES = b"421 4.7.0 too many failed logins\r\n"
NO_SMTP = b"421 4.7.0 this is not SMTP\r\n"
FULL_HOUSE = b"421 4.7.0 too many connections\r\n"
FULL_ADDRESS = b"421 4.7.0 too many connections from your address\r\n"

# Going well
OK = b"250 2.0.0 ok\r\n"
SENDER_OK = b"250 2.1.0 sender ok\r\n"
RECIPIENT_OK = b"250 2.1.5 recipient ok\r\n"
CANNOT_VERIFY = b"252 2.5.0 cannot verify, but will take mail\r\n"
HELP = b"214 2.0.0 see RFC 5321\r\n"
START_TLS = b"220 2.0.0 go ahead\r\n"
START_DATA = b"354 end with <CR><LF>.<CR><LF>\r\n"
AUTHENTICATED = b"235 2.7.0 authenticated\r\n"

# Not now
SURPRISE = b"451 4.3.0 local error, try again later\r\n"
NO_ROOM = b"452 4.3.1 not accepting mail now, try again later\r\n"
TOO_MANY_RECIPIENTS = b"452 4.5.3 too many recipients\r\n"

# Never like this
LINE_TOO_LONG = b"500 5.5.2 line too long\r\n"
UNKNOWN_COMMAND = b"500 5.5.2 command not recognised\r\n"
BAD_ARGUMENT = b"501 5.5.4 syntax error in the argument\r\n"
BAD_BASE64 = b"501 5.5.2 cannot decode the credentials\r\n"
AUTH_ABORTED = b"501 5.7.0 authentication aborted\r\n"
NOT_OFFERED = b"502 5.5.1 command not offered\r\n"
BAD_SEQUENCE = b"503 5.5.1 command out of sequence\r\n"
NEED_HELO = b"503 5.5.1 send EHLO first\r\n"
NEED_MAIL = b"503 5.5.1 send MAIL first\r\n"
NEED_RCPT = b"503 5.5.1 send RCPT first\r\n"
UNKNOWN_MECHANISM = b"504 5.5.4 authentication mechanism not offered\r\n"
NEED_AUTH = b"530 5.7.0 authentication required\r\n"
BAD_CREDENTIALS = b"535 5.7.8 authentication failed\r\n"
NEED_TLS = b"538 5.7.11 encryption required\r\n"
MESSAGE_TOO_BIG = b"552 5.3.4 message too big\r\n"
HEADER_TOO_BIG = b"552 5.3.4 message header too big\r\n"
LOOP = b"554 5.4.6 too many hops, this looks like a loop\r\n"
