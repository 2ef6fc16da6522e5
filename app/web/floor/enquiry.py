"""Ask about anything that can be scanned. Asking changes nothing."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from app.db import reading
from app.floor.begin.enquiry import enquire
from app.refusal import Refused
from app.web.floor.barcode_links import offer
from app.web.floor.enquiry_screen import shown
from app.web.gate.access import allow
from app.web.gate.security import current_actor, settings
from app.web.shared import forms
from app.web.shared.screens import current_warehouse

pages = Blueprint("enquiry", __name__)


@pages.get("/enquiry")
@allow(any_role=True)
def ask() -> tuple[str, int]:
    """The page; ``?code=`` asks at once."""
    code = request.args.get("code", "")[:1000]
    answer, status = _answer(code) if code else ({}, 200)
    return render_template("floor/enquiry.html", enquiry=answer, scans_url=url_for("enquiry.scan")), status


@pages.post("/enquiry")
@allow(any_role=True)
def scan() -> Response:
    """A scan on that page."""
    answer, status = _answer(forms.needed("code", longest=1000))
    return make_response(render_template("floor/_enquiry.html", enquiry=answer), status)


def _answer(code: str) -> tuple[dict[str, Any], int]:
    try:
        with reading() as session:
            here, scanner = current_warehouse().code, current_actor().scanner
            facts = enquire(session, settings(), warehouse=here, code=code, profile=scanner)
    except Refused as refusal:
        link = offer(refusal.code, ("item",), code=code, back=url_for("enquiry.ask"))
        return {
            "outcome": "refused",
            "code": refusal.code,
            "message": refusal.message,
            "link_url": link,
        }, refusal.status
    return shown(facts), 200
