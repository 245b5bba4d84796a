"""EFFECT: keys and DKIM signatures. Start at `sign.py`."""
