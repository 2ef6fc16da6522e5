"""Count: one bin, blind."""
