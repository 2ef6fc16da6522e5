"""A photo instead of a scan: what its barcodes say, each as a button that scans it."""

from flask import Blueprint, render_template, request

from app.web.gate.access import allow
from app.web.pictures.photo_reader import read_one

pages = Blueprint("photos", __name__)


@pages.post("/photos")
@allow(any_role=True)
def read() -> str:
    """The barcodes in the photo that is the body; nothing is scanned by sending it."""
    return render_template("floor/_photo.html", symbols=read_one(request.get_data()))
