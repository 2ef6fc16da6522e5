"""Stock: how much of what, where it is, and why the number is what it is."""

import re
import uuid

from flask import Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from app.control import blocking
from app.control.adjustments import Correction
from app.control.explanation import explain
from app.control.wanted import adjust_or_ask
from app.db import reading, transact
from app.ledger.models import REASONS
from app.ledger.on_hand import balances as balance_rows
from app.places.warehouses import location_named
from app.refusal import Conflict, Refused
from app.web.gate.access import OFFICE, READERS, allow
from app.web.gate.security import current_actor, settings
from app.web.office.desk import MOST_ROWS, PAGE, as_csv, asked, back_to, desk, page_of
from app.web.office.reads.stock import names_of, stock_rows
from app.web.office.wrong_fields import Wrong, wrong_field
from app.web.shared import forms
from app.web.shared.fragments import page, refused
from app.web.shared.scan_codes import plain_code
from app.web.shared.screens import current_warehouse

_SUMS = ("sku", "name", "on_hand", "unavailable", "committed", "available", "inbound")
_PLACES = ("sku", "location", "container", "lot", "expiry", "serial", "condition", "quantity", "allocated")


@desk.get("/stock")
@allow(roles=READERS)
def stock() -> str:
    """Every item with its sums."""
    query, only, is_fewest = asked("q"), asked("only"), asked("sort") == "fewest"
    with reading() as session:
        found = stock_rows(
            session,
            warehouse_id=current_warehouse().id,
            query=query,
            only=only,
            after=asked("after"),
            fewest_after=(_number("than", otherwise=-(2**62)), asked("after")) if is_fewest else None,
            limit=PAGE + 1,
        )
    last = found[min(PAGE, len(found)) - 1] if found else None
    than = {"than": last.available} if last and is_fewest else {}
    rows, next_url = page_of(found, after=last.sku if last else "", **than)
    return page("office/stock.html", rows=rows, next_url=next_url, query=query, only=only, is_fewest=is_fewest)


def _number(name: str, *, otherwise: int) -> int:
    """A number in the address, which may be below zero."""
    found = re.fullmatch(r"-?\d{1,15}", asked(name), re.ASCII)
    return int(found[0]) if found else otherwise


@desk.get("/stock.csv")
@allow(roles=READERS)
def stock_csv() -> Response:
    """The same list as a file."""
    with reading() as session:
        rows = stock_rows(
            session, warehouse_id=current_warehouse().id, query=asked("q"), only=asked("only"), limit=MOST_ROWS
        )
    return as_csv("stock", _SUMS, rows)


@desk.get("/balances")
@allow(roles=READERS)
def balances() -> str:
    """What is where, by bin or container."""
    place, sku = plain_code(asked("location")), asked("sku")
    with reading() as session:
        found = balance_rows(
            session,
            sku=sku,
            location=place,
            warehouse=current_warehouse().code,
            after=forms.page_after(),
            limit=PAGE + 1,
        )
        names = names_of(session, (row.sku for row in found))
        here = location_named(session, current_warehouse().id, place) if place else None
    rows, next_url = page_of(found, after=found[min(PAGE, len(found)) - 1].id if found else 0)
    return page("office/balances.html", rows=rows, names=names, next_url=next_url, location=place, sku=sku, place=here)


@desk.post("/blocks")
@allow(roles=OFFICE)
def block() -> WerkzeugResponse:
    """Block a place, with the reason."""
    actor, warehouse, place = current_actor(), current_warehouse().code, forms.needed("location").strip()
    reason = forms.text("reason").strip()
    transact(lambda session: blocking.block(session, actor, warehouse=warehouse, location=place, reason=reason))
    return back_to("balances", location=place)


@desk.post("/unblocks")
@allow(roles=OFFICE)
def unblock() -> WerkzeugResponse:
    """A place is in use again."""
    actor, warehouse, place = current_actor(), current_warehouse().code, forms.needed("location").strip()
    transact(lambda session: blocking.unblock(session, actor, warehouse=warehouse, location=place))
    return back_to("balances", location=place)


@desk.get("/balances.csv")
@allow(roles=READERS)
def balances_csv() -> Response:
    """The same list as a file."""
    with reading() as session:
        rows = balance_rows(
            session,
            sku=asked("sku"),
            location=plain_code(asked("location")),
            warehouse=current_warehouse().code,
            limit=MOST_ROWS,
        )
    return as_csv("balances", _PLACES, rows)


@desk.get("/items/<path:sku>")
@allow(roles=READERS)
def item(sku: str) -> str:
    """One item: every sum with what adds up to it."""
    return _item(sku)


@desk.post("/adjustments")
@allow(roles=OFFICE)
def correct() -> WerkzeugResponse:
    """Post the difference between the books and the shelf, with a reason; what was typed stays where it is refused."""
    actor, warehouse = current_actor(), current_warehouse().code
    sku, location = forms.needed("sku"), forms.needed("location").strip()
    units = forms.number("quantity") or 0
    signed = -units if forms.text("direction") == "less" else units
    serial, key = forms.text("serial").strip(), forms.text("key", longest=64)
    reason, note, lot = forms.text("reason"), forms.text("note"), forms.text("lot").strip() or None
    expiry = forms.day("expiry")
    wanted = Correction(
        warehouse=warehouse,
        location=location,
        sku=sku,
        quantity=signed,
        reason=reason,
        lot=lot,
        expiry=expiry,
        serial=serial,
        note=note,
    )
    try:
        found = transact(
            lambda session: adjust_or_ask(session, actor, settings(), wanted, key=f"desk:{key}" if key else "")
        )
    except Conflict:  # it is posted: a filled-in form would only invite to post it again
        raise
    except Refused as refusal:
        return refused(_item(sku, wrong=wrong_field(refusal)), refusal.status)
    if isinstance(found, int):
        return back_to("exceptions", _anchor="corrections")
    return back_to("item", sku=sku)


def _item(sku: str, *, wrong: Wrong | None = None) -> str:
    with reading() as session:
        facts = explain(session, sku, current_warehouse().code, limit=40)
    return page("office/item.html", facts=facts, reasons=REASONS, key=uuid.uuid4(), typed=request.form, wrong=wrong)
