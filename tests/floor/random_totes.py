"""People who do anything with totes, cartons and plates, one after the other, at random: what the prompt says mostly,
and else whatever a person at that place may scan, press or decide at the desk. At the end robots finish what is open.

Everything is drawn from one seed; ``journal`` is the day in words, so that a failing one can be read and told again.
"""

import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from app.ledger.models import Balance
from app.orders.models import Holding, Order, OrderLine
from app.places.models import Container, Location
from app.refusal import Refused
from app.tasks.models import Task
from tests.floor.story import Floor, Worker

ITEMS = ("MUG", "CUP", "MILK", "MILK")
LOTS = ("L1", "L2", "L3")
BINS = ("A-01", "A-02", "B-01")
TOTES = ("TOTE-1", "TOTE-2", "TOTE-3", "TOTE-4")
PLACES = (*BINS, "PACK", "DOOR", "DOCK", "QUARANTINE", "BENCH")
ACTIONS = ("undo", "undo", "short", "skip", "full", "missing", "done", "set_aside", "override", "restock", "recount")
PEOPLE = ("Ann", "Ben", "Cem", "Dee")
MOST_SCANS = 150
"""No task needs more answers than this."""


class Day:
    """One warehouse for one day."""

    def __init__(self, floor: Floor, seed: int) -> None:
        self.floor, self.chance, self.journal = floor, random.Random(seed), [f"seed {seed}"]
        self.orders = 0
        floor.totes(*TOTES)
        for sku in ("MUG", "CUP"):
            for place in BINS:
                floor.stock(sku, 6, place)
        for lot in LOTS[:2]:
            floor.stock("MILK", 8, lot=lot)
        floor.barcode("MILK", "09506000134352", gtin="09506000134352")
        floor.stock("MUG", 5, "B-01", box="LPN-1")
        roles = ("picker", "packer", "receiver", "inspector", "counter", "supervisor")
        self.people = [floor.worker(name, *roles) for name in PEOPLE]

    # What may happen.

    def step(self) -> None:
        """Something happens."""
        events: list[tuple[int, Callable[[], None]]] = [
            (30, self._work),
            (3, self._order),
            (3, self._wave),
            (2, self._cancel),
            (1, self._adjust),
            (1, self._begin),
            (1, self._hand_over),
        ]
        event = self.chance.choices([each for _weight, each in events], [weight for weight, _each in events])[0]
        try:
            event()
        except Refused as refused:
            self._note(f"  refused: {refused.code}")

    def _note(self, words: str) -> None:
        self.journal.append(words)

    def _order(self) -> None:
        self.orders += 1
        lines = [(self.chance.choice(ITEMS), self.chance.randint(1, 5)) for _line in range(self.chance.randint(1, 3))]
        self._note(f"order SO-{self.orders} {lines}")
        self.floor.do(lambda house: house.order(f"SO-{self.orders}", *lines))

    def _wave(self) -> None:
        self._note("wave")
        self.floor.do(lambda house: house.wave())

    def _cancel(self) -> None:
        ref = f"SO-{self.chance.randint(1, max(1, self.orders))}"
        lines = [("1", self.chance.randint(1, 3))] if self.chance.random() < 0.6 else []
        self._note(f"cancel {ref} {lines}")
        if self.orders:
            self.floor.cancel(ref, *lines)

    def _adjust(self) -> None:
        sku, units = self.chance.choice(ITEMS), self.chance.choice((-2, -1, 1, 3))
        place = self.chance.choice((*PLACES, "FLOOR"))
        boxes = self.floor.read(lambda session: list(session.scalars(select(Container.code).order_by(Container.id))))
        box = self.chance.choice(("", "", *boxes))
        how: dict[str, Any] = {"lot": self.chance.choice(LOTS)} if sku == "MILK" else {}
        self._note(f"adjust {units} {sku} {how} at {place} in {box!r}")
        self.floor.do(lambda house: house.adjust(sku, units, place, container=box, **how))

    def _begin(self) -> None:
        worker = self.chance.choice(self.people)
        if self._status(worker) == "claimed":
            return
        if self.chance.random() < 0.5:
            self._note(f"{worker.actor.name} begins to move")
            worker.start("move")
        else:
            place = self.chance.choice(("A-01", "B-01", "PACK", "PACK", "FLOOR"))
            self._note(f"{worker.actor.name} begins to count {place}")
            worker.start("count", location=place)

    def _hand_over(self) -> None:
        worker, other = self.chance.sample(self.people, 2)
        if self._status(worker) != "claimed":
            return
        if self.chance.random() < 0.5:
            self._note(f"{worker.actor.name} releases")
            worker.release()
        elif self._status(other) != "claimed":
            self._note(f"{other.actor.name} takes over from {worker.actor.name}")
            other.take_over(worker.task)

    # Somebody works.

    def _status(self, worker: Worker) -> str:
        if not worker.task:
            return ""
        mine = select(Task.status).where(Task.id == worker.task, Task.operator_id == worker.actor.operator_id)
        return self.floor.read(lambda session: session.scalar(mine)) or ""

    def _work(self) -> None:
        worker = self.chance.choice(self.people)
        status = self._status(worker)
        if status not in ("claimed", "done") or (status == "done" and self.chance.random() < 0.6):
            kinds = ("pick", "pack", "putaway", "ship", "count")
            found = worker.next(*self.chance.sample(kinds, 2))
            self._note(f"{worker.actor.name} takes task {found}")
            return
        worker.look()
        if self.chance.random() < 0.75:
            self._straight_on(worker)
        else:
            self._anything(worker)

    def _straight_on(self, worker: Worker) -> None:
        ways = worker.prompt["ways"]
        if ways:
            self._go(worker, ways[0] if self.chance.random() < 0.8 else self.chance.choice(ways))
        else:
            self._undo_or_nothing(worker)

    def _undo_or_nothing(self, worker: Worker) -> None:
        if self.chance.random() < 0.4:
            self._go(worker, {"action": "undo"})

    def _other_lot(self, worker: Worker) -> None:
        """The tote holds another lot than the books have, and whoever packs it says so."""
        for _again in range(2):
            self._go(worker, {"scan": f"(01)09506000134352(10){'L2' if worker.prompt.get('lot') == 'L1' else 'L1'}"})

    def _anything(self, worker: Worker) -> None:
        if worker.prompt.get("lot") and worker.answer["task"]["kind"] == "pack" and self.chance.random() < 0.7:
            self._other_lot(worker)
            return
        if self.chance.random() < 0.4:
            action = self.chance.choice((*ACTIONS, "quantity", "quantity"))
            how = {"quantity": self.chance.randint(1, 6)} if action == "quantity" else {}
            self._go(worker, {"action": action, **how})
            return
        lot = f"(01)09506000134352(10){self.chance.choice(LOTS)}"
        codes = ("MUG", "CUP", lot, lot, lot, "LPN-1", "NEW-1", *TOTES, *PLACES)
        code = self.chance.choice(codes)
        for _again in range(self.chance.choice((1, 1, 2))):
            self._go(worker, {"scan": code})

    def _go(self, worker: Worker, way: dict[str, Any]) -> None:
        way = {name: value for name, value in way.items() if name != "label"}
        self._note(f"{worker.actor.name} {worker.answer['task']['kind']}-{worker.task} {way}")
        worker.scan(way["scan"]) if "scan" in way else worker.act(way.pop("action"), **way)
        self._note(f"  {worker.answer['outcome']} {worker.answer['code']}: {worker.answer['message']}")

    # The end of the day.

    def drain(self) -> None:
        """What is open is finished by robots that do what the prompts say, and that count what is in the books."""
        self._note("--- drain")
        for worker in self.people:
            if self._status(worker) == "claimed":
                worker.release()
        for _round in range(12):
            found = self._open_tasks()
            if not found and not self._asked_again():
                return
            for kind, task in found:
                if self.floor.status(task) == "open":
                    self._finish(self.floor.worker(f"robot-{self.chance.choice('xy')}", *ROBOT), kind, task)
        raise AssertionError(f"the day does not end: {self._open_tasks()}, {self._totes()}")

    def _totes(self) -> list[tuple[str, str, int | None, int]]:
        units = select(func.coalesce(func.sum(Balance.quantity), 0)).where(Balance.container_id == Container.id)
        place = select(Location.code).where(Location.id == Container.location_id).scalar_subquery()
        statement = select(Container.code, place, Container.task_id, units.scalar_subquery()).order_by(Container.id)
        return self.floor.read(lambda session: [tuple(row) for row in session.execute(statement)])

    def _open_tasks(self) -> list[tuple[str, int]]:
        order = {kind: turn for turn, kind in enumerate(("count", "putaway", "pack", "ship", "pick", "move"))}
        statement = select(Task.kind, Task.id).where(Task.status.in_(("open", "claimed"))).order_by(Task.id)
        found = self.floor.read(lambda session: [(row[0], row[1]) for row in session.execute(statement)])
        return sorted(found, key=lambda task: order[task[0]])

    def _finish(self, robot: Worker, kind: str, task: int) -> None:
        try:
            robot.take(task)
        except Refused as refused:
            self._note(f"  robot: {refused.code}")
            return
        for _answer in range(MOST_SCANS):
            if self._status(robot) != "claimed":
                return
            robot.look()
            if kind == "count" and robot.prompt["expects"][:1] == ["item"]:
                self._count(robot)
                continue
            if kind == "move":
                self._go(robot, {"action": "done"} if not robot.prompt.get("counted") else {"action": "undo"})
                continue
            ways = robot.prompt["ways"]
            if not ways:
                raise AssertionError(f"no way on: {robot.answer}")
            if kind == "pick" and ways[0].get("action") == "undo":
                for tote in TOTES:
                    if robot.answer["code"] != "picked":
                        self._go(robot, {"scan": tote})
                if robot.answer["code"] != "picked":
                    robot.release()
                    return
                continue
            self._go(robot, ways[0])
            if robot.answer["outcome"] == "refused":
                if robot.answer["code"] == "second_person_needed":
                    robot.release()
                    return
                self._go(robot, ways[-1 if len(ways) == 1 else 1])
        raise AssertionError(f"task {task} does not end: {robot.answer}")

    def _count(self, robot: Worker) -> None:
        """The robot sees what the books have."""
        place = self.floor.read(lambda session: session.get_one(Task, robot.task).location_id)
        statement = (
            select(Balance.item_id, Balance.lot_id, func.sum(Balance.quantity))
            .where(Balance.location_id == place, Balance.quantity > 0)
            .group_by(Balance.item_id, Balance.lot_id)
            .order_by(Balance.item_id, Balance.lot_id)
        )
        self._go(robot, {"action": "undo"} if robot.prompt.get("counted") else {"action": "recount"})
        for item_id, lot_id, units in self.floor.read(lambda session: session.execute(statement).all()):
            sku, lot = self.floor.read(lambda session, item_id=item_id, lot_id=lot_id: _names(session, item_id, lot_id))
            self._go(robot, {"scan": f"(01)09506000134352(10){lot}" if lot else sku})
            if robot.answer["outcome"] == "accepted":
                self._go(robot, {"action": "quantity", "quantity": int(units)})
        self._go(robot, {"action": "done"})

    def _asked_again(self) -> bool:
        """What was missing at a bench, or set aside at a truck, is asked for again by whoever scans it."""
        codes = select(Container.code).where(
            Container.id.in_(select(Holding.container_id).where(Holding.quantity > 0, Holding.is_shipped.is_(False)))
        )
        robot, is_open = self.floor.worker("robot-z", *ROBOT), False
        for code in self.floor.read(lambda session: session.scalars(codes).all()):
            found = robot.home(code)["task_id"]
            if found:
                self._note(f"robot-z scans {code} at home: task {found}")
                robot.release()
                is_open = True
        return is_open

    # What must be true then.

    def left_over(self) -> list[tuple[str, str, int, str]]:
        """(place, container, units, condition) of what is still in a tote or carton."""
        statement = (
            select(Location.code, Container.code, Balance.quantity, Balance.condition)
            .join(Location, Location.id == Balance.location_id)
            .join(Container, Container.id == Balance.container_id)
            .where(Balance.quantity > 0, Container.kind.in_(("tote", "carton")))
        )
        return self.floor.read(lambda session: [tuple(row) for row in session.execute(statement)])

    def owed(self) -> list[tuple[str, str]]:
        """Orders that are still open, with nothing promised that a wave could not choose."""
        statement = select(Order.order_ref, OrderLine.sku).join(OrderLine, OrderLine.order_id == Order.id)
        return self.floor.read(lambda s: [tuple(row) for row in s.execute(statement.where(Order.status == "open"))])


ROBOT = ("picker", "packer", "receiver", "inspector", "counter", "supervisor")


def _names(session: Any, item_id: int, lot_id: int | None) -> tuple[str, str]:
    from app.catalog.models import Item, Lot

    return session.get_one(Item, item_id).sku, session.get_one(Lot, lot_id).code if lot_id else ""
