"""Overview: what `check`, `explain` and `status` print of a study."""
