"""Rows compared with what is there, and written many at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.catalog.items import no_item
from app.catalog.models import Item
from app.db import Model, changed, table
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
            outcome.refuse(row.number, "sku", "unknown_sku", no_item(row["sku"]))
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
    if outcome.is_check:
        outcome.count("created", len(added))
        outcome.count("updated", len(altered))
        return
    for start in range(0, len(added), CHUNK):
        portion = added[start : start + CHUNK]
        ids = list(session.execute(insert(target).returning(target.c.id), portion).scalars())
        outcome.undo.append({"table": target.name, "made": ids})
        outcome.count("created", len(portion))
    statement = update(target).where(target.c.id == bindparam("row_id"))
    statement = statement.values({name: bindparam(f"new_{name}", type_=target.c[name].type) for name in names})
    before = {row.id: row for row in existing.values()}
    for start in range(0, len(altered), CHUNK):
        portion = altered[start : start + CHUNK]
        session.connection().execute(statement, portion)
        for each in portion:
            was = {name: getattr(before[each["row_id"]], name) for name in names}
            now = {name: each[f"new_{name}"] for name in names}
            outcome.undo.append({"table": target.name, "row": each["row_id"], "was": was, "now": now})
        outcome.count("updated", len(portion))


def undo(session: Session, entry: Mapping[str, Any]) -> bool:
    """Take back what one entry of ``save`` says. False, and nothing was done, where something depends on it by now or
    somebody has changed it since."""
    target = Model.metadata.tables[entry["table"]]
    try:
        with session.begin_nested():
            if "made" in entry:
                session.execute(delete(target).where(target.c.id.in_(entry["made"])))
                return True
            same = [target.c[name].is_not_distinct_from(value) for name, value in entry["now"].items()]
            statement = update(target).where(target.c.id == entry["row"], *same).values(entry["was"])
            return changed(session, statement) == 1
    except IntegrityError:
        return False
