"""PURE: what is wrong with a mail that leaves, by which rule. Start at `finding.py`."""
