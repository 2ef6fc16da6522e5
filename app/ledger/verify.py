"""Replay every movement and compare: a difference is an alarm, never a silent repair.

What documents promise (committed, inbound, allocated) is not the ledger's to know: the caller adds those sums up from
the documents and hands them in (see ``app.control.verification``).
"""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import delete, func, insert, select, union_all
from sqlalchemy.orm import Session

from app.db import table
from app.ledger.models import Availability, Balance, Movement
from app.ledger.seal import broken
from app.places.models import LAST_VIRTUAL, Location

movement, balance, availability = table(Movement), table(Balance), table(Availability)
BalanceKey = tuple[int, int, int, int, str, str]
"""item, location, lot or 0, container or 0, condition, serial"""
Pair = tuple[int, int]
"""item, warehouse"""


@dataclass(slots=True)
class Promises:
    """What the documents say: (item, warehouse) -> units, and balance id -> allocated units.

    ``held``: (container, item, lot or 0, serial) -> units that orders have picked into it.
    """

    committed: dict[Pair, int] = field(default_factory=dict)
    inbound: dict[Pair, int] = field(default_factory=dict)
    allocated: dict[int, int] = field(default_factory=dict)
    held: dict[tuple[int, int, int, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """One number that is not what the facts say. ``key`` names it, by ids.

    ``what``: balance, allocated, negative, on_hand, unavailable, committed, inbound; held, where orders believe to
    have picked more (``kept``) into a container than stands there for sale (``replayed``); or seal, where the fact
    itself is not what was sealed: the key is the posting's id, and the two numbers are hashes.
    """

    what: str
    key: tuple[int | str, ...]
    kept: int | str
    replayed: int | str


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict. ``ok`` means that every kept number equals the replay."""

    items: int
    movements: int
    differences: tuple[Difference, ...]

    @property
    def ok(self) -> bool:
        return not self.differences


def verify(session: Session, promises: Promises) -> Report:
    """Compare every balance and every availability row with the replay of all movements and the documents' promises,
    and every sealed posting with its seal."""
    replayed = replay(session)
    differences = [*_balances(session, replayed, promises), *_sums(session, replayed, promises)]
    differences += [Difference("seal", (link.posting_id,), link.kept, link.computed) for link in broken(session)]
    items, movements = session.execute(
        select(func.count(movement.c.item_id.distinct()), func.count()).select_from(movement)
    ).one()
    return Report(items, movements, tuple(differences))


def replay(session: Session) -> dict[BalanceKey, int]:
    """What every real place holds, added up from nothing but movements; virtual places are left out."""
    sides = union_all(
        *(
            select(
                movement.c.item_id.label("item"),
                movement.c[f"{side}_location_id"].label("location"),
                func.coalesce(movement.c.lot_id, 0).label("lot"),
                func.coalesce(movement.c[f"{side}_container_id"], 0).label("container"),
                movement.c[f"{side}_condition"].label("condition"),
                movement.c.serial.label("serial"),
                (movement.c.quantity * sign).label("quantity"),
            )
            for side, sign in (("source", -1), ("target", 1))
        )
    ).subquery()
    c = sides.c
    key = (c.item, c.location, c.lot, c.container, c.condition, c.serial)
    statement = select(*key, func.sum(c.quantity)).where(c.location > LAST_VIRTUAL).group_by(*key)
    return {tuple(row[:6]): int(row[6]) for row in session.execute(statement)}


def _balances(session: Session, replayed: dict[BalanceKey, int], promises: Promises) -> list[Difference]:
    found: list[Difference] = []
    seen: set[BalanceKey] = set()
    for row in session.execute(select(balance).order_by(balance.c.id)):
        key = (row.item_id, row.location_id, row.lot_id or 0, row.container_id or 0, row.condition, row.serial)
        seen.add(key)
        if row.quantity != replayed.get(key, 0):
            found.append(Difference("balance", key, row.quantity, replayed.get(key, 0)))
        if row.allocated != promises.allocated.get(row.id, 0):
            found.append(Difference("allocated", key, row.allocated, promises.allocated.get(row.id, 0)))
    found += [
        Difference("balance", key, 0, units) for key, units in sorted(replayed.items()) if units and key not in seen
    ]
    found += [Difference("negative", key, units, 0) for key, units in sorted(replayed.items()) if units < 0]
    return [*found, *_held(replayed, promises)]


def _held(replayed: dict[BalanceKey, int], promises: Promises) -> list[Difference]:
    stands: dict[tuple[int, int, int, str], int] = defaultdict(int)
    for (item, _location, lot, container, condition, serial), units in replayed.items():
        if condition == "available":
            stands[container, item, lot, serial] += units
    return [
        Difference("held", key, units, stands[key])
        for key, units in sorted(promises.held.items())
        if units > stands[key]
    ]


def _sums(session: Session, replayed: dict[BalanceKey, int], promises: Promises) -> list[Difference]:
    expected = expected_sums(session, replayed, promises)
    kept: dict[Pair, tuple[int, int, int, int]] = {
        (row.item_id, row.warehouse_id): (row.on_hand, row.unavailable, row.committed, row.inbound)
        for row in session.execute(select(availability))
    }
    names = ("on_hand", "unavailable", "committed", "inbound")
    return [
        Difference(name, pair, kept.get(pair, (0, 0, 0, 0))[index], expected.get(pair, (0, 0, 0, 0))[index])
        for pair in sorted({*kept, *expected})
        for index, name in enumerate(names)
        if kept.get(pair, (0, 0, 0, 0))[index] != expected.get(pair, (0, 0, 0, 0))[index]
    ]


def expected_sums(
    session: Session, replayed: dict[BalanceKey, int], promises: Promises
) -> dict[Pair, tuple[int, int, int, int]]:
    """(item, warehouse) -> on hand, unavailable, committed, inbound, as the facts say."""
    warehouses = dict(
        session.execute(select(Location.id, Location.warehouse_id).where(Location.warehouse_id.is_not(None))).all()
    )
    sums: dict[Pair, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for (item, location, _lot, _container, condition, _serial), units in replayed.items():
        row = sums[item, warehouses[location] or 0]
        row[0] += units
        row[1] += units if condition != "available" else 0
    for index, promised in ((2, promises.committed), (3, promises.inbound)):
        for pair, units in promised.items():
            sums[pair][index] += units
    return {pair: (row[0], row[1], row[2], row[3]) for pair, row in sums.items()}


def rebuild(session: Session, promises: Promises) -> Report:
    """Derive balances and availability again from the facts, and say what differed before.

    Balance rows keep their ids, because allocations name them.
    """
    report = verify(session, promises)
    replayed = replay(session)
    for row in session.execute(select(balance)).all():
        key = (row.item_id, row.location_id, row.lot_id or 0, row.container_id or 0, row.condition, row.serial)
        values = {"quantity": replayed.pop(key, 0), "allocated": promises.allocated.get(row.id, 0)}
        session.execute(balance.update().where(balance.c.id == row.id).values(values))
    missing = [
        {
            "item_id": item,
            "location_id": location,
            "lot_id": lot or None,
            "container_id": container or None,
            "condition": condition,
            "serial": serial,
            "quantity": units,
            "allocated": 0,
        }
        for (item, location, lot, container, condition, serial), units in replayed.items()
        if units
    ]
    if missing:
        session.execute(insert(balance), missing)
    session.execute(delete(availability))
    rows = [
        {"item_id": item, "warehouse_id": warehouse, "on_hand": a, "unavailable": b, "committed": c, "inbound": d}
        for (item, warehouse), (a, b, c, d) in expected_sums(session, replay(session), promises).items()
    ]
    if rows:
        session.execute(insert(availability), rows)
    return report
