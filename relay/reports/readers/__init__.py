"""One module a reader, each with `MARKS` and `read(letter) -> Finding | None`."""
