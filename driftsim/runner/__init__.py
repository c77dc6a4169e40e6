"""The runner: what a run is, how one is played, and the engines that play many."""
