"""A container stands where its contents stand: the database refuses the other place.

Revision: 0017, after 0016.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_FILLED = "CASE WHEN quantity > 0 THEN container_id END"
_NAME = "fk_balance_filled_id"
_KEY = (
    f"CONSTRAINT {_NAME} FOREIGN KEY(filled_id, location_id) REFERENCES container (id, location_id) "
    "DEFERRABLE INITIALLY DEFERRED"
)
_WITH_COLUMN = f"\n\tfilled_id INTEGER GENERATED ALWAYS AS ({_FILLED}) VIRTUAL, "
_WITH_KEY = f", \n\t{_KEY}\n"


def upgrade() -> None:
    _bring_together()
    op.create_index("uq_container_id_location_id", "container", ["id", "location_id"], unique=True)
    if op.get_bind().dialect.name == "sqlite":
        _build_anew(lambda sql: re.sub(r"\)(?=\s*STRICT)", f"{_WITH_KEY})", sql.replace("(", f"({_WITH_COLUMN}", 1)))
    else:
        op.add_column("balance", sa.Column("filled_id", sa.BigInteger(), sa.Computed(_FILLED, persisted=True)))
        op.execute(f"ALTER TABLE balance ADD {_KEY}")
    op.create_index("ix_balance_filled_id", "balance", ["filled_id"])


def downgrade() -> None:
    op.drop_index("ix_balance_filled_id", table_name="balance")
    if op.get_bind().dialect.name == "sqlite":
        _build_anew(lambda sql: sql.replace(_WITH_COLUMN, "", 1).replace(_WITH_KEY, "", 1))
    else:
        op.drop_constraint(_NAME, "balance", type_="foreignkey")
        op.drop_column("balance", "filled_id")
    op.drop_index("uq_container_id_location_id", table_name="container")


def _build_anew(change: Callable[[str], str]) -> None:
    """SQLite adds a key of two columns only to a new table: the old one's own words, changed, and all that is on it.

    Others that refer to it by name go on doing so (``legacy_alter_table``); ``env`` has switched the keys off.
    """
    connection = op.get_bind()
    told = "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = 'balance' AND sql IS NOT NULL ORDER BY name"
    objects = connection.exec_driver_sql(told).all()
    (table,) = (row.sql for row in objects if row.type == "table")
    columns = connection.exec_driver_sql("SELECT name FROM pragma_table_xinfo('balance') WHERE hidden = 0").scalars()
    kept = ", ".join(columns.all())
    new = change(table)
    assert new != table, "the table of balances does not read as it did"
    connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")
    for row in objects:
        if row.type in ("index", "trigger"):
            connection.exec_driver_sql(f"DROP {row.type} {row.name}")
    connection.exec_driver_sql("ALTER TABLE balance RENAME TO balance_before")
    connection.exec_driver_sql(new)
    connection.exec_driver_sql(f"INSERT INTO balance ({kept}) SELECT {kept} FROM balance_before")  # noqa: S608 - our own names
    connection.exec_driver_sql("DROP TABLE balance_before")
    for row in objects:
        if row.type in ("index", "trigger"):
            connection.exec_driver_sql(row.sql)
    connection.exec_driver_sql("PRAGMA legacy_alter_table=OFF")


# Old books may have a container in two places: a later pick went into a tote that stood at packing already.

_posting = sa.table(
    "posting",
    *(sa.column(name) for name in ("id", "key", "reason", "device", "document_type", "document", "note")),
    *(sa.column(name, app.db.UtcDateTime()) for name in ("occurred_at", "recorded_at")),
)
_SIDES = ("location_id", "container_id", "condition")
_movement = sa.table(
    "movement",
    *(sa.column(name) for name in ("posting_id", "item_id", "lot_id", "serial", "quantity")),
    *(sa.column(f"{side}_{name}") for side in ("source", "target") for name in _SIDES),
)
_OF = ("item_id", "lot_id", "serial", "container_id", "condition")
_balance = sa.table("balance", *(sa.column(name) for name in ("id", *_OF, "location_id", "quantity", "allocated")))
_container = sa.table("container", *(sa.column(name) for name in ("id", "code", "location_id")))


def _bring_together() -> None:
    """Each container stands where its contents are; contents in two places are posted to one of them, by movements of
    their own: where orders have chosen some of them, else where the container is said to be."""
    connection = op.get_bind()
    c = _balance.c
    rows = connection.execute(
        sa.select(c.container_id, _container.c.code, _container.c.location_id, c.location_id, sa.func.sum(c.allocated))
        .join(_container, _container.c.id == c.container_id)
        .where(c.quantity > 0)
        .group_by(c.container_id, _container.c.code, _container.c.location_id, c.location_id)
        .order_by(c.container_id, c.location_id)
    ).all()
    contents: dict[int, dict[int, int]] = defaultdict(dict)
    for container_id, _code, _stands, place, allocated in rows:
        contents[container_id][place] = int(allocated)
    for container_id, code, stands in sorted({(row[0], row[1], row[2]) for row in rows}, key=lambda row: row[0]):
        places = contents[container_id]
        chosen = [place for place, allocated in places.items() if allocated]
        if len(chosen) > 1:
            raise RuntimeError(
                f"{code} stands in two places, and orders have chosen stock in both. Move one of them out of it with "
                "the version that ran before, then upgrade."
            )
        target = chosen[0] if chosen else stands if stands in places else min(places)
        if set(places) != {target}:
            _post(connection, container_id, code, target)
        if stands != target:
            connection.execute(
                sa.update(_container).where(_container.c.id == container_id).values(location_id=target)
            )


def _post(connection: sa.Connection, container_id: int, code: str, target: int) -> None:
    now = datetime.now(UTC)
    header: dict[str, Any] = {
        "key": f"one-place:{code}",
        "reason": "move",
        "device": "",
        "occurred_at": now,
        "recorded_at": now,
        "document_type": "",
        "document": "",
        "note": "upgrade: a container stands in one place",
    }
    posting_id = connection.execute(sa.insert(_posting).values(header).returning(_posting.c.id)).scalar_one()
    c = _balance.c
    rows = connection.execute(
        sa.select(_balance)
        .where(c.container_id == container_id, c.quantity > 0, c.location_id != target)
        .order_by(c.id)
    ).all()
    for row in rows:
        of = {"item_id": row.item_id, "lot_id": row.lot_id, "serial": row.serial}
        sides = {
            f"{side}_{name}": value
            for side, place in (("source", row.location_id), ("target", target))
            for name, value in zip(_SIDES, (place, container_id, row.condition), strict=True)
        }
        connection.execute(sa.insert(_movement).values(posting_id=posting_id, quantity=row.quantity, **of, **sides))
        connection.execute(sa.update(_balance).where(c.id == row.id).values(quantity=0))
        same = [c[name].is_not_distinct_from(getattr(row, name)) for name in _OF]
        there = sa.update(_balance).where(c.location_id == target, *same)
        if not connection.execute(there.values(quantity=c.quantity + row.quantity)).rowcount:
            new = of | {"container_id": container_id, "condition": row.condition, "location_id": target}
            connection.execute(sa.insert(_balance).values(**new, quantity=row.quantity, allocated=0))
