"""The shell: read into a small tree, then run in thought, with one command failing at a time."""
