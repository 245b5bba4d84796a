"""All rules, family by family: each is a module with its rules and one function `check`."""
