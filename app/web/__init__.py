"""HTTP in, HTML or JSON out. No rules live here: views parse, call once, render."""

from flask import Flask


def install(flask: Flask) -> None:
    """Hang every page and API route on the application."""
