"""The scanner's test page: what arrives, what it says, and which setting to change; and how this device's speaks.

Open to everybody, also before sign-in, because a scanner that is set wrong cannot even read a badge.
"""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app import clock
from app.barcode import Profile, interpretation
from app.barcode.scanner_check import TEST_GS1, TEST_TEXT, Arrival, findings
from app.db import reading, transact
from app.floor.meaning.resolve import meanings, read
from app.labels.symbols import encode
from app.language import _
from app.people.scanners import Scanner, in_this_house, keep_scanner, scanner_of
from app.refusal import NotFound, Refused
from app.web.floor.scanner_advice import advice
from app.web.gate.access import allow
from app.web.gate.security import current_bearer, settings
from app.web.labels.label_files import drawing
from app.web.shared import forms
from app.web.shared.fragments import page
from app.web.shared.screens import current_warehouse

pages = Blueprint("scanner", __name__, url_prefix="/scanner")
_TESTS = {"text": ("code128", TEST_TEXT), "gs1": ("gs1_datamatrix", TEST_GS1)}
_MOST_GAPS = 500


@pages.get("")
@allow(public=True)
def test() -> str:
    """The page."""
    return page("floor/scanner.html", scanner=_scanner(), can_keep=_device_id() is not None)


@pages.get("/<name>.svg")
@allow(public=True)
def label(name: str) -> Response:
    """One of the two test labels. Errors: ``not_found``."""
    if name not in _TESTS:
        raise NotFound("not_found", _("There is no such test label. Go back."))
    symbology, content = _TESTS[name]
    response = Response(drawing(encode(symbology, content)), mimetype="image/svg+xml")  # type: ignore[arg-type]
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@pages.post("/readings")
@allow(public=True)
def interpret() -> str:
    """What one scan says. Nothing is kept."""
    arrival = Arrival(
        text=forms.needed("code", longest=4096),
        ends=tuple(forms.text("ends").split())[:4],
        gaps_ms=tuple(_numbers(forms.text("gaps", longest=5000))),
        is_whole=forms.text("whole") == "yes",
    )
    scanner, today = _scanner(), clock.today()
    found = [advice(each) for each in findings(arrival, idle_ms=scanner.idle_ms, pace_ms=scanner.pace_ms)]
    profile = in_this_house(scanner.profile, settings())
    words = interpretation(arrival.text, profile=profile, today=today)
    return render_template(
        "floor/_scanner_reading.html",
        arrival=arrival,
        found=found,
        kind=words["kind"],
        refusal=words.get("message", ""),
        elements=_elements(words),
        named=_named(arrival.text, profile, today),
    )


@pages.post("/profile")
@allow(any_role=True)
def keep() -> WerkzeugResponse:
    """Keep how this device's scanner speaks. Errors: ``no_device``; ``bad_scanner_profile``; ``bad_field``."""
    device_id = _device_id()
    if device_id is None:
        raise Refused("no_device", _("A device keeps settings once someone has signed in on it. Sign in first."))
    scanner = Scanner(
        prefix=forms.text("prefix"),
        suffix=forms.text("suffix"),
        separators=tuple(forms.text("separators").split()),
        sends_aim=forms.text("sends_aim") == "yes",
        idle_ms=forms.number("idle_ms") or 0,
        pace_ms=forms.number("pace_ms") or 0,
        has_camera=forms.text("has_camera") == "yes",
    )

    def work(session: Session) -> None:
        keep_scanner(session, device_id, scanner)

    transact(work)
    return redirect(url_for("scanner.test", kept="yes"), 303)


def _device_id() -> int | None:
    bearer = current_bearer()
    return bearer.device_id if bearer else None


def _scanner() -> Scanner:
    bearer = current_bearer()
    return scanner_of(bearer.profile if bearer else {})


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")[:_MOST_GAPS] if each.isascii() and each.isdigit() and len(each) < 7]


def _elements(words: Mapping[str, object]) -> list[tuple[str, object]]:
    return [(name, value) for name, value in words.items() if name not in ("kind", "code", "ai", "message", "warnings")]


def _named(code: str, profile: Profile, today: date) -> list[tuple[str, str]]:
    """What it names here, for people who have signed in."""
    if current_bearer() is None:
        return []
    try:
        barcode, here = read(code, today=today, profile=profile), current_warehouse()
    except Refused:
        return []
    with reading() as session:
        found = meanings(session, barcode, warehouse_id=here.id)
    return [(meaning.type.partition(":")[2] or meaning.type, meaning.code) for meaning in found]
