"""The report that a mail carries, unpacked under a limit: gzip, zip, or as it is.

What it is shows its first bytes, for senders name types and files as they like. Nothing is
unpacked further than the limit, whatever the archive says of itself, and an archive in an archive
is not opened.
What happens next: dmarc.py reads XML, tls.py JSON.
"""

import io
import zipfile
import zlib

from relay.mail.message import Message
from relay.mail.transfer import payload

MAX_PACKED = 5 << 20
MAX_BYTES = 10 << 20
_MOST_PARTS = 10
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_BLANK = b"\xef\xbb\xbf \t\r\n"


def unpack(message: Message) -> bytes | str:
    """Return the XML or JSON that `message` carries; a text says why there is none."""
    why = "no report is attached"
    for part in message.parts[:_MOST_PARTS]:
        if part.end - part.start > 2 * MAX_PACKED:
            why = "the attachment is too large"
            continue
        found = _opened(payload(message, part))
        if isinstance(found, bytes) and _is_report(found):
            return found
        why = found if isinstance(found, str) else why
    return why


def _opened(data: bytes) -> bytes | str:
    try:
        if data.startswith(_GZIP):
            return _bounded(zlib.decompressobj(wbits=31).decompress(data, MAX_BYTES + 1))
        if data.startswith(_ZIP):
            return _first_of(data)
    except (zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        return f"the archive is damaged: {error}"
    return _bounded(data)


def _first_of(data: bytes) -> bytes | str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = [each for each in archive.infolist() if not each.is_dir()]
        if len(files) != 1:  # RFC 9990 s4: a single file
            return f"the archive holds {len(files)} files instead of one"
        with archive.open(files[0]) as file:
            return _bounded(file.read(MAX_BYTES + 1))


def _bounded(data: bytes) -> bytes | str:
    return data if len(data) <= MAX_BYTES else "the report is too large"


def _is_report(data: bytes) -> bool:
    return data[:64].lstrip(_BLANK)[:1] in (b"<", b"{")
