"""The store: one Parquet file for each finished run, so that an interrupted study resumes."""

from driftsim.store.store import Listing, Store

__all__ = ["Listing", "Store"]
