"""The subject of a digest: `[2 FAILED, 1 WARNING, 37 OK] daily, 23 Nov`, within 100 characters.

What happens next: compose.py writes it.
"""

from collections.abc import Sequence

from relay.pipeline.digest.about import About
from relay.pipeline.digest.columns import shown
from relay.pipeline.digest.moments import day
from relay.pipeline.digest.summary import Count
from relay.pipeline.titles import fitted


def subject(name: str, counts: Sequence[Count], about: About) -> str:
    """Return the subject of the digest called `name`, with its counts in front."""
    tag = ", ".join(f"{count.number} {count.word}" for count in counts) or "NO REPORTS"
    return fitted(f"[{tag}] {shown(name, 200)}", f", {day(about.at, about.zone)}")
