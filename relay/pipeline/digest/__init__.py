"""PURE: many reports to one recipient in one mail. Start at `about.py`, then `compose.py`."""
