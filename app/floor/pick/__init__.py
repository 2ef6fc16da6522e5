"""Pick one order, line by line along the walk."""
