"""How a tool's lines are told apart and judged; the readers' common ground."""
