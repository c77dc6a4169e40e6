"""Overview: what `check` prints of a study."""
