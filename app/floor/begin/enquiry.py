"""Enquiry: anything scanned is explained; nothing is ever posted."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.barcode import DEFAULT_PROFILE, Profile
from app.catalog.models import Item, ItemBarcode, Lot
from app.config import Settings
from app.floor.meaning.resolve import read, resolve
from app.language import _
from app.ledger.history import latest
from app.ledger.models import Balance
from app.orders.availability import availability
from app.orders.fulfil import held_in
from app.places.models import Container, Location
from app.places.warehouses import warehouse_of
from app.tasks.models import Task

Facts = dict[str, Any]


def enquire(
    session: Session, settings: Settings, *, warehouse: str, code: str, profile: Profile = DEFAULT_PROFILE
) -> Facts:
    """What the scanned thing is, what is there, and its last five movements.

    Answers ``{type, code, title, facts: [[label, value]], balances, availability, movements, tasks}``; what does not
    apply is empty. Errors: ``unknown_code``; ``two_meanings``.
    """
    here = warehouse_of(session, warehouse)
    today = clock.today(here.time_zone)
    meaning = resolve(
        session,
        read(code, today=today, profile=profile),
        expects=("item", "location", "container", "lot", "document"),
        warehouse_id=here.id,
        today=today,
    )
    kind = meaning.type.split(":")[0]
    explain = {"item": _item, "location": _location, "container": _container, "lot": _lot}.get(kind)
    answer: Facts = {
        "type": kind,
        "code": meaning.code,
        "title": meaning.code,
        "facts": [],
        "balances": [],
        "availability": [],
        "movements": [],
        "tasks": [],
    }
    if explain is not None:
        answer |= explain(session, meaning.id)
    elif kind == "document":
        answer["tasks"] = _tasks(session, meaning.code)
    return answer


def _item(session: Session, item_id: int) -> Facts:
    item = session.get_one(Item, item_id)
    barcodes = session.scalars(select(ItemBarcode).where(ItemBarcode.item_id == item_id).order_by(ItemBarcode.id)).all()
    return {
        "title": item.name,
        "image_url": item.image_url,
        "facts": [["SKU", item.sku], *([row.barcode, f"x {row.quantity}"] for row in barcodes)],
        "availability": [
            {
                "warehouse": row.warehouse,
                "on_hand": row.on_hand,
                "unavailable": row.unavailable,
                "committed": row.committed,
                "available": row.available,
                "inbound": row.inbound,
                "atp": row.atp(),
            }
            for row in availability(session, skus=[item.sku])
        ],
        "balances": _balances(session, Balance.item_id == item_id),
        "movements": _last_movements(session, item.sku),
    }


def _location(session: Session, location_id: int) -> Facts:
    place = session.get_one(Location, location_id)
    units = session.scalar(select(func.sum(Balance.quantity)).where(Balance.location_id == location_id)) or 0
    facts = [[_("Kind"), place.kind], [_("Zone"), place.zone or "-"], [_("Units"), str(units)]]
    if place.max_units is not None:
        facts.append([_("Room"), f"{max(0, place.max_units - units)} / {place.max_units}"])
    return {
        "facts": facts,
        "balances": _balances(session, Balance.location_id == location_id),
        "movements": _last_movements(session, place.code),
    }


def _container(session: Session, container_id: int) -> Facts:
    found = session.get_one(Container, container_id)
    place = session.get(Location, found.location_id) if found.location_id else None
    orders = sorted({held.order_ref for held in held_in(session, [container_id])})
    return {
        "facts": [
            [_("Kind"), found.kind],
            [_("Status"), found.status],
            [_("At"), place.code if place else "-"],
            *([[_("Orders"), ", ".join(orders)]] if orders else []),
        ],
        "balances": _balances(session, Balance.container_id == container_id),
        "movements": _last_movements(session, found.code),
    }


def _lot(session: Session, lot_id: int) -> Facts:
    lot = session.get_one(Lot, lot_id)
    item = session.get_one(Item, lot.item_id)
    return {
        "title": f"{item.name}, {lot.code}",
        "facts": [["SKU", item.sku], [_("Expiry"), lot.expiry.isoformat() if lot.expiry else "-"]],
        "balances": _balances(session, Balance.lot_id == lot_id),
    }


def _balances(session: Session, condition: Any) -> list[Facts]:
    statement = (
        select(Balance, Item.sku, Item.name, Location.code, Container.code, Lot.code, Lot.expiry)
        .join(Item, Item.id == Balance.item_id)
        .join(Location, Location.id == Balance.location_id)
        .outerjoin(Container, Container.id == Balance.container_id)
        .outerjoin(Lot, Lot.id == Balance.lot_id)
        .where(condition, Balance.quantity > 0)
        .order_by(Location.sequence, Location.code, Item.sku)
        .limit(50)
    )
    return [
        {
            "sku": sku,
            "name": name,
            "location": location,
            "container": container,
            "lot": lot,
            "expiry": expiry.isoformat() if expiry else None,
            "serial": row.serial or None,
            "condition": row.condition,
            "quantity": row.quantity,
            "allocated": row.allocated,
        }
        for row, sku, name, location, container, lot, expiry in session.execute(statement)
    ]


def _last_movements(session: Session, code: str) -> list[Facts]:
    """The five newest, newest first."""
    return [
        asdict(row) | {"occurred_at": row.occurred_at.isoformat(), "recorded_at": row.recorded_at.isoformat()}
        for row in latest(session, code, limit=5)
    ]


def _tasks(session: Session, document: str) -> list[Facts]:
    rows = session.scalars(select(Task).where(Task.document == document).order_by(Task.id.desc()).limit(20))
    return [
        {"id": row.id, "kind": row.kind, "status": row.status, "done_lines": row.done_lines, "lines": row.lines}
        for row in rows
    ]
