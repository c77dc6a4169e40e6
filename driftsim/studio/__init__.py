"""The studio: a page on this machine on which a scenario is turned by hand while it is played."""
