"""One module a change, in order; never edited after a release."""
