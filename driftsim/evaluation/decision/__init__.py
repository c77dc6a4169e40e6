"""The decision: what policies cost, when to retrain, and how far that is from the best."""
