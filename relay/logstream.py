"""The stream under the log: its writes neither raise nor block.

A full disk under the log, or a pipe that nobody reads, must not stop the mail. What cannot be
written is counted and left out; a reader who is behind is waited for a moment, once, until there is
room again.
"""

import contextlib
import os
import select
from collections.abc import Callable
from typing import TextIO

_PATIENCE = 100  # milliseconds
_PIECE = 4096  # PIPE_BUF: a pipe that says it has room takes so much without blocking


class LogStream:
    """Writes to `stream`; calls `lost` for each line that could not be written whole."""

    def __init__(self, stream: TextIO, lost: Callable[[], None]) -> None:
        self._stream = stream
        self._lost = lost
        self._patience = _PATIENCE
        self._cut = False
        self._room = select.poll()
        self._file: int | None = None
        with contextlib.suppress(OSError, ValueError):  # one without a file never blocks
            self._file = stream.fileno()
            self._room.register(self._file, select.POLLOUT)

    def write(self, text: str) -> None:
        """Write a line, or leave it out."""
        try:
            if self._file is None:
                self._stream.write(text)
            elif not self._written(self._file, text.encode(errors="backslashreplace")):
                self._lost()
        except (OSError, ValueError):
            self._lost()

    def _written(self, file: int, line: bytes) -> bool:
        if self._cut:
            line = b"\n" + line
        while line:
            if not self._room.poll(self._patience):
                self._patience = 0
                return False
            self._patience = _PATIENCE
            count = os.write(file, line[:_PIECE])
            line = line[count:]
            self._cut = bool(line)
        return True

    def flush(self) -> None:
        """Nothing is kept back."""
        if self._file is None:
            with contextlib.suppress(OSError, ValueError):
                self._stream.flush()
