"""PURE: what comes back to our envelope senders. Start at `returned.py`, then `read.py`."""
