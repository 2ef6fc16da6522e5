"""Where units go best: to their like where there is room, else into the first empty bin on the walk."""

from collections.abc import Collection

from sqlalchemy import exists, func, select

from app.db import table
from app.floor.step import Work
from app.ledger.models import Balance
from app.places.models import Location
from app.tasks.models import TaskLine

balance = table(Balance)


def suggest_bin(
    work: Work, *, item_id: int, units: int, condition: str = "available", avoid: Collection[int] = ()
) -> int | None:
    """The id of the best place for units of an item; None where the warehouse has no place for them.

    ``avoid``: where they stand now, or what was found full.
    """
    here = (Location.warehouse_id == work.task.warehouse_id) & Location.is_blocked.is_(False)
    if avoid:
        here &= Location.id.not_in(avoid)
    if condition == "quarantine":
        kept = select(Location.id).where(here, Location.kind == "quarantine")
        return work.session.scalar(kept.order_by(Location.sequence, Location.code).limit(1))
    standing = (
        select(func.coalesce(func.sum(balance.c.quantity), 0))
        .where(balance.c.location_id == Location.id)
        .correlate(Location)
        .scalar_subquery()
    )
    has_room = Location.max_units.is_(None) | (Location.max_units >= standing + units)
    same = (
        select(Location.id)
        .join(balance, balance.c.location_id == Location.id)
        .where(here, Location.kind == "bin", balance.c.item_id == item_id, balance.c.quantity > 0, has_room)
        .order_by(Location.is_pick_face.desc(), Location.sequence)
        .limit(1)
    )
    is_empty = ~exists().where(balance.c.location_id == Location.id, balance.c.quantity > 0)
    is_free = ~exists().where(TaskLine.target_location_id == Location.id, TaskLine.status == "open")
    bins = select(Location.id).where(here, Location.kind == "bin", has_room).order_by(Location.sequence, Location.code)
    for statement in (same, bins.where(is_empty, is_free).limit(1), bins.limit(1)):
        found = work.session.scalar(statement)
        if found is not None:
            return found
    return None
