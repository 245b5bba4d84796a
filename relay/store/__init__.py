"""EFFECT: the database, its queue, outbox and ledger. Start at `schema.py`."""
