"""What comes back: an RMA authorises it, an inspection decides what becomes of it."""
