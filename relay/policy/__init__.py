"""PURE: what the operator's rules make of a report. Start at `decision.py`, then `decide.py`."""
