"""EFFECT: what the DNS must say of us, and what it says. Start at `records.py` and `doctor.py`."""
