"""Where the policy files are that come with the relay.

In a checkout they stand beside the package; an installed relay has them under `share`.
"""

import sys
from pathlib import Path

_CHECKOUT = Path(__file__).parent.parent.parent / "policies"
_INSTALLED = Path(sys.prefix) / "share" / "honest-relay" / "policies"


def shipped_folder() -> Path:
    """Return the folder of the shipped policies."""
    return _CHECKOUT if (_CHECKOUT / "default.yaml").exists() else _INSTALLED
