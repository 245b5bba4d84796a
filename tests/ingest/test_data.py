"""The bytes after DATA: where a message ends, what becomes of its line endings, at what cost."""

import random
import time
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relay.ingest.data import DataReader, header_problem, normalised
from relay.ingest.replies import HEADER_TOO_BIG, LOOP
from relay.ingest.settings import LimitSettings

LARGE = 1 << 30


def read(wire: bytes, *, chunk: int = 0, limit: int = LARGE) -> tuple[bytes | None, bytes | None]:
    """Read in chunks of that size; return the message and what follows, None if it never ends."""
    reader = DataReader(limit)
    size = chunk or max(len(wire), 1)
    for start in range(0, max(len(wire), 1), size):
        rest = reader.feed(wire[start : start + size])
        if rest is not None:
            return reader.message(), rest + wire[start + size :]
    return None, None


def slowly(wire: bytes) -> tuple[bytes, bytes] | None:
    """What RFC 5321 s4.1.1.4 and s4.5.2 say, line by line, as a measure for the quick reader."""
    lines, rest = [], wire
    while True:
        line, end, rest = rest.partition(b"\r\n")
        if not end:
            return None
        if line == b".":
            return normalised(b"".join(lines)), rest
        lines.append(line.removeprefix(b".") + end)


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"a\r\n.\r\n", b"a\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b".a\r\n.\r\n", b"a\r\n"),
        (b"...\r\n.\r\n", b"..\r\n"),
        (b"a\r\n..\r\n..b\r\n.\r\n", b"a\r\n.\r\n.b\r\n"),
        (b"a.\r\n.\r\n", b"a.\r\n"),
        (b"progress 1%\rprogress 2%\r\n.\r\n", b"progress 1%\r\nprogress 2%\r\n"),
        (b"unix\nlines\n\r\n.\r\n", b"unix\r\nlines\r\n\r\n"),
        (b"a\r\r\n.\r\n", b"a\r\n\r\n"),
        (b"a\n\r\n.\r\n", b"a\r\n\r\n"),
    ],
)
def test_a_message_ends_at_its_dot_and_loses_its_stuffing(wire: bytes, message: bytes) -> None:
    for chunk in (0, 1, 2, 3, 5):
        assert read(wire + b"QUIT\r\n", chunk=chunk) == (message, b"QUIT\r\n")


SMUGGLED = b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<victim@example.org>\r\nDATA\r\n"


@pytest.mark.parametrize(
    "false_end",
    [
        b"\n.\n",
        b"\n.\r\n",
        b"\r\n.\n",
        b"\r.\r",
        b"\r.\r\n",
        b"\r\n.\r",
        b"\r\r\n.\r\r\n",
        b"\n\n.\n\n",
        b"\r\n.\0\r\n",
        b"\r\n. \r\n",
        b"\r\n\0.\r\n",
        b"\r\n.\r\0\n",
        b"\n.\r\n\n",
        b"\x85.\x85",
        b"\r\n..\r\n",
    ],
)
def test_p8_no_false_end_smuggles_a_second_message(false_end: bytes) -> None:
    wire = b"Subject: x\r\n\r\nbody" + false_end + SMUGGLED + b"\r\n.\r\n"
    for chunk in (0, 1, 7):
        message, rest = read(wire, chunk=chunk)
        assert rest == b""
        assert message is not None
        assert SMUGGLED in message
        stuffed = message.replace(b"\r\n.", b"\r\n..")  # as it goes out to the next server
        assert b"\r\n.\r\n" not in stuffed


WIRE = st.lists(st.sampled_from([b"\r\n", b"\r", b"\n", b".", b"a", b"\r\n.", b"\0", b"bc"]))


@given(WIRE.map(b"".join), st.integers(1, 9))
@example(b"\r\n.\r.\r\n", 1)
def test_chunks_and_lines_read_the_same(wire: bytes, chunk: int) -> None:
    wire += b"\r\n.\r\nrest"
    message, rest = read(wire, chunk=chunk)
    assert (message, rest) == slowly(wire)
    assert message is not None
    assert normalised(message) == message


@given(st.binary(max_size=200))
def test_normalising_leaves_only_crlf(data: bytes) -> None:
    text = normalised(data)
    assert text.count(b"\r") == text.count(b"\n") == text.count(b"\r\n")
    assert text.translate(None, b"\r\n") == data.translate(None, b"\r\n")


@pytest.mark.parametrize(
    "line", [b"a" * 98 + b"\r\n", b"." + b"a" * 97 + b"\r\n", b"a" * 99 + b"\n"]
)
def test_p8_a_message_of_the_limit_is_read_and_one_byte_more_is_not(line: bytes) -> None:
    body = line * 100 + b"\r\n"
    exact = len(normalised(body.replace(b"\r\n.", b"\r\n").removeprefix(b".")))
    for chunk in (0, 1, 64):
        message, _ = read(body + b".\r\n", chunk=chunk, limit=exact)
        assert message is not None
        assert len(message) == exact
        assert read(body + b".\r\nrest", chunk=chunk, limit=exact - 1) == (None, b"rest")


def test_p8_too_big_a_message_is_not_kept_while_it_is_read() -> None:
    reader, chunk = DataReader(1 << 20), b"x" * 1_000 + b"\r\n"
    tracemalloc.start()
    for _ in range(20_000):
        assert reader.feed(chunk) is None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 << 20
    assert reader.message() is None


FLOODS = {
    "text": b'rsync: send_files failed to open "/srv/www/a": Permission denied (13)\r\n',
    "empty lines": b"\r\n",
    "bare LF": b"\n",
    "bare CR": b"\r",
    "dots": b"\r\n..",
    "one line": b"x",
    "false ends": b"\r\n.\r",
}


@pytest.mark.parametrize("name", FLOODS)
def test_p8_a_message_of_25_mib_costs_2_5_times_its_memory_and_little_time(name: str) -> None:
    size, piece = 25 << 20, FLOODS[name]
    block = (piece * (65_536 // len(piece) + 1))[: 65_536 // len(piece) * len(piece)]
    reader = DataReader(size * 2 + 2)
    tracemalloc.start()
    began = time.process_time()
    for _ in range(size // len(block)):
        assert reader.feed(block) is None
    assert reader.feed(b"\r\n.\r\n") is not None
    message = reader.message()
    took = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert message is not None
    assert peak < 2.5 * len(message)
    assert took < 5


def test_p8_single_bytes_cost_linear_time() -> None:
    def seconds(count: int) -> float:
        reader, began = DataReader(LARGE), time.process_time()
        for _ in range(count):
            reader.feed(b"\r")
        return time.process_time() - began

    small, large = (min(seconds(count) for _ in range(3)) for count in (20_000, 200_000))
    assert large < 40 * max(small, 0.005)


LIMITS = LimitSettings(header_size=4_000, header_lines=20, hops=5)


def field(size: int) -> bytes:
    return b"X-Fill: " + b"x" * (size - 10) + b"\r\n"


def test_p8_a_header_of_the_limit_passes_and_one_byte_more_does_not() -> None:
    assert header_problem(field(4_000) + b"\r\nbody", LIMITS) is None
    assert header_problem(field(4_001) + b"\r\nbody", LIMITS) == HEADER_TOO_BIG
    assert header_problem(field(4_000), LIMITS) is None
    assert header_problem(field(4_001), LIMITS) == HEADER_TOO_BIG


def test_p8_a_header_of_so_many_lines_passes_and_one_more_does_not() -> None:
    folded = b"X-A: 1\r\n\t2\r\n" * 10
    assert header_problem(folded + b"\r\n" + b"body\r\n" * 100, LIMITS) is None
    assert header_problem(b"X-B: 3\r\n" + folded + b"\r\nbody", LIMITS) == HEADER_TOO_BIG


def test_p8_so_many_hops_pass_and_one_more_is_a_loop() -> None:
    hop = b"Received: from a by b;\r\n\tSat, 1 Jan 2026 00:00:00 +0000\r\n"
    assert header_problem(hop * 5 + b"\r\n" + hop * 9, LIMITS) is None
    assert header_problem(hop.upper() * 6 + b"\r\n", LIMITS) == LOOP
    assert header_problem(b"Subject: x\r\n" + hop * 6 + b"\r\n", LIMITS) == LOOP


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n", b"\r\nReceived: x\r\n" * 99, b"no header\r\n" * 9_999]
)
def test_a_message_without_a_header_has_no_header_problem(raw: bytes) -> None:
    assert header_problem(raw, LIMITS) is None


def test_output_that_runs_into_the_header_is_body_however_long() -> None:
    # What `rsync 2>&1 | msmtp root` sends: the sender's fields, then the text, no empty line.
    head = b"From: root\r\nDate: Sat, 1 Jan 2026 00:00:00 +0000\r\n"
    text = b'rsync: send_files failed to open "/srv/www/a": Permission denied (13)\r\n' * 3_000
    assert header_problem(head + text, LimitSettings()) is None


def test_p8_header_checks_cost_little_whatever_the_message_is() -> None:
    limits = LimitSettings()
    for piece in (b"a:\r\n", b"a" * 70, b"\r\n ", b"X-A: b\r\n", b":", b"received:\r\n", b"\r\n"):
        raw = piece * ((4 << 20) // len(piece))
        began = time.process_time()
        header_problem(raw, limits)
        assert time.process_time() - began < 1


def test_random_messages_come_out_as_they_went_in() -> None:
    chance = random.Random(2)
    for _ in range(200):
        lines = [bytes(chance.choices(b"ab. ", k=chance.randrange(9))) for _ in range(20)]
        message = b"".join(line + b"\r\n" for line in lines)
        stuffed = b"".join((b"." if line[:1] == b"." else b"") + line + b"\r\n" for line in lines)
        assert read(stuffed + b".\r\n", chunk=chance.randrange(1, 60)) == (message, b"")
