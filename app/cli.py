"""The command line: ``flask --app wsgi ...``."""

from flask import Flask


def install(flask: Flask) -> None:
    """Add our commands to Flask's."""
