"""PURE: what recipients choose to get, the links by which they do, and the floor under failures."""
