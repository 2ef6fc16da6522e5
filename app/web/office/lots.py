"""One lot: where it stands, and its expiry date put right where it was mistyped."""

from flask import request
from werkzeug.wrappers import Response as WerkzeugResponse

from app.control.expiry_dates import correct_expiry, follow_all
from app.db import reading, transact
from app.language import ngettext
from app.refusal import NotFound, Refused
from app.web.gate.access import OFFICE, READERS, allow
from app.web.gate.security import current_actor
from app.web.office.desk import asked, back_to, desk
from app.web.office.reads.lots import lot_facts
from app.web.office.wrong_fields import Wrong, wrong_field
from app.web.shared import forms
from app.web.shared.fragments import page, refused
from app.web.shared.screens import current_warehouse


@desk.get("/lots")
@allow(roles=READERS)
def lot() -> str:
    """A lot of an item, by both names in the address: either may hold a slash."""
    return _page(asked("sku"), asked("lot"))


@desk.post("/expiry-corrections")
@allow(roles=OFFICE)
def correct_date() -> WerkzeugResponse:
    """Put the date of a lot right; what was typed stays where it is refused."""
    actor, sku, code = current_actor(), forms.needed("sku"), forms.needed("lot")
    reason = forms.text("reason", longest=200)
    try:
        known, expiry = forms.day("known"), forms.day("expiry")
        corrected = transact(
            lambda session: correct_expiry(session, actor, sku=sku, lot=code, known=known, expiry=expiry, reason=reason)
        )
    except NotFound:
        raise
    except Refused as refusal:
        return refused(_page(sku, code, wrong=wrong_field(refusal)), refusal.status)
    followed = follow_all(transact, corrected.lot_id, actor)
    return back_to("lot", sku=sku, lot=code, held=followed.held, released=followed.released)


def _page(sku: str, code: str, *, wrong: Wrong | None = None) -> str:
    with reading() as session:
        facts = lot_facts(session, sku=sku, code=code, warehouse=current_warehouse().code)
    return page("office/lot.html", facts=facts, typed=request.form, wrong=wrong, said=_said())


def _said() -> str:
    """What followed from a correction that was just made."""
    held, released = asked("held"), asked("released")
    if held.isascii() and held.isdigit() and int(held):
        return ngettext(
            "%(num)s piece is on hold now: it has expired.",
            "%(num)s pieces are on hold now: they have expired.",
            int(held),
        )
    if released.isascii() and released.isdigit() and int(released):
        return ngettext("%(num)s piece is for sale again.", "%(num)s pieces are for sale again.", int(released))
    return ""
