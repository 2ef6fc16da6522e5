"""The gate: who is it, may they do this, and on which thread; it sees nothing of the pages behind it."""
