"""EFFECT: mail out to an upstream. Start at `send.py`."""
