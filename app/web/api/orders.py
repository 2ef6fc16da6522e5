"""Orders in: placed, looked up, cancelled, released to the floor."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from sqlalchemy.orm import Session

from app.db import reading
from app.orders import cancel
from app.orders.find import order_of
from app.orders.models import Order
from app.orders.place import LineRequest, OrderRequest, place
from app.orders.progress import LineProgress, lines_of
from app.orders.waves import release
from app.people.decisions import By
from app.places.numbers import next_number
from app.places.warehouses import warehouse_of
from app.web.api import queries
from app.web.api.body import Between, Code, Filter, RowId, Size, Units
from app.web.api.paging import Page, Paged
from app.web.api.route import BOOKS, DESK, TRADE, reads, writes, writes_in_portions
from app.web.gate.security import current_actor
from app.web.shared.portions import Portions

_Part = Annotated[str, Size(0, 200)]


@dataclass(frozen=True, kw_only=True)
class ShipTo:
    """Where it goes. ``country`` as the shop writes it."""

    name: _Part = ""
    company: _Part = ""
    address1: _Part = ""
    address2: _Part = ""
    city: _Part = ""
    region: _Part = ""
    postcode: _Part = ""
    country: _Part = ""
    phone: _Part = ""
    email: _Part = ""


@dataclass(frozen=True, kw_only=True)
class NewOrderLine:
    """One wanted line; ``price`` is for one base unit."""

    line_ref: Code
    sku: Code
    quantity: Units
    price: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class NewOrder:
    """The newest state of an order: a line that an earlier state had and this one has not is no longer wanted.

    ``policy``: backorder keeps what is missing, complete waits until all can go, refuse takes all or nothing.
    ``revision`` rises with each state; an older one is ignored.
    """

    channel: Annotated[str, Size(1, 40)]
    order_ref: Code
    lines: Annotated[tuple[NewOrderLine, ...], Size(1, 1000)]
    ship_to: ShipTo = ShipTo()
    placed_at: datetime | None = None
    need_by: datetime | None = None
    policy: Literal["backorder", "complete", "refuse"] = "backorder"
    revision: Annotated[int, Between(0, 2**63 - 1)] = 0


@dataclass(frozen=True, kw_only=True)
class OrderLineState:
    """One line, in base units.

    ``reserved`` is promised and not shipped, of which ``picked`` is in a tote and ``packed`` in a carton;
    ``backordered`` waits for stock. ``warehouse`` is where most of it comes from.
    """

    line_ref: str
    sku: str
    quantity: int
    reserved: int
    backordered: int
    picked: int
    packed: int
    shipped: int
    cancelled: int
    returned: int
    price: Decimal | None
    warehouse: str | None


@dataclass(frozen=True, kw_only=True)
class OrderState:
    """An order and how far each of its lines is.

    ``cancelling``: nothing of it is wanted any more, and it still lets go of what it holds; cancelled or shipped soon.
    """

    id: int
    channel: str
    order_ref: str
    status: Literal["open", "cancelling", "shipped", "cancelled"]
    policy: str
    placed_at: datetime
    need_by: datetime | None
    ship_to: dict[str, Any]
    lines: tuple[OrderLineState, ...]


@writes("/orders", may=TRADE, status=(201, 200))
def place_order(session: Session, body: NewOrder) -> tuple[OrderState, int]:
    """Place an order and reserve for it; 200 where it was known already.

    Not enough stock is no error, unless ``policy`` is refuse: then nothing is written.
    Errors: ``unknown_sku``; ``duplicate_line``; ``line_item_changed``; ``insufficient_stock`` (409).
    """
    request = OrderRequest(
        channel=body.channel,
        order_ref=body.order_ref,
        lines=[
            LineRequest(line_ref=line.line_ref, sku=line.sku, quantity=line.quantity, price=line.price)
            for line in body.lines
        ],
        ship_to={name: part for name, part in asdict(body.ship_to).items() if part},
        placed_at=body.placed_at,
        need_by=body.need_by,
        policy=body.policy,
        revision=body.revision,
    )
    order_id, outcome = place(session, request)
    return _state(session, order_of(session, order_id)), 201 if outcome == "created" else 200


@reads("/orders/<int(max=9223372036854775807):order_id>", may=BOOKS)
def get_order(session: Session, *, order_id: int) -> OrderState:
    """One order. Errors: ``unknown_order``."""
    return _state(session, order_of(session, order_id))


@dataclass(frozen=True, kw_only=True)
class OrderQuery(Paged):
    """Narrows the list; nothing given: all orders."""

    channel: Filter = ""
    order_ref: Filter = ""
    status: Literal["", "open", "cancelling", "shipped", "cancelled"] = ""


@reads("/orders", may=BOOKS)
def list_orders(session: Session, query: OrderQuery) -> Page[OrderState]:
    """Orders in the order in which they came."""
    after = query.cursor(int)
    found = queries.orders(
        session,
        channel=query.channel,
        order_ref=query.order_ref,
        status=query.status,
        after=after[0] if after else 0,
        limit=query.limit + 1,
    )
    lines = lines_of(session, [order.id for order in found])
    return query.page([_with_lines(order, lines[order.id]) for order in found], lambda state: (state.id,))


@dataclass(frozen=True, kw_only=True)
class CancelledLine:
    """Units of one line that are no longer wanted."""

    line_ref: Code
    quantity: Units


@dataclass(frozen=True, kw_only=True)
class NewCancellation:
    """Without ``lines``: whatever is not shipped."""

    reason: Annotated[str, Size(1, 200)]
    lines: Annotated[tuple[CancelledLine, ...], Size(1, 1000)] | None = None


@writes_in_portions("/orders/<int(max=9223372036854775807):order_id>/cancellations", may=TRADE)
def cancel_order(portions: Portions, body: NewCancellation, *, order_id: int) -> OrderState:
    """Cancel lines or the whole order, before or after picking; what is shipped stays shipped.

    A large order is being cancelled for some seconds after the answer: nobody picks or ships it any more, and it lets
    go of what it holds a few lines at a time. Many lines are cancelled a few at a time too; what was shipped of them
    while that went on stays shipped.
    Errors: ``unknown_order``; ``unknown_line``; ``cancel_too_many``.
    """
    by = By(current_actor().operator_id)
    if body.lines is None:
        cancel.cancel_in_portions(portions.write, order_id, reason=body.reason, by=by)
    else:
        wanted = [(line.line_ref, line.quantity) for line in body.lines]
        _cancel_lines(portions, order_id, wanted, reason=body.reason, by=by)
    with reading() as session:
        return _state(session, order_of(session, order_id))


def _cancel_lines(portions: Portions, order_id: int, lines: list[tuple[str, int]], *, reason: str, by: By) -> None:
    """A few lines at a time: how many are done is kept with them, so that the same request goes on there."""

    def some(session: Session) -> int:
        notes = portions.notes(session)
        if not notes:
            cancel.check_lines(session, order_id, lines, reason=reason, by=by)
            notes["done"] = 0
        now = lines[notes["done"] : notes["done"] + cancel.PORTION]
        if now:
            notes["done"] += len(now)
            is_last = notes["done"] == len(lines)
            cancel.cancel_some(session, order_id, now, reason=reason, is_last=is_last)
        return len(lines) - int(notes["done"])

    while portions.write(some):
        pass


def _state(session: Session, order: Order) -> OrderState:
    return _with_lines(order, lines_of(session, [order.id])[order.id])


def _with_lines(order: Order, lines: list[LineProgress]) -> OrderState:
    return OrderState(
        id=order.id,
        channel=order.channel,
        order_ref=order.order_ref,
        status=order.status,  # type: ignore[arg-type]  # the table's CHECK knows the same words
        policy=order.policy,
        placed_at=order.placed_at,
        need_by=order.need_by,
        ship_to=order.ship_to,
        lines=tuple(
            OrderLineState(
                line_ref=line.line_ref,
                sku=line.sku,
                quantity=line.quantity,
                reserved=line.reserved,
                backordered=line.backordered,
                picked=line.picked,
                packed=line.packed,
                shipped=line.shipped,
                cancelled=line.cancelled,
                returned=line.returned,
                price=line.price,
                warehouse=line.warehouse,
            )
            for line in lines
        ),
    )


@dataclass(frozen=True, kw_only=True)
class NewWave:
    """Which orders go to the floor: those named, or the most urgent ones, at most ``max_orders``."""

    warehouse: Code
    strategy: Annotated[str, Size(1, 20)] = "single"
    orders: Annotated[tuple[RowId, ...], Size(1, 1000)] | None = None
    max_orders: Annotated[int, Between(1, 10_000)] | None = None


@dataclass(frozen=True, kw_only=True)
class Wave:
    """The wave's number and the tasks that it opened; none where nothing can be picked now."""

    id: int
    tasks: tuple[int, ...]


@writes_in_portions("/waves", may=DESK, status=(201,))
def release_orders(portions: Portions, body: NewWave) -> Wave:
    """Release orders: their stock is chosen, and each gets its pick task.

    Thousands of orders are released in portions, and scans go between: who is sent to the floor first may begin before
    the answer is there. A request that was cut off goes on where it ended when it is sent again with its key.
    Errors: ``unknown_warehouse``; ``unknown_order``; ``unknown_strategy``.
    """
    order_ids = body.orders or ()

    def begin(session: Session) -> int:
        warehouse = warehouse_of(session, body.warehouse)
        queries.require_strategy(body.strategy)
        queries.require_orders(session, order_ids)
        notes = portions.notes(session)
        if not notes:
            notes |= {"id": next_number(session, "wave"), "tasks": []}
        return warehouse.id

    def note(session: Session, opened: list[int]) -> int:
        notes = portions.notes(session)
        notes["tasks"] += opened
        return len(notes["tasks"])

    warehouse_id = portions.write(begin)
    release(portions.write, reading, warehouse_id, order_ids=order_ids, max_orders=body.max_orders, note=note)
    return Wave(id=portions.noted["id"], tasks=tuple(portions.noted["tasks"]))
