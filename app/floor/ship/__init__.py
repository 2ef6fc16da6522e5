"""Ship: cartons go out of the door."""
