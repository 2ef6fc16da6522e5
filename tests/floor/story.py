"""Stories as the floor tells them: ``picker.scan("A-01").scan("MUG").scan("TOTE-7")``.

Each scan is a transaction of its own through ``app.floor.loop.advance``, as an entrance makes it, on a real database.
"""

import itertools
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self, TypeVar

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app import clock
from app.catalog.models import ItemBarcode
from app.config import Settings
from app.db import reading, transact
from app.floor.begin.find_job import find_job
from app.floor.begin.start import start
from app.floor.loop import advance
from app.floor.models import Scan
from app.ledger.models import Balance, Movement, Posting
from app.people.actor import Actor
from app.people.models import Operator
from app.places.models import Container, Location
from app.returns.authorise import authorise
from app.supply.purchase_orders import open_purchase_order, save_line, supplier_of
from app.tasks import queue
from app.tasks.models import Task, TaskLine
from tests.stock.house import House

Result = TypeVar("Result")
MOST_STEPS = 200
QUESTIONS = {
    "beyond_shelf_life",
    "other_expiry",
    "new_container",
    "new_lot",
    "other_bin",
    "other_lot",
    "separator_lost",
    "which_date",
}
"""Refusals that ask: the same once more does it. Any other refusal is a no; ``short_stays`` is the one or the other."""
SWITCHED_ON = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Floor:
    """The warehouse W, its stock and its orders; ``worker`` lets somebody walk in."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine, self.settings = engine, settings
        self.do(lambda house: [house.bin(code, kind=kind) for code, kind in PLACES])

    # The building.

    def do(self, work: Callable[[House], Result]) -> Result:
        """Do something to the warehouse in a transaction of its own."""
        return transact(lambda session: work(House(session)), engine=self.engine)

    def read(self, work: Callable[[Session], Result]) -> Result:
        with reading(self.engine) as session:
            return work(session)

    def stock(self, sku: str, quantity: int, place: str = "A-01", **how: Any) -> None:
        """Units in a bin from nowhere; ``lot`` and ``expiry`` by name, ``box`` puts them into a licence plate."""

        def put(house: House) -> None:
            house.item(sku, tracking="lot" if how.get("lot") else "none", has_expiry=bool(how.get("expiry")))
            stands = house.bin(place)
            if how.get("box"):
                house.box(how["box"], kind=how.get("kind", "lpn")).location_id = stands.id
            house.adjust(
                sku,
                quantity,
                place,
                lot=how.get("lot"),
                expiry=how.get("expiry"),
                container=how.get("box", ""),
                condition=how.get("condition", "available"),
            )

        self.do(put)

    def serials(self, sku: str, *serials: str, place: str = "A-01") -> None:
        def put(house: House) -> None:
            house.item(sku, tracking="serial")
            house.bin(place)
            for serial in serials:
                house.adjust(sku, 1, place, serial=serial)

        self.do(put)

    def barcode(self, sku: str, barcode: str, quantity: int = 1, gtin: str | None = None) -> None:
        def add(house: House) -> None:
            item = house.item(sku)
            house.session.add(ItemBarcode(item_id=item.id, barcode=barcode, quantity=quantity, gtin=gtin))

        self.do(add)

    def item(self, sku: str, **fields: Any) -> None:
        self.do(lambda house: house.item(sku, **fields))

    def bin(self, code: str, *, kind: str = "bin", **fields: Any) -> None:
        def make(house: House) -> None:
            place = house.bin(code, kind=kind)
            for name, value in fields.items():
                setattr(place, name, value)

        self.do(make)

    def totes(self, *codes: str) -> None:
        self.do(lambda house: [house.box(code) for code in codes])

    def order(self, ref: str, *lines: tuple[str, int]) -> list[int]:
        """An order, released to the floor at once. Returns its pick tasks."""

        def place(house: House) -> list[int]:
            house.order(ref, *lines)
            return house.wave(ref)

        return self.do(place)

    def picked(self, ref: str, *lines: tuple[str, int], tote: str = "TOTE-1") -> int:
        """An order that a robot has picked into a tote. Returns its pick task."""
        self.totes(tote)
        task = self.order(ref, *lines)[0]
        self.worker("robot").take(task).robot()
        return task

    def packed(self, ref: str, *lines: tuple[str, int], tote: str = "TOTE-1") -> None:
        self.picked(ref, *lines, tote=tote)
        self.worker("robot").start("pack", ref).robot()

    def shipped(self, ref: str, *lines: tuple[str, int], tote: str = "TOTE-1") -> None:
        """An order that robots have picked, packed and shipped."""
        self.packed(ref, *lines, tote=tote)
        self.worker("robot").start("ship", ref).robot()

    def purchase(self, number: str, *lines: tuple[str, int]) -> None:
        def place(house: House) -> None:
            order = open_purchase_order(
                house.session,
                number=number,
                supplier_id=supplier_of(house.session, "ACME").id,
                warehouse_id=house.warehouse().id,
            )
            for line, (sku, units) in enumerate(lines, 1):
                save_line(
                    house.session,
                    order,
                    line=str(line),
                    item_id=house.item(sku).id,
                    quantity=units,
                    unit_cost=None,
                    eta=None,
                )

        self.do(place)

    def rma(self, ref: str, *lines: tuple[str, int, str]) -> str:
        """A return authorised for ``(line_ref, quantity, reason)``. Returns its number."""
        return self.do(lambda house: authorise(house.session, channel="shop", order_ref=ref, lines=lines).number)

    def cancel(self, ref: str, *lines: tuple[str, int]) -> None:
        self.do(lambda house: house.cancel(ref, *lines))

    def worker(self, name: str, *roles: str, device: str = "") -> "Worker":
        """Somebody on the floor; without roles one who may do everything."""
        return Worker(self, name, roles or EVERY_ROLE, device)

    # What is asked afterwards.

    def at(self, sku: str, place: str = "A-01") -> int:
        return self.do(lambda house: house.at(sku, place))

    def sums(self, sku: str) -> tuple[int, int, int, int]:
        """On hand, unavailable, committed, inbound."""
        return self.do(lambda house: house.sums(sku))

    def available(self, sku: str) -> int:
        on_hand, unavailable, committed, _inbound = self.sums(sku)
        return on_hand - unavailable - committed

    def inside(self, sku: str, container: str) -> int:
        statement = (
            select(func.coalesce(func.sum(Balance.quantity), 0))
            .join(Container, Container.id == Balance.container_id)
            .where(Container.code == container)
        )
        item = self.do(lambda house: house.item(sku).id)
        return self.read(lambda session: int(session.execute(statement.where(Balance.item_id == item)).scalar_one()))

    def movements(self) -> int:
        return self.read(lambda s: s.execute(select(func.count()).select_from(Movement)).scalar_one())

    def reasons(self) -> list[str]:
        return self.read(lambda s: list(s.scalars(select(Posting.reason).order_by(Posting.id))))

    def notes(self, reason: str) -> list[str]:
        """The notes of the postings of this kind, the oldest first."""
        statement = select(Posting.note).where(Posting.reason == reason).order_by(Posting.id)
        return self.read(lambda s: list(s.scalars(statement)))

    def tasks(self, kind: str, *, status: str = "open") -> list[int]:
        statement = select(Task.id).where(Task.kind == kind, Task.status == status).order_by(Task.id)
        return self.read(lambda s: list(s.scalars(statement)))

    def status(self, task_id: int) -> str:
        return self.read(lambda s: s.get_one(Task, task_id).status)

    def lines(self, task_id: int, status: str = "open") -> list[tuple[str | None, int, int]]:
        """(bin, quantity, done) of a task's lines in their turn."""
        statement = (
            select(Location.code, TaskLine.quantity, TaskLine.done)
            .outerjoin(Location, Location.id == TaskLine.source_location_id)
            .where(TaskLine.task_id == task_id, TaskLine.status == status)
            .order_by(TaskLine.position)
        )
        return self.read(lambda s: [(row[0], row[1], row[2]) for row in s.execute(statement)])

    def remembered(self) -> list[Scan]:
        """Every scan that was kept, the oldest first."""
        return self.read(lambda s: list(s.scalars(select(Scan).order_by(Scan.id))))


EVERY_ROLE = ("picker", "packer", "receiver", "inspector", "counter")
PLACES = (("DOCK", "dock"), ("DOOR", "stage"), ("PACK", "pack"), ("BENCH", "returns"), ("QUARANTINE", "quarantine"))


class Worker:
    """One person with one device. Every call returns the worker, so that a story reads in one line."""

    def __init__(self, floor: Floor, name: str, roles: tuple[str, ...], device: str) -> None:
        self.floor = floor
        self.actor = Actor(
            floor.do(lambda house: _operator(house.session, name, roles)), name, frozenset(roles), device
        )
        self.task = 0
        self.answer: dict[str, Any] = {}
        self._ids = (str(uuid.uuid4()) for _ in itertools.count())

    # Which task.

    def start(self, kind: str, document: str = "", *, location: str = "") -> Self:
        self.task = self._transact(
            lambda session: start(
                session, self.floor.settings, self.actor, kind=kind, warehouse="W", document=document, location=location
            )
        )
        return self.look()

    def home(self, code: str) -> dict[str, Any]:
        """Scan something on the home screen."""
        found = self._transact(
            lambda session: find_job(session, self.floor.settings, self.actor, warehouse="W", code=code)
        )
        self.task = found["task_id"] or 0
        return found

    def take(self, task_id: int) -> Self:
        self._transact(lambda session: queue.claim(session, self.actor, task_id))
        self.task = task_id
        return self.look()

    def next(self, *kinds: str) -> int | None:
        """Ask for work."""
        task_id = self._transact(
            lambda session: queue.claim_next(
                session, self.actor, warehouse_id=House(session).warehouse().id, kinds=kinds
            )
        )
        self.task = task_id or 0
        return task_id

    def take_over(self, task_id: int) -> Self:
        self.task = task_id
        return self.act("take_over")

    def release(self) -> Self:
        self._transact(lambda session: queue.release(session, self.actor, self.task))
        return self

    # Work.

    def scan(self, *codes: str) -> Self:
        for code in codes:
            self.send(next(self._ids), code)
        return self

    def send(self, scan_id: str, code: str) -> Self:
        """A scan under an id of the story's choice."""
        self.answer = self._transact(
            lambda session: advance.scan(
                session, self.floor.settings, self.actor, self.task, scan_id=scan_id, code=code
            )
        )
        return self

    def read(self, code: str, *, at: float) -> Self:
        """A scan whose device says when it read the label: ``at`` seconds after it was switched on."""
        scanned_at = SWITCHED_ON + timedelta(seconds=at)
        self.answer = self._transact(
            lambda session: advance.scan(
                session,
                self.floor.settings,
                self.actor,
                self.task,
                scan_id=next(self._ids),
                code=code,
                scanned_at=scanned_at,
            )
        )
        return self

    def act(self, name: str, *, action_id: str = "", **arguments: Any) -> Self:
        before = self.answer
        self.answer = self._transact(
            lambda session: advance.act(
                session,
                self.floor.settings,
                self.actor,
                self.task,
                action_id=action_id or next(self._ids),
                name=name,
                **arguments,
            )
        )
        if name == "undo" and before and before["task"]["status"] == "done" and self.answer["outcome"] == "accepted":
            assert before["task"]["can_undo"], "what could be undone was not offered"
        return self

    def look(self) -> Self:
        self.answer = self.floor.read(lambda session: advance.show(session, self.floor.settings, self.actor, self.task))
        return self

    def robot(self) -> Self:
        """Always take the first way, until there is none."""
        self.look()
        for _step in range(MOST_STEPS):
            ways = self.answer["prompt"]["ways"]
            if not ways:
                return self
            way = {name: value for name, value in ways[0].items() if name != "label"}
            self.scan(way["scan"]) if "scan" in way else self.act(way.pop("action"), **way)
            assert self.answer["outcome"] == "accepted", (way, self.answer)
        raise AssertionError(f"the task does not end: {self.answer}")

    def _transact(self, work: Callable[[Session], Result]) -> Result:
        return transact(work, engine=self.floor.engine)

    # What the floor hears.

    def hears(self, code: str) -> Self:
        """The last scan was accepted, with this code."""
        assert (self.answer["outcome"], self.answer["code"]) == ("accepted", code), self.answer
        return self

    def refused(self, code: str) -> Self:
        """The last scan was refused, with this code, and nothing moved."""
        assert (self.answer["outcome"], self.answer["code"]) == ("refused", code), self.answer
        assert self.answer["movements"] == []
        assert self.answer["message"], "a refusal says what to do"
        assert code == "short_stays" or self.answer["asked"] == (code in QUESTIONS), self.answer
        return self

    def asked(self, *words: str) -> Self:
        """The prompt expects these words first, in this order."""
        assert tuple(self.answer["prompt"]["expects"])[: len(words)] == words, self.answer["prompt"]
        return self

    def finished(self) -> Self:
        assert self.answer["task"]["status"] == "done", self.answer
        assert self.answer["prompt"]["expects"] == []
        assert self.answer["prompt"]["ways"] == []
        return self

    @property
    def message(self) -> str:
        return str(self.answer["message"])

    @property
    def prompt(self) -> dict[str, Any]:
        return dict(self.answer["prompt"])

    @property
    def movements(self) -> list[tuple[str, int, str, str]]:
        """(SKU, quantity, source, target) of what the last scan posted."""
        return [(row["sku"], row["quantity"], row["source"], row["target"]) for row in self.answer["movements"]]


def _operator(session: Session, name: str, roles: tuple[str, ...]) -> int:
    """The person of this name, hired on the first day that a story needs them."""
    found = session.scalar(select(Operator).where(Operator.name == name))
    if found is None:
        found = Operator(name=name, badge=name, roles=list(roles), created_at=clock.now())
        session.add(found)
        session.flush()
    return found.id


def day(text: str) -> date:
    return date.fromisoformat(text)
