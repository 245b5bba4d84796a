"""YAML files read safely, and their mistakes told as `file:line what, and what to do`.

`read` gives plain data with the place of each piece (reading.py); `problems` says what pydantic
found wrong with it (wording.py), with suggestions from the model's own keys (schema.py).
"""

from relay.yamlfile.document import Document, Where
from relay.yamlfile.reading import parse, read
from relay.yamlfile.schema import annotation_at, fields_of
from relay.yamlfile.wording import dotted, problems, quoted, suggestion

__all__ = [
    "Document",
    "Where",
    "annotation_at",
    "dotted",
    "fields_of",
    "parse",
    "problems",
    "quoted",
    "read",
    "suggestion",
]
