"""Notebook: what results and streams show of themselves as the value of a cell."""
