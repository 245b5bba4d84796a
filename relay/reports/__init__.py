"""PURE: one reader a kind of report. Start at `report.py`, then `understand.py`."""
