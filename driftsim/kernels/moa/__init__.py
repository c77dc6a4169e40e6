"""Kernels of MOA's synthetic streams, which give its rows bit for bit.

Written from a description of what MOA draws, in which order, and how it rounds; from none of its
code. The state of a generator is a `NamedTuple`; its kernel `f(s, X, y)` fills features X (n, d)
and labels y (n,) with the next n rows, and leaves the state after them.
"""
