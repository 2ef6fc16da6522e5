"""An order may be in the midst of being cancelled.

Revision: 0027, after 0026.
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NAME = "ck_sales_order_status"
BEFORE = "status IN ('open','shipped','cancelled')"
AFTER = "status IN ('open','cancelling','shipped','cancelled')"


def upgrade() -> None:
    _check(BEFORE, AFTER)


def downgrade() -> None:
    """Such an order wants nothing and still holds something: cancelling it once more lets go of that."""
    op.execute("UPDATE sales_order SET status = 'open' WHERE status = 'cancelling'")
    _check(AFTER, BEFORE)


def _check(old: str, new: str) -> None:
    """PostgreSQL puts another check in its place; SQLite's table is made again around its rows, with its indexes."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE sales_order DROP CONSTRAINT {NAME}, ADD CONSTRAINT {NAME} CHECK ({new})")
        return
    schema = "SELECT sql FROM sqlite_schema WHERE tbl_name = 'sales_order' AND type = '{}' AND sql IS NOT NULL"
    made = connection.exec_driver_sql(schema.format("table")).scalar_one()
    indexes = connection.exec_driver_sql(schema.format("index")).scalars().all()
    assert old in made, made
    for statement in (
        "CREATE TEMPORARY TABLE kept AS SELECT * FROM sales_order",
        "DROP TABLE sales_order",
        made.replace(old, new),
        "INSERT INTO sales_order SELECT * FROM kept",
        "DROP TABLE kept",
        *indexes,
    ):
        connection.exec_driver_sql(statement)
