"""One module a family: `check(visit)` returns findings, `FINDINGS` lists all that it may make."""
