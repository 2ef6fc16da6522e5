"""Replenish: from reserve into a pick face."""
