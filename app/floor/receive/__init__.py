"""Receive: goods come in at the dock."""
