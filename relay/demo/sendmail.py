"""The host's MTA, as small as it can be: takes a mail on standard input, gives it to the smarthost.

Usage: sendmail.py PORT [sendmail's own options, ignored]. Like the small MTAs of real hosts it
adds nothing: no Date, no Message-ID, and From only as the script wrote it.
"""

import smtplib
import sys
from email.parser import BytesHeaderParser


def main() -> None:
    """Submit the mail to 127.0.0.1:PORT, for the recipients that its header names."""
    raw = sys.stdin.buffer.read()
    to = BytesHeaderParser().parsebytes(raw)["To"] or "root"
    with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), local_hostname="web01") as smarthost:
        smarthost.sendmail("root", [each.strip() for each in str(to).split(",")], raw)


if __name__ == "__main__":
    main()
