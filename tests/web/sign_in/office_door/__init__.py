"""The office's door where a password is wanted: badge, password, and a code that is good once."""
