"""The contest: who was right, when, and at what cost."""
