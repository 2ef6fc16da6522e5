"""The kept sums of each item in each warehouse, and the one definition of *available* as SQL.

The only writers: ``ledger.post`` moves on hand and unavailable; orders move committed, purchase orders move inbound.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.db import adding, changed, table
from app.ledger.models import Availability

availability = table(Availability)
PAIR = (availability.c.item_id, availability.c.warehouse_id)
SUMS = ("on_hand", "unavailable", "committed", "inbound")
_RISEN = "risen"
"""Counted up in the same statement that makes more available."""

_PORTION = 1000
"""As many values as every database takes in one statement."""

_SHIFT = (
    update(availability)
    .where(availability.c.item_id == bindparam("a_item"), availability.c.warehouse_id == bindparam("a_warehouse"))
    .values({name: availability.c[name] + bindparam(f"d_{name}") for name in (*SUMS, _RISEN)})
)


def _risen(change: Mapping[str, int]) -> int:
    """1 where this change makes more available: whoever waits for the item may be served."""
    return int(change["on_hand"] - change["unavailable"] - change["committed"] > 0)


def shift(
    session: Session,
    item_id: int,
    warehouse_id: int,
    *,
    on_hand: int = 0,
    unavailable: int = 0,
    committed: int = 0,
    inbound: int = 0,
) -> None:
    """Move the kept sums of one item in one warehouse, making the row if this is the first.

    For releasing and for what documents promise. Reserving goes through ``commit_units``, which asks first.
    """
    change = {"on_hand": on_hand, "unavailable": unavailable, "committed": committed, "inbound": inbound}
    if changed(session, _SHIFT, _shifting(item_id, warehouse_id, change)):
        return
    add_to_sums(session, [{"item_id": item_id, "warehouse_id": warehouse_id, **change}])


def _shifting(item_id: int, warehouse_id: int, change: Mapping[str, int]) -> dict[str, int]:
    by = {f"d_{name}": units for name, units in change.items()}
    return {"a_item": item_id, "a_warehouse": warehouse_id, f"d_{_RISEN}": _risen(change), **by}


def add_to_sums(session: Session, rows: Sequence[Mapping[str, int]]) -> None:
    """Add to the kept sums of many pairs in one go, making the rows that are missing; nothing may fall."""
    statement = adding(session, Availability, key=PAIR, columns=(*SUMS, _RISEN))
    values = [{**row, _RISEN: _risen(row)} for row in rows]
    session.execute(statement, values if len(values) > 1 else values[0])


def shift_inbound(session: Session, units: Mapping[tuple[int, int], int]) -> None:
    """Move *inbound* of many (item, warehouse), up or down; their rows are locked in the global order first."""
    pairs = sorted(pair for pair, by in units.items() if by)
    for start in range(0, len(pairs), _PORTION):
        lock_availability(session, (item_id for item_id, _warehouse_id in pairs[start : start + _PORTION]))
    none = dict.fromkeys(SUMS, 0)
    falling = [pair for pair in pairs if units[pair] < 0]
    if falling:
        session.connection().execute(
            _SHIFT,
            [_shifting(*pair, none | {"inbound": units[pair]}) for pair in falling],
        )
    rising = [pair for pair in pairs if units[pair] > 0]
    if rising:
        add_to_sums(
            session,
            [{"item_id": pair[0], "warehouse_id": pair[1]} | none | {"inbound": units[pair]} for pair in rising],
        )


AVAILABLE = availability.c.on_hand - availability.c.unavailable - availability.c.committed
"""``available = on_hand - unavailable - committed``: its one definition, as SQL."""

_COMMIT = (
    update(availability)
    .where(
        availability.c.item_id == bindparam("a_item"),
        availability.c.warehouse_id == bindparam("a_warehouse"),
        AVAILABLE >= bindparam("n"),
    )
    .values(committed=availability.c.committed + bindparam("n"))
)


def commit_units(session: Session, item_id: int, warehouse_id: int, quantity: int) -> bool:
    """Promise ``quantity`` units if that many are available; ``False``, and nothing changed, if not."""
    return changed(session, _COMMIT, {"a_item": item_id, "a_warehouse": warehouse_id, "n": quantity}) == 1


def lock_availability(session: Session, item_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """Lock these items' rows in the global order and read them: (item, warehouse) -> available units."""
    statement = (
        select(availability.c.item_id, availability.c.warehouse_id, AVAILABLE.label("available"))
        .where(availability.c.item_id.in_(sorted(set(item_ids))))
        .order_by(availability.c.item_id, availability.c.warehouse_id)
        .with_for_update()
    )
    return {(row.item_id, row.warehouse_id): row.available for row in session.execute(statement)}
