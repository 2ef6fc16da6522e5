"""Returns: what is announced, what is here, and announcing one for a shipped order."""

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.orders.find import order_of
from app.returns.authorise import authorise, lines_of, rma_of
from app.returns.disposition import close
from app.web.gate.access import OFFICE, READERS, allow
from app.web.office.desk import PAGE, asked, back_to, desk, page_of
from app.web.office.reads.returns import return_rows
from app.web.office.reads.stock import names_of
from app.web.shared import forms
from app.web.shared.fragments import page

_LINE = "line:"


@desk.get("/returns")
@allow(roles=READERS)
def returns() -> str:
    """All returns, newest first."""
    status = asked("status")
    with reading() as session:
        found = return_rows(session, status=status, before=forms.page_after("before"), limit=PAGE + 1)
    rows, next_url = page_of(found, before=found[min(PAGE, len(found)) - 1].id if found else 0)
    return page("office/returns.html", rows=rows, next_url=next_url, status=status)


@desk.get("/returns/<path:number>")
@allow(roles=READERS)
def one_return(number: str) -> str:
    """One return, line by line."""
    with reading() as session:
        rma = rma_of(session, number)
        order, lines = order_of(session, rma.order_id), lines_of(session, rma.id)
        names = names_of(session, (order_line.sku for _line, order_line in lines))
        return page("office/return.html", rma=rma, order=order, lines=lines, names=names)


@desk.post("/orders/<int:order_id>/returns")
@allow(roles=OFFICE)
def announce(order_id: int) -> WerkzeugResponse:
    """Open an RMA; fields ``line:REF`` say how many units of each line come back."""
    reason = forms.text("reason")
    wanted = [
        (name.removeprefix(_LINE), units, reason)
        for name in request.form
        if name.startswith(_LINE) and (units := forms.number(name))
    ]

    def work(session: Session) -> str:
        order = order_of(session, order_id)
        return authorise(session, channel=order.channel, order_ref=order.order_ref, lines=wanted).number

    return back_to("one_return", number=transact(work))


@desk.post("/return-closures")
@allow(roles=OFFICE)
def close_return() -> WerkzeugResponse:
    """What is announced and not here will not come."""
    number = forms.needed("number")
    transact(lambda session: close(session, number))
    return back_to("one_return", number=number)
