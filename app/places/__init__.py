"""Where stock can be: warehouses, locations, containers."""
