"""Faults, seeded: networks that are cut, answers that are lost, servers and tabs that are killed."""
