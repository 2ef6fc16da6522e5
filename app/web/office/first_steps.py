"""First steps: from an empty site to the first order, each step with what is still missing.

Warehouses and their places are made here; people, printers, items and stock have pages of their own, to which this one
leads. It stays reachable later: another aisle, another building.
"""

import csv
import io
from collections.abc import Sequence

from flask import make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.imports import ImportResult, run
from app.language import _
from app.places.layout import (
    USUAL,
    Aisles,
    NewPlace,
    bins_of,
    change_warehouse,
    codes_taken,
    set_up_warehouse,
    time_zones,
    totes_of,
)
from app.refusal import Refused
from app.web.gate.access import OFFICE, READERS, allow
from app.web.gate.security import settings
from app.web.office.desk import back_to, desk
from app.web.office.reads.first_steps import first_steps as found_so_far
from app.web.office.wrong_fields import Wrong, wrong_field
from app.web.shared import forms
from app.web.shared.fragments import page, refused
from app.web.shared.screens import current_warehouse


@desk.get("/first-steps")
@allow(roles=READERS)
def first_steps() -> str:
    """The list of steps."""
    return _page()


@desk.post("/warehouses")
@allow(roles=OFFICE)
def add_warehouse() -> WerkzeugResponse:
    """Open a warehouse. Errors: those of ``set_up_warehouse``, shown above the form, which keeps what was typed."""
    name, code = forms.text("name", longest=60), forms.text("code", longest=40).strip()
    time_zone, priority = forms.text("time_zone", longest=60).strip(), forms.number("priority") or 100
    try:
        transact(
            lambda session: set_up_warehouse(session, code=code, name=name, time_zone=time_zone, priority=priority)
        )
    except Refused as refusal:
        return _not_so("warehouse", refusal)
    return back_to("first_steps")


@desk.post("/warehouses/<int:warehouse_id>")
@allow(roles=OFFICE)
def save_warehouse(warehouse_id: int) -> WerkzeugResponse:
    """Another name, time zone or priority."""
    name, priority = forms.text("name", longest=60), forms.number("priority") or 0
    time_zone = forms.text("time_zone", longest=60).strip()
    try:
        transact(
            lambda session: change_warehouse(session, warehouse_id, name=name, time_zone=time_zone, priority=priority)
        )
    except Refused as refusal:
        return _not_so("warehouse", refusal)
    return back_to("first_steps")


@desk.post("/places")
@allow(roles=OFFICE)
def add_places() -> WerkzeugResponse:
    """Make bins, the usual places or totes: first shown, then made. Names that are there already stay as they are."""
    what, is_dry_run = forms.needed("what"), "dry_run" in request.form
    try:
        places = _new_ones(_asked_for(what))
        text = _as_file(places)
        result = transact(lambda session: run(session, settings(), "locations", text, dry_run=is_dry_run))
    except Refused as refusal:
        return _not_so("places", refusal)
    if not result.ok:
        return refused(_page(step="places", wrong=Wrong("", result.errors[0].message)), 422)
    if is_dry_run:
        return make_response(_page(step="places", preview=(what, places, result)), 200, {"HX-Push-Url": "false"})
    return redirect(url_for("office.first_steps", made=result.created), 303)


def _asked_for(what: str) -> Sequence[NewPlace]:
    if what == "usual":
        return [NewPlace(code, kind) for code, kind in USUAL]
    if what == "totes":
        return totes_of(
            forms.text("prefix", longest=16).strip(),
            first=forms.number("first_tote") or 0,
            count=forms.number("count") or 0,
        )
    if what != "bins":
        raise Refused("bad_field", _("Choose what to make: bins, the usual places, or totes."))
    return bins_of(
        Aisles(
            first=forms.text("first", longest=3),
            last=forms.text("last", longest=3) or forms.text("first", longest=3),
            bays=forms.number("bays") or 0,
            levels=forms.number("levels") or 0,
            pick_levels=forms.number("pick_levels") or 0,
            zone=forms.text("zone", longest=40),
            is_serpentine="is_serpentine" in request.form,
        )
    )


def _new_ones(places: Sequence[NewPlace]) -> list[NewPlace]:
    """What is there already stays as it is. Errors: ``nothing_new``."""
    codes = [place.code for place in places]
    with reading() as session:
        there = codes_taken(session, current_warehouse().id, codes)
    new = [place for place in places if place.code not in there]
    if not new:
        raise Refused("nothing_new", _("All of these are there already. Nothing was changed."))
    return new


def _as_file(places: Sequence[NewPlace]) -> str:
    """The rows that the import of ``locations`` takes, so that both ways obey the same rules."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("warehouse", "code", "kind", "zone", "sequence", "is_pick_face"))
    for place in places:
        writer.writerow(
            (
                current_warehouse().code,
                place.code,
                place.kind,
                place.zone,
                place.sequence,
                "yes" if place.is_pick_face else "no",
            )
        )
    return file.getvalue()


def _not_so(step: str, refusal: Refused) -> WerkzeugResponse:
    return refused(_page(step=step, wrong=wrong_field(refusal)), refusal.status)


def _page(
    *,
    step: str = "",
    wrong: Wrong | None = None,
    preview: tuple[str, Sequence[NewPlace], ImportResult] | None = None,
) -> str:
    """``step`` is the one whose form is open, with what is wrong or what would be made."""
    with reading() as session:
        here = _here()
        found = found_so_far(session, here)
    made = request.args.get("made", "")
    return page(
        "office/first_steps.html",
        found=found,
        here=next((each for each in found.warehouses if each.id == here), None),
        step=step,
        wrong=wrong,
        preview=preview,
        typed=request.form,
        made=int(made) if made.isascii() and made.isdigit() and len(made) < 7 else None,
        time_zones=time_zones(),
    )


def _here() -> int | None:
    try:
        return current_warehouse().id
    except Refused:
        return None


def steps_left(session: Session) -> int:
    """How many of the steps a site still has before it; for the overview."""
    return sum(not is_done for is_done in found_so_far(session, _here()).done.values())
