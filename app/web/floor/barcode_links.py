"""Link an unknown barcode: say which item it is on, look at it once more, done; then back to the work."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, make_response, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app import clock
from app.catalog.items import no_item
from app.catalog.models import Item
from app.control.barcode_links import ROLES, link_barcode, name_of
from app.db import reading, transact
from app.floor.meaning.resolve import meanings, read
from app.refusal import NotFound, Refused
from app.web.gate.access import allow
from app.web.gate.security import current_actor
from app.web.monitoring import logs
from app.web.shared import forms
from app.web.shared.fragments import go_to, page, refused
from app.web.shared.screens import current_warehouse

pages = Blueprint("barcode_links", __name__, url_prefix="/barcodes/link")
_MAY = (*ROLES, "supervisor", "admin")
_LONGEST = 1000
_BACK = re.compile(r"/(tasks/[0-9]{1,18}|enquiry)?")


@pages.get("")
@allow(roles=_MAY)
def ask() -> WerkzeugResponse:
    """Which item; and with ``?item=``, whether it is the right one."""
    return _page(request.args.get("code", "")[:_LONGEST], request.args.get("item", "")[:_LONGEST])


@pages.post("")
@allow(roles=_MAY)
def link() -> WerkzeugResponse:
    """Link it. A refusal is said on the same page."""
    actor = current_actor()
    code, sku = forms.needed("code", longest=_LONGEST), forms.needed("sku")
    try:
        quantity = forms.number("quantity") or 0
        transact(lambda session: link_barcode(session, actor, sku=sku, barcode=code, quantity=quantity))
    except Refused as refusal:
        return _page(code, sku, refusal)
    text, _gtin = name_of(actor, code)  # an item's barcode is no secret
    logs.log.info(
        "barcode_linked", operator=actor.operator_id, device=actor.device, sku=sku, barcode=text, quantity=quantity
    )
    return go_to(_back())


def offer(refusal: str, expects: Iterable[str], *, code: str, back: str) -> str:
    """Where to link ``code``, if it was refused because nobody knows it, an item may be meant, and this person may."""
    if refusal not in ("unknown_code", "new_container") or "item" not in expects or not current_actor().may(*ROLES):
        return ""
    try:
        name_of(current_actor(), code)
    except Refused as wrong:
        if wrong.code == "barcode_reserved":
            return ""
    return f"{url_for('barcode_links.ask')}?{urlencode({'code': code, 'back': back})}"


def _page(code: str, item: str, refusal: Refused | None = None) -> WerkzeugResponse:
    found: dict[str, Any] = {}
    text = code
    try:
        text = name_of(current_actor(), code)[0]
        if item:
            with reading() as session:
                found = _item(session, item)
    except Refused as wrong:
        refusal = refusal or wrong
    html = page(
        "floor/link.html", code=code, text=text, item=found, back=_back(), message=refusal.message if refusal else ""
    )
    return refused(html, refusal.status) if refusal else make_response(html)


def _item(session: Session, code: str) -> dict[str, Any]:
    """The item by its SKU or any of its barcodes. Errors: ``unknown_sku``."""
    row = session.scalar(select(Item).where(Item.sku == code))
    if row is None:
        barcode = read(code, today=clock.today(), profile=current_actor().scanner)
        ids = {it.id for it in meanings(session, barcode, warehouse_id=current_warehouse().id) if it.type == "item"}
        row = session.get(Item, ids.pop()) if len(ids) == 1 else None
    if row is None:
        raise NotFound("unknown_sku", no_item(code))
    return {"sku": row.sku, "name": row.name, "image_url": row.image_url}


def _back() -> str:
    asked = request.values.get("back", "")
    return asked if _BACK.fullmatch(asked) else url_for("home.home")
