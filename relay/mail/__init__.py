"""PURE: bytes to facts and back. Start at `received.py`, then `message.py`."""
