"""The relay by a clock that can be set.

    python -m tests.torture.moved_clock OFFSET_FILE serve ...

The file says by how many hours the clock is off; it is read at each look at the clock.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from relay import app, cli


def moved(offset: Path) -> None:
    """Give a relay that clock."""

    def now() -> datetime:
        return app.utc_now() + timedelta(hours=int(offset.read_text() or 0))

    app.Relay.__init__.__defaults__ = (now,)


if __name__ == "__main__":
    moved(Path(sys.argv.pop(1)))
    cli.main()
