"""A small warehouse for tests: makes items, bins, stock and orders in a word, and does what the floor does.

The floor's steps are here at the level of postings, as ``app.floor`` makes them: the movement and what the order is
told, in one breath.
"""

import uuid
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalog.models import Item, Lot
from app.config import Settings
from app.control.adjustments import Correction, adjust
from app.ledger.models import Availability, Balance, Movement, Posting
from app.ledger.post import Header, Move, Place, Posted, post, reverse
from app.orders import found_again, fulfil
from app.orders.cancel import cancel_lines, cancel_order
from app.orders.lost import Instead
from app.orders.models import Allocation, Order, OrderLine, Reservation, ShipmentCarton
from app.orders.place import LineRequest, OrderRequest, place
from app.orders.stock_in_hand import ALLOCATED, allocation
from app.orders.waves import release_wave
from app.people.actor import Actor
from app.people.models import Operator
from app.places.models import ADJUSTMENT, CUSTOMER, Container, Location, Warehouse
from app.places.warehouses import floor_of, open_warehouse
from app.tasks.lines import count, finish_units
from app.tasks.models import TaskLine

SETTINGS = Settings(secret_key="only-for-tests")
STOCKING = replace(SETTINGS, count_approval_units=10**12, count_approval_worth=0)


class House:
    """One session's view of the warehouse W (and others by name). Orders are named by their reference."""

    def __init__(self, session: Session, *, warehouse: str = "W") -> None:
        self.session = session
        self.warehouse(warehouse)

    # What there is.

    def warehouse(self, code: str = "W", *, priority: int = 100) -> Warehouse:
        found = open_warehouse(self.session, code)
        found.priority = priority if priority != 100 else found.priority
        self.bin("PACK", warehouse=code, kind="pack")
        return found

    def item(self, sku: str, **fields: object) -> Item:
        found = self.session.scalar(select(Item).where(Item.sku == sku))
        if found is None:
            found = Item(sku=sku, name=sku.title(), **fields)
            self.session.add(found)
            self.session.flush()
        return found

    def bin(self, code: str, *, warehouse: str = "W", kind: str = "bin") -> Location:
        house = open_warehouse(self.session, warehouse)
        found = self.session.scalar(select(Location).where(Location.warehouse_id == house.id, Location.code == code))
        if found is None:
            found = Location(warehouse_id=house.id, code=code, kind=kind)
            self.session.add(found)
            self.session.flush()
        return found

    def box(self, code: str, *, kind: str = "tote", warehouse: str = "W") -> Container:
        found = self.session.scalar(select(Container).where(Container.code == code))
        if found is None:
            found = Container(code=code, kind=kind, warehouse_id=open_warehouse(self.session, warehouse).id)
            self.session.add(found)
            self.session.flush()
        return found

    def lot(self, sku: str, code: str, expiry: date | None = None) -> Lot:
        item = self.item(sku)
        found = self.session.scalar(select(Lot).where(Lot.item_id == item.id, Lot.code == code))
        if found is None:
            found = Lot(item_id=item.id, code=code, expiry=expiry)
            self.session.add(found)
            self.session.flush()
        return found

    def actor(self, *roles: str) -> Actor:
        badge = "-".join(roles)
        found = self.session.scalar(select(Operator).where(Operator.badge == badge))
        if found is None:
            from app import clock

            found = Operator(name=badge, badge=badge, roles=list(roles), created_at=clock.now())
            self.session.add(found)
            self.session.flush()
        return Actor(found.id, found.name, frozenset(roles))

    def header(self, reason: str, document: str = "") -> Header:
        return Header(key=f"test:{uuid.uuid4()}", reason=reason, device="tests", document=document)

    def stock(
        self, sku: str, quantity: int, place: str = "A-01", *, warehouse: str = "W", lot: Lot | None = None
    ) -> Posted:
        """Put units into a bin from nowhere."""
        target = Place(self.bin(place, warehouse=warehouse).id)
        move = Move(self.item(sku).id, quantity, Place(ADJUSTMENT), target, lot_id=lot.id if lot else None)
        return post(self.session, self.header("opening"), [move])

    def adjust(
        self, sku: str, quantity: int, place: str = "A-01", *, reason: str = "count", **fields: object
    ) -> Posted:
        return adjust(
            self.session,
            self.actor("supervisor"),
            STOCKING,
            Correction(warehouse="W", location=place, sku=sku, quantity=quantity, reason=reason, **fields),
        )

    # Orders.

    def order(self, ref: str, *lines: tuple[str, int], **fields: object) -> str:
        """Place (or restate) an order; lines are (sku, quantity), numbered from 1. Returns the outcome."""
        numbered = [LineRequest(line_ref=str(n), sku=sku, quantity=units) for n, (sku, units) in enumerate(lines, 1)]
        return place(self.session, OrderRequest(channel="shop", order_ref=ref, lines=numbered, **fields))[1]

    def cancel(self, ref: str, *lines: tuple[str, int]) -> None:
        if lines:
            cancel_lines(self.session, self.id(ref), lines, reason="test")
        else:
            cancel_order(self.session, self.id(ref), reason="test")

    def id(self, ref: str) -> int:
        return self.session.scalars(select(Order.id).where(Order.order_ref == ref)).one()

    def status(self, ref: str) -> str:
        return self.session.scalars(select(Order.status).where(Order.order_ref == ref)).one()

    def line(self, ref: str, line_ref: str = "1") -> OrderLine:
        return self.session.scalars(
            select(OrderLine)
            .join(Order, Order.id == OrderLine.order_id)
            .where(Order.order_ref == ref, OrderLine.line_ref == line_ref)
            .execution_options(populate_existing=True)
        ).one()

    # The floor.

    def wave(self, *refs: str, warehouse: str = "W") -> list[int]:
        return release_wave(self.session, open_warehouse(self.session, warehouse), order_ids=[self.id(r) for r in refs])

    def pick(
        self, ref: str, quantity: int | None = None, *, line: str = "", tote: str = "TOTE-1", warehouse: str = "W"
    ) -> int:
        """Pick what is allocated to an order (or ``quantity`` units, or one line of it) into a tote."""
        house = open_warehouse(self.session, warehouse)
        box, floor = self.box(tote, warehouse=warehouse), floor_of(self.session, house.id)
        box.location_id = floor
        statement = (
            select(Allocation.id, Allocation.task_line_id, ALLOCATED.label("open"), Balance)
            .join(Balance, Balance.id == Allocation.balance_id)
            .join(Reservation, Reservation.id == Allocation.reservation_id)
            .join(OrderLine, OrderLine.id == Reservation.order_line_id)
            .join(Location, Location.id == Balance.location_id)
            .where(OrderLine.order_id == self.id(ref), ALLOCATED > 0, Location.warehouse_id == house.id)
            .order_by(allocation.c.id)
        )
        if line:
            statement = statement.where(OrderLine.line_ref == line)
        done = 0
        for row in self.session.execute(statement).all():
            units = row.open if quantity is None else min(row.open, quantity - done)
            if not units:
                continue
            at = row.Balance
            move = Move(
                at.item_id,
                units,
                Place(at.location_id, at.container_id),
                Place(floor, box.id),
                lot_id=at.lot_id,
                serial=at.serial,
                from_allocated=units,
            )
            post(self.session, self.header("pick", ref), [move])
            fulfil.picked(
                self.session,
                row.id,
                quantity=units,
                container_id=box.id,
                item_id=at.item_id,
                lot_id=at.lot_id,
                serial=at.serial,
            )
            self._count_done(row.task_line_id, units)
            done += units
        return done

    def _count_done(self, line_id: int, units: int) -> None:
        line = self.session.get_one(TaskLine, line_id)
        count(self.session, line.task_id, done=int(finish_units(self.session, line_id, units)))

    def short(self, ref: str, place: str = "A-01") -> int:
        """The picker finds the bin empty. Returns the units that no other bin has."""
        return self._short(ref, place)[1].unfound

    def short_and_found_again(self, ref: str, place: str = "A-01") -> bool:
        """The picker finds the bin empty, looks again, and there it is. Returns whether that could be taken back."""
        released, elsewhere = self._short(ref, place)
        return found_again.take_back(self.session, released=released, chosen=elsewhere.chosen)

    def _short(self, ref: str, place: str) -> tuple[dict[int, int], Instead]:
        rows = self.session.execute(
            select(Allocation.id, TaskLine.task_id)
            .join(TaskLine, TaskLine.id == Allocation.task_line_id)
            .join(Reservation, Reservation.id == Allocation.reservation_id)
            .join(OrderLine, OrderLine.id == Reservation.order_line_id)
            .join(Balance, Balance.id == Allocation.balance_id)
            .where(OrderLine.order_id == self.id(ref), ALLOCATED > 0, Balance.location_id == self.bin(place).id)
        ).all()
        if not rows:
            return {}, Instead({}, 0)
        house = self.warehouse()
        return fulfil.short(
            self.session,
            allocation_ids=[row.id for row in rows],
            task_id=rows[0].task_id,
            warehouse_id=house.id,
            today=date(2026, 1, 1),
            avoid_locations=[self.bin(place).id],
        )

    def pack(
        self,
        ref: str,
        quantity: int | None = None,
        *,
        line: str = "",
        tote: str = "TOTE-1",
        carton: str = "C-1",
        warehouse: str = "W",
    ) -> int:
        """Pack what an order has in a tote (or ``quantity`` units, or one line of it) into a carton."""
        house = open_warehouse(self.session, warehouse)
        tote_box, box = self.box(tote), self.box(carton, kind="carton", warehouse=warehouse)
        bench = self.bin("PACK", warehouse=warehouse, kind="pack").id
        is_new = not self.session.scalar(select(ShipmentCarton.id).where(ShipmentCarton.container_id == box.id))
        box.location_id = bench
        done = 0
        for held in fulfil.held_in(self.session, [tote_box.id]):
            if held.order_ref != ref or (line and self.line(ref, line).id != held.order_line_id):
                continue
            units = held.quantity if quantity is None else min(held.quantity, quantity - done)
            if not units:
                continue
            source, target = Place(tote_box.location_id or 0, tote_box.id), Place(bench, box.id)
            move = Move(held.item_id, units, source, target, lot_id=held.lot_id, serial=held.serial)
            post(self.session, self.header("pack", ref), [move])
            fulfil.packed(self.session, held, quantity=units, container_id=box.id)
            done += units
        if done and is_new:
            fulfil.add_carton(self.session, fulfil.open_shipment(self.session, self.id(ref), house.id), box.id)
        return done

    def ship(self, carton: str = "C-1") -> int:
        box = self.box(carton)
        held = fulfil.held_in(self.session, [box.id])
        assert held, "an empty carton does not go out"
        here = Place(box.location_id or 0, box.id)
        moves = [
            Move(one.item_id, one.quantity, here, Place(CUSTOMER), lot_id=one.lot_id, serial=one.serial) for one in held
        ]
        posted = post(self.session, self.header("ship", held[0].order_ref), moves)
        fulfil.shipped(self.session, box.id)
        return posted.posting_id

    def unship(self, posting_id: int, carton: str = "C-1") -> None:
        """The carton comes off the truck before that left."""
        reverse(self.session, posting_id, self.header("unship"))
        fulfil.unshipped(self.session, self.box(carton).id)

    def fulfil(self, ref: str, quantity: int | None = None, *, line: str = "", carton: str = "C-1") -> int:
        """Pick, pack and ship; returns the posting that left the house."""
        self.wave(ref)
        self.pick(ref, quantity, line=line)
        self.pack(ref, quantity, line=line, carton=carton)
        return self.ship(carton)

    # What is asked afterwards.

    def sums(self, sku: str, warehouse: str = "W") -> tuple[int, int, int, int]:
        """On hand, unavailable, committed, inbound."""
        row = self.session.execute(
            select(Availability.on_hand, Availability.unavailable, Availability.committed, Availability.inbound)
            .join(Item, Item.id == Availability.item_id)
            .join(Warehouse, Warehouse.id == Availability.warehouse_id)
            .where(Item.sku == sku, Warehouse.code == warehouse)
        ).first()
        return (row[0], row[1], row[2], row[3]) if row else (0, 0, 0, 0)

    def reasons(self) -> list[str]:
        """Of every posting, the oldest first."""
        return list(self.session.scalars(select(Posting.reason).order_by(Posting.id)))

    def on_hand(self, sku: str, warehouse: str = "W") -> int:
        return self.sums(sku, warehouse)[0]

    def committed(self, sku: str, warehouse: str = "W") -> int:
        return self.sums(sku, warehouse)[2]

    def reserved(self, ref: str, line: str = "1") -> int:
        """Units that the reservations of a line still hold."""
        statement = select(
            func.coalesce(
                func.sum(Reservation.quantity - Reservation.consumed - Reservation.released - Reservation.expired), 0
            )
        ).where(Reservation.order_line_id == self.line(ref, line).id)
        return int(self.session.execute(statement).scalar_one())

    def allocated(self, sku: str) -> int:
        statement = select(func.coalesce(func.sum(Balance.allocated), 0)).join(Item, Item.id == Balance.item_id)
        return int(self.session.execute(statement.where(Item.sku == sku)).scalar_one())

    def at(self, sku: str, place: str = "A-01") -> int:
        statement = select(func.coalesce(func.sum(Balance.quantity), 0)).where(
            Balance.item_id == self.item(sku).id, Balance.location_id == self.bin(place).id
        )
        return int(self.session.execute(statement).scalar_one())

    def movements(self) -> int:
        return self.session.execute(select(func.count()).select_from(Movement)).scalar_one()

    def postings(self) -> int:
        return self.session.execute(select(func.count()).select_from(Posting)).scalar_one()
