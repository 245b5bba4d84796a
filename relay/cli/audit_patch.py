"""`relay audit --fix` and `--write`: the mends of all findings as a patch, or in place."""

import sys
from collections.abc import Iterable
from pathlib import Path

from rich.markup import escape

from relay.audit.audit import Audited, mended
from relay.audit.edits import diff
from relay.audit.source import Source
from relay.cli.console import err
from relay.errors import RelayError
from relay.scan.places import Place
from relay.scan.reading import read
from relay.scan.writing import replace


def patch(results: Iterable[Audited], root: Path | None, write: bool) -> None:
    """Print the patch of every file that can be mended, or write the files."""
    count = 0
    for result in results:
        if not any(each.edits for each in result.findings):
            continue
        real = root / result.path.lstrip("/") if root else Path(result.path)
        if not real.is_file():
            raise RelayError(f"{result.path} is in a tar: unpack it, and name the file")
        source = read(Place(shown=result.path, real=str(real)))
        new = mended(source, result)
        count += 1
        if write:
            replace(real, source.data, new)
            err.print(escape(f"{result.path}: written"))
        else:
            _print(source, new)
    if not count:
        err.print("nothing here can be mended by a patch")


def _print(source: Source, new: bytes) -> None:
    text = diff(source.path, source.data, new)
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()
