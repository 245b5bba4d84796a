"""Bytes to text, whatever the charset label says: right, wrong, missing or hostile.

Only charsets that mail really uses are decoded by name; Python's codec registry knows others that
are no charsets, that are quadratic (`punycode`), or that import modules by name. UTF-8 is tried
first wherever the label is missing, unknown or a Western one that any bytes would satisfy, since
text that happens to be valid UTF-8 is UTF-8. In text that is nearly UTF-8 the odd bytes (a Latin-1
file name in a log) are read as Windows-1252. Nothing raises and nothing is lost silently.
What happens next: transfer.py and text.py.
"""

_SINGLE_BYTE = [f"iso-8859-{number}" for number in (*range(1, 12), 13, 14, 15, 16)]
_SINGLE_BYTE += [f"windows-{number}" for number in range(1250, 1259)]
_SINGLE_BYTE += ["koi8-r", "koi8-u", "mac-roman", "cp437", "cp850", "cp852", "cp858", "cp866"]
_MULTI_BYTE = ["big5", "euc-jp", "euc-kr", "gb18030", "gb2312", "gbk", "iso-2022-jp", "shift-jis"]
_MULTI_BYTE += ["utf-8", "utf-16", "utf-16le", "utf-16be"]
_NAMES = {name: name for name in _SINGLE_BYTE + _MULTI_BYTE}
_NAMES |= {f"cp{number}": f"windows-{number}" for number in range(1250, 1259)}
_NAMES |= {"utf8": "utf-8", "latin1": "iso-8859-1", "latin-1": "iso-8859-1", "l1": "iso-8859-1"}
_NAMES |= {"iso8859-1": "iso-8859-1", "iso8859-15": "iso-8859-15", "latin9": "iso-8859-15"}
_NAMES |= dict.fromkeys(("us-ascii", "ascii", "ansi-x3.4-1968", "iso646-us"), "us-ascii")
_NAMES |= {"sjis": "shift-jis", "macintosh": "mac-roman", "ks-c-5601-1987": "euc-kr"}

_WESTERN = {"iso-8859-1", "iso-8859-15", "windows-1252"}  # a default, more often than a statement
_CONTROLS_1252 = {0x81, 0x8D, 0x8F, 0x90, 0x9D}  # unassigned there


def _odd_byte(byte: int) -> str:
    return chr(byte) if byte in _CONTROLS_1252 else bytes([byte]).decode("windows-1252")


_ODD_BYTES = {0xDC00 + byte: _odd_byte(byte) for byte in range(0x80, 0x100)}


def canonical(label: str | None) -> str | None:
    """Return the charset that `label` names, None for one that is unknown or not for mail."""
    if label is None:
        return None
    return _NAMES.get(label.strip().strip("\"'").lower().replace("_", "-"))


def bears_out(data: bytes, label: str | None) -> bool:
    """Say whether `data` is text in the charset that `label` names; no label means ASCII."""
    charset = canonical(label) if label else "us-ascii"
    if charset is None:
        return False
    try:
        data.decode(charset)
    except UnicodeDecodeError:
        return False
    return True


def decode_text(data: bytes, label: str | None = None) -> str:
    """Decode `data`, believing `label` as far as the bytes bear it out; never raises."""
    charset = canonical(label)
    if charset is not None and charset not in _WESTERN:
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            pass  # the label lies; go on as if there were none
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if charset in _WESTERN:
        return data.decode(charset or "latin-1", "replace")
    return data.decode("utf-8", "surrogateescape").translate(_ODD_BYTES)
