"""P8: reading costs time in proportion to the input, for the nastiest inputs that we know.

Each input is read at one size and at four times that size. Linear code takes four times as long;
quadratic code sixteen times. The limit lies between, and small times are not compared at all.
"""

import gc
import time
from collections.abc import Callable

import pytest

from relay.mail.address import mailboxes
from relay.mail.encode import write
from relay.mail.headers import decode_base64, decode_words
from relay.mail.html import html_to_text
from relay.mail.parameters import parse_parameters
from relay.mail.parse import parse
from relay.mail.secrets import redact
from relay.mail.terminal import visible_lines
from relay.mail.text import read_text
from tests.mail.receiving import received

TOLERATED = 10.0
NEGLIGIBLE = 0.02  # seconds


def seconds(read: Callable[[], object]) -> float:
    """Return the least processor time of three runs."""
    times = []
    for _ in range(3):
        start = time.process_time()
        read()
        times.append(time.process_time() - start)
    return min(times)


def assert_linear(read: Callable[[str], object], unit: str, size: int) -> None:
    small, large = unit * (size // len(unit)), unit * (4 * size // len(unit))
    gc.disable()
    try:
        before, after = seconds(lambda: read(small)), seconds(lambda: read(large))
    finally:
        gc.enable()
    assert after < NEGLIGIBLE or after / max(before, NEGLIGIBLE / 10) < TOLERATED


def parsed(text: str) -> object:
    return read_text(parse(received(text.encode())))


def in_multipart(text: str) -> object:
    return parsed("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + text)


def as_html(text: str) -> object:
    return html_to_text(text)


def on_a_terminal(text: str) -> object:
    return list(visible_lines(text))


@pytest.mark.parametrize(
    "unit",
    [
        "A: b\r\n",
        " \r\n",
        ":",
        "\xe9",
        "From: ",
        "\r\n",
        "a\r\n",
        "a",
    ],
)
def test_p8_headers_are_read_in_linear_time(unit: str) -> None:
    assert_linear(parsed, unit, 200_000)


@pytest.mark.parametrize(
    "unit",
    [
        "--b\r\n",
        "--b\r\n\r\n",
        "--b--\r\n",
        "--",
        "\r\n--",
        "--b\r\nContent-Type: multipart/x\r\n\r\n",
        "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n",
    ],
)
def test_p8_multiparts_are_read_in_linear_time(unit: str) -> None:
    assert_linear(in_multipart, unit, 200_000)


@pytest.mark.parametrize(
    "unit",
    [
        "(",
        ")",
        "<",
        ">",
        '"',
        "\\",
        "a ",
        ",",
        "[",
        "a@b,",
        "=?utf-8?q?a?= ",
        ":",
        ";",
        "a",
    ],
)
def test_p8_addresses_are_read_in_linear_time(unit: str) -> None:
    assert_linear(mailboxes, unit, 15_000)


@pytest.mark.parametrize(
    "unit",
    [
        "=?",
        "=?a?q?",
        "=?utf-8?q?a?=",
        "=?utf-8?b?YQ?= ",
        "?=",
        "=?a?b?=",
    ],
)
def test_p8_encoded_words_are_read_in_linear_time(unit: str) -> None:
    assert_linear(decode_words, unit, 200_000)


@pytest.mark.parametrize("unit", [";", "a=b;", 'a="', "a*0=b;", "a ", "\\", '"', "a*=''%41;"])
def test_p8_parameters_are_read_in_linear_time(unit: str) -> None:
    assert_linear(parse_parameters, "x/y;" + unit, 8_000)


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<a",
        "<a>",
        "<!--",
        "<script>",
        "&",
        "&amp;",
        "&#",
        "<pre>",
        "<td>",
        "</",
        " ",
        "\n",
    ],
)
def test_p8_html_is_read_in_linear_time(unit: str) -> None:
    assert_linear(as_html, unit, 200_000)


@pytest.mark.parametrize(
    "unit",
    [
        "\x1b",
        "\x1b[",
        "\x1b[1;",
        "\x1b]",
        "\x1bP",
        "a\b",
        "ab\b\b",
        "\b",
        "\r",
        "1%\r",
        "a\rb\r",
    ],
)
def test_p8_terminal_output_is_read_in_linear_time(unit: str) -> None:
    assert_linear(on_a_terminal, unit, 200_000)


@pytest.mark.parametrize(
    "unit",
    [
        "password=",
        "token:",
        "token:x y ",
        "secret:'",
        "://a:",
        "://a:b@",
        "mysql",
        "mysql -p",
        "curl -u ",
        "sshpass -",
        "eyJa",
        "eyJaaaaaaaa.",
        "AKIA",
        "--a-",
        "--password ",
        "authorization: x",
        "7z ",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n",
        "sendmail ",
        "ldapx ",
        "zip ",
        "1234567890:",
        "pass=x\n",
        "bearer ",
        "xoxb-",
        "cookie",
        "hooks.slack.com/services/",
    ],
)
def test_p8_secrets_are_found_in_linear_time(unit: str) -> None:
    assert_linear(redact, unit, 100_000)


@pytest.mark.parametrize("unit", ["=", "A", "A=", "\n", "!"])
def test_p8_base64_is_decoded_in_linear_time(unit: str) -> None:
    assert_linear(lambda text: decode_base64(text.encode()), unit, 500_000)


@pytest.mark.parametrize("unit", ["é", "a", "=?", "  a", "日"])
def test_p8_fields_are_written_in_linear_time(unit: str) -> None:
    assert_linear(lambda text: write("Subject", text), unit, 4_000)
