"""EFFECT: step functions around one loop. Start at `loop.py`."""
