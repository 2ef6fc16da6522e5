"""Suppliers: who sends goods, and how long they take."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import table
from app.imports.columns import UNITS_MAX, Column, text, whole
from app.imports.result import Outcome
from app.imports.saving import among, save
from app.imports.table import Row
from app.supply.models import Supplier

COLUMNS = (
    Column("code", text(64), is_required=True),
    Column("name", text(), is_required=True),
    Column("lead_time_days", whole(0, 3650)),
    Column("lead_time_sd_days", whole(0, 3650)),
    Column("min_order_units", whole(0, UNITS_MAX)),
)
KEY = ("code",)
PORTION = 500


def write(session: Session, rows: Sequence[Row], outcome: Outcome) -> None:
    """Make or change the suppliers."""
    found = among(session, select(table(Supplier)), Supplier.code, (row["code"] for row in rows))
    save(session, Supplier, ((row["code"], row.values) for row in rows), {row.code: row for row in found}, outcome)
