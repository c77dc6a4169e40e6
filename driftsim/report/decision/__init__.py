"""The decision in tables: what contenders cost, and what retraining is worth."""
