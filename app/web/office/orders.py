"""Orders: the list, one order, cancel, and release to the floor."""

from datetime import datetime

from flask import Response
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.orders.cancel import cancel_in_portions
from app.orders.find import order_of
from app.orders.progress import lines_of
from app.people.decisions import By, decisions_about
from app.web.gate.access import OFFICE, READERS, allow
from app.web.gate.security import current_actor
from app.web.office.desk import MOST_ROWS, PAGE, as_csv, asked, back_to, desk, page_of
from app.web.office.reads import orders as reads
from app.web.office.reads.stock import names_of
from app.web.shared import forms
from app.web.shared.fragments import page

_COLUMNS = ("channel", "order_ref", "status", "placed_at", "need_by", "ship_to", "lines", "units", "promised")


@desk.get("/orders")
@allow(roles=READERS)
def orders() -> str:
    """All orders, newest first."""
    status, query = asked("status"), asked("q")
    needed = _needed_after() if asked("sort") == "needed" and status in reads.OPEN_STATUSES else None
    with reading() as session:
        found = reads.order_rows(
            session, status=status, query=query, before=forms.page_after("before"), limit=PAGE + 1, needed=needed
        )
    last = found[min(PAGE, len(found)) - 1] if found else None
    if needed is None:
        rows, next_url = page_of(found, before=last.id if last else 0)
    else:
        rows, next_url = page_of(found, day=(last.need_by or "") if last else "", after=last.id if last else 0)
    sort = {"can_be": status in reads.OPEN_STATUSES, "is_needed": needed is not None}
    return page("office/orders.html", rows=rows, next_url=next_url, status=status, query=query, sort=sort)


def _needed_after() -> reads.NeededAfter:
    try:
        day = datetime.fromisoformat(asked("day")) if asked("day") else None
    except ValueError:
        return reads.NeededAfter()
    return reads.NeededAfter(day if day is None or day.tzinfo else None, forms.page_after())


@desk.get("/orders.csv")
@allow(roles=READERS)
def orders_csv() -> Response:
    """The same list as a file."""
    with reading() as session:
        rows = reads.order_rows(session, status=asked("status"), query=asked("q"), limit=MOST_ROWS)
    return as_csv("orders", _COLUMNS, rows)


@desk.get("/orders/<int:order_id>")
@allow(roles=READERS)
def order(order_id: int) -> str:
    """One order, line by line."""
    with reading() as session:
        found, shipments = order_of(session, order_id), reads.shipments_of(session, order_id)
        lines = lines_of(session, [order_id])[order_id]
        return page(
            "office/order.html",
            order=found,
            lines=lines,
            names=names_of(session, (line.sku for line in lines)),
            shipments=shipments,
            cartons=reads.cartons_of(session, [shipment.id for shipment in shipments]),
            tasks=reads.tasks_of(session, order_id),
            decisions=decisions_about(session, "order", order_id),
        )


@desk.post("/orders/<int:order_id>/cancellations")
@allow(roles=OFFICE)
def cancel(order_id: int) -> WerkzeugResponse:
    """Cancel what is not shipped; the worker goes on with a large order."""
    reason, by = forms.text("reason") or "customer", By(current_actor().operator_id)
    cancel_in_portions(transact, order_id, reason=reason, by=by)
    return back_to("order", order_id=order_id)
