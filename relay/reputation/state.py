"""The four states of an egress, from good to bad."""

from enum import StrEnum


class State(StrEnum):
    """How what we send is received."""

    CLEAR = "clear"
    WATCH = "watch"
    STRAINED = "strained"
    BLOCKED = "blocked"
