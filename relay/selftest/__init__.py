"""Self-tests: a report through the whole path, to a real reader or to a receiver of our own."""
