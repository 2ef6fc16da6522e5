"""Lots that expire at midnight, by the clock of each warehouse, are set on hold; and the stock of those whose date was
corrected follows it, where whoever corrected it was cut off."""

from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.config import Settings
from app.control.expiry_dates import Followed, corrected_lately, follow
from app.db import reading, transact
from app.orders.expire import expired_items, hold_expired
from app.places.models import Warehouse

_looked: dict[tuple[str, int], str] = {}
"""Database and warehouse -> the hour, by its own clock, in which everything was looked through. A lot expires at
midnight; once an hour anyway, because what is taken back may put an expired lot on a shelf."""


def hold(settings: Settings) -> int:
    """Set on hold what has expired, in portions that let scans between them. Returns the units."""
    with reading() as session:
        warehouses = session.execute(select(Warehouse.id, Warehouse.time_zone)).all()
    done = 0
    for warehouse_id, time_zone in warehouses:
        key = (settings.effective_database_url, warehouse_id)
        hour = f"{clock.now().astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H}"
        if _looked.get(key) == hour:
            continue
        while items := _waiting(warehouse_id):
            done += _portion(warehouse_id, items)
        done += _follow_corrected()
        _looked[key] = hour
    return done


def _follow_corrected() -> int:
    with reading() as session:
        lots = corrected_lately(session)
    units = 0
    for lot_id in lots:
        while (found := transact(partial(follow, lot_id=lot_id))) != Followed(0, 0):
            units += found.held + found.released
    return units


def _waiting(warehouse_id: int) -> list[int]:
    """Looked for without the writer's lock: mostly there is nothing."""
    with reading() as session:
        return expired_items(session, session.get_one(Warehouse, warehouse_id))


def _portion(warehouse_id: int, item_ids: list[int]) -> int:
    def hold_some(session: Session) -> int:
        return hold_expired(session, session.get_one(Warehouse, warehouse_id), item_ids=item_ids)

    return transact(hold_some)
