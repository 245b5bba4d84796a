"""EFFECT: HTTP. Start at `server.py`."""
