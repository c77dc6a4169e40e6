"""Figure data: the numbers that figures show, by whatever they are drawn."""
