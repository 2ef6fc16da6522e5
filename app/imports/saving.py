"""Rows compared with what is there, and written many at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.catalog.models import Item
from app.db import Model, table
from app.imports import table as file
from app.imports.result import Outcome
from app.language import _
from app.places.models import Warehouse

CHUNK = 1000


def among(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    column: InstrumentedAttribute[Any] | ColumnElement[Any],
    values: Iterable[object],
) -> Iterator[Row[*tuple[Any, ...]]]:
    """The statement's rows where ``column`` is one of ``values``, asked for in portions that every database takes."""
    wanted = list(dict.fromkeys(values))
    for start in range(0, len(wanted), CHUNK):
        yield from session.execute(statement.where(column.in_(wanted[start : start + CHUNK])))


def items_by_sku(session: Session, rows: Sequence[file.Row], outcome: Outcome) -> dict[str, Row[*tuple[Any, ...]]]:
    """The items that the rows name (id, sku, tracking, has_expiry). Errors noted: ``unknown_sku``."""
    statement = select(Item.id, Item.sku, Item.tracking, Item.has_expiry)
    found = {row.sku: row for row in among(session, statement, Item.sku, (row["sku"] for row in rows))}
    for row in rows:
        if row["sku"] not in found:
            message = _("There is no item %(sku)s. Import it first.", sku=row["sku"])
            outcome.refuse(row.number, "sku", "unknown_sku", message)
    return found


def warehouses_by_code(session: Session, rows: Sequence[file.Row], outcome: Outcome) -> dict[str, Warehouse]:
    """The warehouses that the rows name. Errors noted: ``unknown_warehouse``."""
    codes = {row["warehouse"] for row in rows}
    found = {place.code: place for place in session.scalars(select(Warehouse)) if place.code in codes}
    for row in rows:
        if row["warehouse"] not in found:
            message = _("There is no warehouse %(code)s. Import its locations first.", code=row["warehouse"])
            outcome.refuse(row.number, "warehouse", "unknown_warehouse", message)
    return found


def save(
    session: Session,
    model: type[Model],
    wanted: Iterable[tuple[Any, dict[str, Any]]],
    existing: Mapping[Any, Row[*tuple[Any, ...]]],
    outcome: Outcome,
) -> None:
    """Insert what is new, update what differs, count the rest. ``wanted``: (key, values), all with the same columns.

    ``existing``: key -> the row that is there, with its ``id`` and all the columns.
    """
    target = table(model)
    added: list[dict[str, Any]] = []
    altered: list[dict[str, Any]] = []
    names: Iterable[str] = ()
    for key, values in wanted:
        names = values
        row = existing.get(key)
        if row is None:
            added.append(values)
        elif any(getattr(row, name) != value for name, value in values.items()):
            altered.append({"row_id": row.id} | {f"new_{name}": value for name, value in values.items()})
        else:
            outcome.count("unchanged")
    for start in range(0, len(added), CHUNK):
        portion = added[start : start + CHUNK]
        session.execute(insert(target), portion)
        outcome.count("created", len(portion))
    statement = update(target).where(target.c.id == bindparam("row_id"))
    statement = statement.values({name: bindparam(f"new_{name}", type_=target.c[name].type) for name in names})
    for start in range(0, len(altered), CHUNK):
        portion = altered[start : start + CHUNK]
        session.connection().execute(statement, portion)
        outcome.count("updated", len(portion))
