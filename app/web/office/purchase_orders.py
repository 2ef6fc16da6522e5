"""Purchase orders: what is to come, what came, what will not come."""

from flask import Response
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.people.decisions import By, decisions_about
from app.supply.purchase_orders import purchase_order_of, short_close
from app.web.gate.access import OFFICE, READERS, allow
from app.web.gate.security import current_actor
from app.web.office.desk import MOST_ROWS, PAGE, as_csv, asked, back_to, desk, page_of
from app.web.office.reads import purchase_orders as reads
from app.web.shared import forms
from app.web.shared.fragments import page

_COLUMNS = ("number", "supplier", "warehouse", "status", "lines", "ordered", "received", "to_come", "eta")


@desk.get("/purchase-orders")
@allow(roles=READERS)
def purchase_orders() -> str:
    """All purchase orders, newest first."""
    status, query = asked("status"), asked("q")
    with reading() as session:
        found = reads.purchase_order_rows(
            session, status=status, query=query, before=forms.page_after("before"), limit=PAGE + 1
        )
    rows, next_url = page_of(found, before=found[min(PAGE, len(found)) - 1].id if found else 0)
    return page("office/purchase_orders.html", rows=rows, next_url=next_url, status=status, query=query)


@desk.get("/purchase-orders.csv")
@allow(roles=READERS)
def purchase_orders_csv() -> Response:
    """The same list as a file."""
    with reading() as session:
        rows = reads.purchase_order_rows(session, status=asked("status"), query=asked("q"), limit=MOST_ROWS)
    return as_csv("purchase-orders", _COLUMNS, rows)


@desk.get("/purchase-orders/<path:number>")
@allow(roles=READERS)
def purchase_order(number: str) -> str:
    """One purchase order, line by line."""
    with reading() as session:
        found = purchase_order_of(session, number)
        return page(
            "office/purchase_order.html",
            order=found,
            supplier=reads.supplier_name(session, found.supplier_id),
            lines=reads.purchase_lines(session, found.id),
            decisions=decisions_about(session, "purchase_order", found.id),
        )


@desk.post("/short-closures")
@allow(roles=OFFICE)
def close_short() -> WerkzeugResponse:
    """What is still open will not come: inbound falls."""
    number, reason = forms.needed("number"), forms.text("reason").strip()
    by = By(current_actor().operator_id)
    transact(lambda session: short_close(session, number, reason=reason, by=by))
    return back_to("purchase_order", number=number)
