"""EFFECT: SMTP in. Start at `server.py`."""
