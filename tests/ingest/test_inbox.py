"""The buffer between socket and session: bounded, and never asleep while there is something."""

import asyncio

from relay.ingest.inbox import HIGH_WATER, Inbox


class Valve(asyncio.Transport):
    """A transport of which only the reading side matters."""

    def __init__(self) -> None:
        super().__init__()
        self.open = True

    def pause_reading(self) -> None:
        assert self.open
        self.open = False

    def resume_reading(self) -> None:
        assert not self.open
        self.open = True

    def is_closing(self) -> bool:
        return False


async def test_lines_are_taken_one_by_one_with_their_ends() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    inbox.feed(b"NOOP\r\nQUIT\nRS")
    assert [inbox.line(99) for _ in range(3)] == [b"NOOP\r\n", b"QUIT\n", None]
    inbox.feed(b"ET\r\n")
    assert inbox.line(99) == b"RSET\r\n"


async def test_p8_a_line_over_the_limit_is_cut_and_its_rest_thrown_away() -> None:
    for size in (1, 3, 1_000):
        inbox = Inbox(asyncio.get_running_loop())
        wire, lines = b"x" * 500 + b"\nNOOP\r\n", []
        for start in range(0, len(wire), size):
            inbox.feed(wire[start : start + size])
            while (line := inbox.line(10)) is not None:
                lines.append(line)
        assert lines == [b"x" * 11, b"NOOP\r\n"]


async def test_a_line_of_the_limit_is_whole_and_one_byte_more_is_cut() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    inbox.feed(b"x" * 8 + b"\r\n" + b"x" * 9 + b"\r\n" + b"x" * 10)
    assert inbox.line(10) == b"x" * 8 + b"\r\n"
    assert inbox.line(10) == b"x" * 9 + b"\r\n"
    assert inbox.line(10) is None


async def test_what_came_since_the_last_look_needs_no_waiting() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    assert inbox.line(99) is None
    inbox.feed(b"NOOP\r\n")  # while the session was busy sending, say
    assert await asyncio.wait_for(inbox.more(), 1)
    assert inbox.line(99) == b"NOOP\r\n"


async def test_the_end_is_told_after_the_last_bytes() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    inbox.feed(b"NOOP\r\n")
    inbox.end()
    assert await inbox.more()
    assert inbox.line(99) == b"NOOP\r\n"
    assert not await inbox.more()


async def test_the_end_wakes_who_waits() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    waiting = asyncio.create_task(inbox.more())
    await asyncio.sleep(0)
    inbox.end()
    assert not await asyncio.wait_for(waiting, 1)


async def test_p8_reading_stops_while_much_is_waiting() -> None:
    inbox, valve = Inbox(asyncio.get_running_loop()), Valve()
    inbox.attach(valve)
    inbox.feed(b"x" * HIGH_WATER)
    assert valve.open
    inbox.feed(b"x")
    assert not valve.open
    inbox.take(1)
    assert valve.open
    inbox.feed(b"xx")
    assert not valve.open
    assert len(inbox.take()) == HIGH_WATER + 2
    assert valve.open
