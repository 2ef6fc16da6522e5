"""Build the demo warehouse: people, places, goods, orders, and work that waits. All in one transaction, once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, imports
from app.config import Settings
from app.demo import day as real_day
from app.demo.day import Invoice
from app.demo.plan import DEMO_ORDER, RADIO, TEA, WAREHOUSE, Plan
from app.demo.sheet import sections, sheet
from app.floor.begin.start import start
from app.floor.loop import advance
from app.language import _
from app.orders.models import Order
from app.orders.pick_faces import faces
from app.orders.place import LineRequest, OrderRequest, place
from app.orders.replenish import replenish
from app.orders.waves import release_wave
from app.people.actor import Actor
from app.people.models import Operator
from app.people.operators import save_known_person
from app.places.models import Warehouse
from app.places.warehouses import warehouse_of
from app.refusal import Conflict

STEPS = 100
CHANNEL = "shop"
SHEET = "demo-barcodes.pdf"
FLOOR = ("picker", "packer", "receiver", "inspector", "counter")
PEOPLE = (
    ("Mia", "MIA", "1234", FLOOR),
    ("Ben", "BEN", "2345", FLOOR),
    ("Sam", "SAM", "3456", ("supervisor",)),
    ("Olga", "OLGA", "4567", ("office",)),
)
Result = TypeVar("Result")


class Transact(Protocol):
    """The entrance's way to write: ``app.db.transact``."""

    def __call__(self, work: Callable[[Session], Result]) -> Result: ...


@dataclass(frozen=True, slots=True)
class Built:
    """What there is now: whether this run made it, and the sheet of barcodes."""

    is_new: bool
    sheet: Path

    def welcome(self) -> str:
        """How to sign in and what to scan first."""
        return _(
            "Sign in with the badge MIA and the PIN 1234 (Ben: BEN 2345, Sam the supervisor: SAM 3456, Olga in the "
            "office: OLGA 4567). Print %(sheet)s, or type what you would scan. First scan PO-1001, the delivery "
            "to receive. PO-1000 stands on the dock already and is to be put away, and order DEMO-1 is to be picked "
            "into TOTE-01. A demo screen also shows, as barcodes to click, what can be scanned next.",
            sheet=self.sheet,
        )


def build(transact: Transact, settings: Settings, *, progress: Callable[[int], object]) -> Built:
    """The demo warehouse, made if it is not there. ``progress`` is told how many of ``STEPS`` were just done.

    Errors: ``not_empty`` where the database holds somebody's own warehouse.
    """
    plan = Plan(real_day.read(), clock.today())
    is_new = transact(lambda session: _build(session, settings, plan, progress))
    path = settings.data_dir / SHEET
    if is_new or not path.exists():
        path.write_bytes(sheet(transact(lambda session: sections(session, plan, PEOPLE))))
    progress(STEPS)  # the bar stops at its end
    return Built(is_new, path)


def _build(session: Session, settings: Settings, plan: Plan, progress: Callable[[int], object]) -> bool:
    if session.scalar(select(Order.id).where(Order.channel == CHANNEL, Order.order_ref == DEMO_ORDER)):
        return False
    if session.scalar(select(Warehouse.id).limit(1)):
        raise Conflict("not_empty", _("There is a warehouse already. Build the demo in an empty database."))
    for name, badge, pin, roles in PEOPLE:
        save_known_person(session, settings, name=name, badge=badge, pin=pin, roles=roles)
    progress(4)
    files = {
        "items": plan.items(),
        "barcodes": plan.item_barcodes(),
        "suppliers": plan.suppliers(),
        "locations": plan.locations(),
        "pick-faces": plan.pick_faces(),
        "stock": plan.stock(),
        "purchase-orders": plan.purchases(),
    }
    for kind, text in files.items():
        result = imports.run(session, settings, kind, text, dry_run=False, who=imports.Who(program="demo"))
        assert result.ok, (kind, result.errors[:3])
        progress(30 // len(files))
    _place_orders(session, plan, progress)
    _receive(session, settings, "PO-1000")
    progress(4)
    _release_wave(session, plan)
    house = warehouse_of(session, WAREHOUSE)
    replenish(session, house, face_ids=[one.id for one in faces(session, house, plan.today)])
    progress(4)
    return True


def _place_orders(session: Session, plan: Plan, progress: Callable[[int], object]) -> None:
    yesterday = datetime.combine(plan.today - timedelta(days=1), datetime.min.time(), UTC)
    orders = list(plan.day.invoices.values())
    for index, invoice in enumerate(orders):
        place(session, _request(invoice, yesterday))
        progress(50 * (index + 1) // len(orders) - 50 * index // len(orders))
    place(
        session,
        OrderRequest(
            channel=CHANNEL,
            order_ref=DEMO_ORDER,
            lines=(
                LineRequest(line_ref="1", sku=TEA, quantity=6),
                LineRequest(line_ref="2", sku=RADIO, quantity=1),
            ),
            ship_to={"name": "Demo Kitchen", "city": "Bristol", "country": "United Kingdom"},
            placed_at=yesterday,
        ),
    )


def _request(invoice: Invoice, yesterday: datetime) -> OrderRequest:
    name = f"Customer {invoice.customer}" if invoice.customer else "Guest"
    return OrderRequest(
        channel=CHANNEL,
        order_ref=invoice.number,
        lines=[
            LineRequest(line_ref=str(number), sku=line.sku, quantity=line.quantity, price=line.price)
            for number, line in enumerate(invoice.lines, 1)
        ],
        ship_to={"name": name, "country": invoice.country},
        placed_at=yesterday + timedelta(hours=invoice.at.hour, minutes=invoice.at.minute),
    )


def _receive(session: Session, settings: Settings, number: str) -> None:
    """Ben has received a delivery this morning, scan by scan: it stands on the dock, with its put-away tasks open."""
    ben = session.execute(select(Operator).where(Operator.badge == "BEN")).scalar_one()
    actor = Actor(ben.id, ben.name, frozenset(ben.roles))
    task_id = start(session, settings, actor, kind="receive", warehouse=WAREHOUSE, document=number)
    answer: dict[str, Any] = advance.show(session, settings, actor, task_id)
    step = 0
    while ways := answer["prompt"]["ways"]:
        step += 1
        assert step < 200, "the first way of every prompt ends a task"
        way, key = dict(ways[0]), f"demo:{number}:{step}"
        way.pop("label", None)
        if "scan" in way:
            answer = advance.scan(session, settings, actor, task_id, scan_id=key, code=way["scan"])
        else:
            name = way.pop("action")
            answer = advance.act(session, settings, actor, task_id, action_id=key, name=name, **way)
        assert answer["outcome"] == "accepted", answer


def _release_wave(session: Session, plan: Plan) -> None:
    refs = [DEMO_ORDER, *(invoice.number for invoice in plan.wave)]
    ids = session.scalars(select(Order.id).where(Order.channel == CHANNEL, Order.order_ref.in_(refs))).all()
    release_wave(session, warehouse_of(session, WAREHOUSE), order_ids=ids)
