"""PURE: what a remote server's reply means, and what is to be done about it."""
