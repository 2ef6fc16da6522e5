"""The desk's first page: the numbers that ask for a decision."""

from app.db import reading
from app.orders.availability import oversold
from app.tasks.board import unfinished_by_kind
from app.web.gate.access import READERS, allow
from app.web.office.desk import desk
from app.web.office.first_steps import steps_left
from app.web.office.reads.orders import count_orders, order_rows
from app.web.office.reads.purchase_orders import purchase_order_rows
from app.web.shared.fragments import page


@desk.get("/")
@allow(roles=READERS)
def overview() -> str:
    """What waits, what comes, what is wrong."""
    with reading() as session:
        return page(
            "office/overview.html",
            orders=count_orders(session),
            waiting=order_rows(session, status="waiting", limit=6, is_oldest_first=True),
            coming=purchase_order_rows(session, status="open", limit=6, is_next_first=True),
            work=unfinished_by_kind(session),
            oversold=len(oversold(session)),
            steps_left=steps_left(session),
        )
