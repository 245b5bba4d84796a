"""PURE: steps 4 to 8 of a message's way put together. Start at `stages.py`."""
