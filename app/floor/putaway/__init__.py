"""Put away: from the dock into a bin."""
