"""MOA's synthetic streams, by their command lines: the same rows, bit for bit."""
