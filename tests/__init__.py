"""Trueshelf's tests: sentences about the floor, on the engines and in the browser that it really uses."""
