"""Pick faces: how full they are kept, which of them run low, and work that fills one now."""

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app import clock
from app.db import reading, transact
from app.orders.face_levels import remove_levels, set_levels
from app.orders.pick_faces import faces, item, location
from app.orders.replenish import fill_now
from app.places.warehouses import location_of
from app.refusal import Refused
from app.web.gate.access import OFFICE, READERS, allow
from app.web.office.desk import PAGE, asked, back_to, desk, page_of
from app.web.office.wrong_fields import Wrong, wrong_field
from app.web.shared import forms
from app.web.shared.fragments import htmx, page, refused
from app.web.shared.scan_codes import plain_code
from app.web.shared.screens import current_warehouse

_AFTER = "\t"
"""Between the bin and the SKU that a page ended with: neither has one."""


@desk.get("/pick-faces")
@allow(roles=READERS)
def pick_faces() -> str:
    """Every pick face with its levels and what is left."""
    return _page()


@desk.post("/pick-faces")
@allow(roles=OFFICE)
def set_face() -> WerkzeugResponse:
    """Set the levels of an item in a bin; what was typed stays where it is refused."""
    house = current_warehouse()

    def work(session: Session) -> None:
        set_levels(
            session,
            house,
            sku=forms.needed("sku").strip(),
            location_code=plain_code(forms.needed("location").strip()),
            minimum=forms.number("minimum") or 0,
            maximum=forms.number("maximum") or 0,
        )

    try:
        transact(work)
    except Refused as refusal:
        if htmx.target == "list":  # a row's form, which stays as it was filled in
            raise
        return refused(_page(wrong=wrong_field(refusal)), refusal.status)
    return back_to("pick_faces", q=asked("q"))


@desk.post("/pick-faces/removals")
@allow(roles=OFFICE)
def remove_face() -> WerkzeugResponse:
    """The bin isn't filled with this item any more."""
    sku, place, house = forms.needed("sku"), forms.needed("location"), current_warehouse()
    transact(lambda session: remove_levels(session, house, sku=sku, location_code=place))
    return back_to("pick_faces", q=asked("q"), only=asked("only"))


@desk.post("/pick-faces/fillings")
@allow(roles=OFFICE)
def fill_face() -> WerkzeugResponse:
    """Have it filled up now, though it may not be low yet."""
    place, house = forms.needed("location"), current_warehouse()
    try:
        transact(lambda session: fill_now(session, house, location_of(session, house, place)))
    except Refused as refusal:
        if htmx.target == "list":
            raise
        return refused(_page(wrong=wrong_field(refusal)), refusal.status)
    return back_to("pick_faces", q=asked("q"), only=asked("only"))


def _page(*, wrong: Wrong | None = None) -> str:
    query, only, house = asked("q"), asked("only"), current_warehouse()
    code, _tab, sku = asked("after").partition(_AFTER)
    where = [location.c.code.startswith(query, autoescape=True) | item.c.sku.startswith(query, autoescape=True)]
    with reading() as session:
        found = faces(
            session,
            house,
            clock.today(house.time_zone),
            *(where if query else []),
            after=(code, sku) if code else None,
            limit=None if only else PAGE + 1,
        )
    if only:
        found = [one for one in found if one.is_low][: PAGE + 1]
    last = found[min(PAGE, len(found)) - 1] if found else None
    rows, next_url = page_of(found, after=f"{last.location}{_AFTER}{last.sku}" if last else "")
    return page(
        "office/pick_faces.html",
        rows=rows,
        next_url=next_url,
        query=query,
        only=only,
        typed=request.form if wrong else {},
        wrong=wrong,
    )
