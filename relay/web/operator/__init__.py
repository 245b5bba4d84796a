"""EFFECT: the operator's pages. Start at `app.py`; `docs/console.md` is for who uses them."""
