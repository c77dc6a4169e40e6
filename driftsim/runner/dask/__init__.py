"""Dask: the workers of a cluster, on which `--on` has runs played."""
