"""Notices by a channel that is not mail: whoever is told of a dead upstream must not need it."""
