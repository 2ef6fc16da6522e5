"""What stands ready before anything is timed: people with tokens, and picks at which only the tote is left to scan."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.barcode.internal import InternalKind, encode
from app.config import Settings
from app.db import table, transact
from app.floor.loop import advance
from app.ledger.models import Balance
from app.orders.place import LineRequest, OrderRequest, place
from app.orders.waves import release_wave
from app.people.actor import Actor
from app.people.models import Operator
from app.people.tokens import create_api_token, create_session
from app.places.models import Container
from app.places.warehouses import floor_of, warehouse_of
from app.tasks.models import Task, TaskLine
from app.tasks.queue import claim
from tests.bench.dataset import CLIENTS, WAREHOUSE, Size, sku

_BATCH = 50


@dataclass(frozen=True)
class Person:
    """A client's operator, with a token for the API and one for the screens' cookie."""

    actor: Actor
    api_token: str
    session_token: str


@dataclass(frozen=True)
class Ready:
    """A pick that waits for its tote: what to scan."""

    task_id: int
    tote: str


@dataclass(frozen=True)
class Stock:
    """Free units in a bin, for the floor to move to a tote."""

    item_id: int
    location_id: int


@dataclass(frozen=True)
class Grounds:
    """What the floor's SQL needs to know beforehand, so that it asks for nothing."""

    warehouse_id: int
    floor_id: int
    stock: list[Stock]
    item_ids: dict[str, int]


def people(engine: Engine, *, at_least: int = CLIENTS) -> list[Person]:
    """Everybody signs in anew: a shift in the kept warehouse would long be over. Who is missing is taken on."""

    def work(session: Session) -> list[Person]:
        found = []
        for number in range(CLIENTS, at_least):
            roles = ["picker", "office"]
            badge = f"P-{number}"
            session.add(Operator(name=f"Picker {number}", badge=badge, roles=roles, created_at=clock.now()))
        session.flush()
        for row in session.scalars(select(Operator).order_by(Operator.id)).all():
            token = create_api_token(
                session, name=row.badge, scopes=("floor", "office", "integration"), operator_id=row.id
            )
            shift = create_session(session, operator_id=row.id, device_id=None, hours=12)
            found.append(Person(Actor(row.id, row.name, frozenset(row.roles)), token, shift))
        return found

    return transact(work, engine=engine)


def picks(engine: Engine, size: Size, *, crew: list[Person], each: int, name: str) -> list[list[Ready]]:
    """For each of the crew ``each`` picks of one line, worked at until the tote's turn."""
    chance = random.Random(name)
    transact(lambda session: _totes(session, [f"{name}-{n}" for n in range(each * len(crew))]), engine=engine)
    ready: list[list[Ready]] = []
    for number, person in enumerate(crew):
        mine: list[Ready] = []
        while len(mine) < each:
            refs = [f"{name}-{number}-{n}" for n in range(len(mine), min(each, len(mine) + _BATCH))]
            wanted = [(ref, sku(chance.randrange(size.items))) for ref in refs]
            mine += transact(lambda session, w=wanted, p=person: _to_the_tote(session, p.actor, w), engine=engine)
        ready.append(mine)
    return ready


def known_picks(engine: Engine, task_ids: Sequence[int]) -> dict[int, dict[str, object]]:
    """What the app asks for while it judges the tote of these picks, by task."""
    statement = (
        select(
            Task.id.label("task_id"),
            Task.warehouse_id.label("warehouse"),
            Task.container_id.label("tote"),
            Container.code,
            TaskLine.id.label("line"),
            TaskLine.item_id.label("item"),
            TaskLine.source_location_id.label("source"),
            TaskLine.document_line_id.label("allocation"),
        )
        .join(TaskLine, TaskLine.task_id == Task.id)
        .join(Container, Container.id == Task.container_id)
        .where(Task.id.in_(task_ids))
    )
    with Session(engine) as session:
        target = floor_of(session, warehouse_of(session, WAREHOUSE).id)
        rows = [dict(row._mapping) for row in session.execute(statement)]
    return {row.pop("task_id"): {**row, "target": target} for row in rows}


def grounds(engine: Engine, count: int) -> Grounds:
    """Bins with more free stock than a run takes from one of them."""
    with Session(engine) as session:
        warehouse = warehouse_of(session, WAREHOUSE)
        rows = session.execute(
            select(Balance.item_id, Balance.location_id)
            .where(Balance.container_id.is_(None), Balance.quantity - Balance.allocated >= 50)
            .order_by(Balance.id)
        ).all()
        stock = [Stock(*row) for row in random.Random(1).choices(rows, k=count)]
        from app.catalog.models import Item

        items = {row.sku: row.id for row in session.execute(select(Item.sku, Item.id))}
        return Grounds(warehouse.id, floor_of(session, warehouse.id), stock, items)


def totes(engine: Engine, count: int, *, name: str) -> list[int]:
    """New totes for the floor; their ids."""

    def work(session: Session) -> list[int]:
        codes = [f"{name}-{n}" for n in range(count)]
        _totes(session, codes)
        statement = select(Container.id).where(Container.code.startswith(f"{name}-", autoescape=True))
        return list(session.scalars(statement.order_by(Container.id)))

    return transact(work, engine=engine)


def _totes(session: Session, codes: list[str]) -> None:
    warehouse = warehouse_of(session, WAREHOUSE)
    place_id = floor_of(session, warehouse.id)
    common = {"kind": "tote", "warehouse_id": warehouse.id, "location_id": place_id}
    session.execute(insert(table(Container)), [{**common, "code": code} for code in codes])


def _to_the_tote(session: Session, actor: Actor, wanted: list[tuple[str, str]]) -> list[Ready]:
    settings = Settings()
    orders = [
        place(
            session, OrderRequest(channel="bench", order_ref=ref, lines=[LineRequest(line_ref="1", sku=s, quantity=1)])
        )[0]
        for ref, s in wanted
    ]
    ready = []
    for task_id in release_wave(session, warehouse_of(session, WAREHOUSE), order_ids=orders):
        claim(session, actor, task_id)
        prompt = advance.show(session, settings, actor, task_id)["prompt"]
        for turn in range(2):  # the bin, the item
            scan_id = f"ready-{task_id}-{turn}"
            code = prompt["ways"][0]["scan"]
            answer = advance.scan(session, settings, actor, task_id, scan_id=scan_id, code=code)
            assert answer["outcome"] == "accepted", answer
            prompt = answer["prompt"]
        assert prompt["expects"] == ["target"], prompt
        ready.append(Ready(task_id, prompt["ways"][0].get("scan") or encode(InternalKind.CONTAINER, prompt["target"])))
    assert len(ready) == len(wanted), "an order found no stock"
    return ready
