"""honest-relay: an SMTP relay that makes automated mail valid, signed and truthful.

Start reading at `pipeline/stages.py` (the types, one per stage of a message's life), then
`docs/flow.md` (the same way in ten steps, with function names).
"""

__version__ = "0.1.0"
