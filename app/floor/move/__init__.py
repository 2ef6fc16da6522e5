"""Move: goods from one place to another, for no document."""
