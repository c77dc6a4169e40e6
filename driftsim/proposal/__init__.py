"""Proposal: a scenario for a table, with the reason for each guess, as `init` writes it."""
