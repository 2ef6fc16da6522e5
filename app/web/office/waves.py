"""Release orders to the floor, for a moment at a time: the page says how far it is and asks for the next."""

import time

from flask import make_response, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading
from app.orders.waves import release as release_orders
from app.web.gate.access import OFFICE, allow
from app.web.office.desk import desk
from app.web.office.files import MOMENT_SECONDS
from app.web.shared import forms
from app.web.shared.fragments import go_to, page
from app.web.shared.portions import Portions
from app.web.shared.screens import current_warehouse


@desk.post("/waves")
@allow(roles=OFFICE)
def release() -> WerkzeugResponse:
    """Release open orders: all of them, the most urgent ones, or one.

    A page that is closed stops it: what was released stays so, and whoever releases again goes on with the rest.
    """
    warehouse_id, most, one = current_warehouse().id, forms.number("max_orders"), forms.number("order_id")
    before, looked_at = forms.number("released") or 0, forms.number("looked_at") or 0
    portions, end = Portions(), time.monotonic() + MOMENT_SECONDS

    def note(session: Session, opened: list[int]) -> int:
        notes = portions.notes(session)
        notes["released"] = notes.get("released", 0) + len(opened)
        return int(notes["released"])

    found = release_orders(
        portions.write,
        reading,
        warehouse_id,
        order_ids=() if one is None else (one,),
        max_orders=None if most is None else max(0, most - before),
        note=note,
        after=forms.number("after"),
        until=lambda: time.monotonic() > end,
    )
    released = before + portions.noted.get("released", 0)
    if found.last is not None:
        told = {"after": found.last, "released": released, "max_orders": most}
        far = {"looked_at": looked_at + found.looked_at, "of": looked_at + found.of}
        return make_response(page("office/wave.html", **told, **far), 200, {"HX-Push-Url": "false"})
    shown = url_for("office.work", released=released) if one is None else url_for("office.order", order_id=one)
    return go_to(shown)
