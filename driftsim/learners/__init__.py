"""The contenders: what can be trained and asked."""
