"""The whole configuration: one file, the environment over it, one frozen object.

`load` reads `config.yaml` (yamlfile/), lays the environment over it (environment.py), validates
it (model.py), checks what no single section can see (checks.py), and raises one ConfigError with
every problem as `file:line what, and what to do`. `warnings` tells what is allowed but unwise
(advice.py).
What happens next: app.py builds the relay of it.
"""

from relay.config.advice import warnings
from relay.config.model import Config
from relay.config.reading import load, outline, rules

__all__ = ["Config", "load", "outline", "rules", "warnings"]
