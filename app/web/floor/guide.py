"""A page that says how to work here, for whoever stands in front of it the first time."""

from flask import Blueprint, render_template

from app.web.gate.access import allow

pages = Blueprint("guide", __name__)


@pages.get("/help")
@allow(public=True)
def guide() -> str:
    """How to scan, what the colours say, what to do when something is wrong."""
    return render_template("floor/help.html")
