"""A serial number is one unit in the world: the database refuses the second one.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_HERE = "CASE WHEN serial <> '' AND quantity > 0 THEN serial END"
_ONE = "serial = '' OR quantity <= 1"


def upgrade() -> None:
    _refuse_doubles()
    if op.get_bind().dialect.name == "sqlite":
        # With the check on the new column the table is not built anew: its triggers and checks stay as they are.
        op.execute(
            f"ALTER TABLE balance ADD COLUMN serial_here TEXT GENERATED ALWAYS AS ({_HERE}) VIRTUAL "
            f"CONSTRAINT ck_balance_serial CHECK ({_ONE})"
        )
    else:
        op.add_column("balance", sa.Column("serial_here", sa.Text(), sa.Computed(_HERE, persisted=True), nullable=True))
        op.create_check_constraint(op.f("ck_balance_serial"), "balance", _ONE)
    here = sa.text("serial_here IS NOT NULL")
    op.create_index(
        "uq_balance_serial",
        "balance",
        ["item_id", "serial_here"],
        unique=True,
        sqlite_where=here,
        postgresql_where=here,
    )


def _refuse_doubles() -> None:
    """Only a count can tell where the unit is: nothing is repaired here."""
    doubles = op.get_bind().execute(
        sa.text(
            "SELECT item.sku, balance.serial, location.code FROM balance "
            "JOIN item ON item.id = balance.item_id JOIN location ON location.id = balance.location_id "
            "WHERE balance.quantity > 0 AND (balance.item_id, balance.serial) IN ("
            "SELECT item_id, serial FROM balance WHERE serial <> '' GROUP BY item_id, serial HAVING sum(quantity) > 1) "
            "ORDER BY item.sku, balance.serial, location.code LIMIT 50"
        )
    )
    found = [f"{sku} {serial} at {place}" for sku, serial, place in doubles]
    if found:
        raise RuntimeError(
            "A serial number is one unit, and the books have these more than once: "
            + "; ".join(found)
            + ". Adjust the wrong ones to 0 with the version that ran before, then upgrade."
        )


def downgrade() -> None:
    op.drop_index("uq_balance_serial", table_name="balance")
    if op.get_bind().dialect.name != "sqlite":  # there the check belongs to the column
        op.drop_constraint(op.f("ck_balance_serial"), "balance", type_="check")
    op.drop_column("balance", "serial_here")
