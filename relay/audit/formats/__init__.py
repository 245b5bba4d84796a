"""Findings in the formats of others: each module has one function from results to text."""
