"""PURE: one module an edit. Start at `edits.py`, then `apply.py`."""
