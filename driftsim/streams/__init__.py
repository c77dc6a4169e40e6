"""Streams: what is true, and when it changes."""
