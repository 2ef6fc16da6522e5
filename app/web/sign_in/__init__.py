"""Who comes in: badge and PIN on the floor, password and code in the office; one's own PIN and sessions."""
