"""Proposal: scenarios that `init` and `new` write, for a table, and for a drift to begin with."""
