"""Backorders follow what came in: a count of rises beside the kept sums, and an index of the lines that want more.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("availability", sa.Column("risen", _COUNT, server_default=sa.text("0"), nullable=False))
    op.execute("UPDATE availability SET risen = 1 WHERE on_hand - unavailable - committed > 0")
    _partial("ix_availability_risen", "availability", ["item_id", "warehouse_id"], "risen > 0")
    _partial("ix_sales_order_line_wanted", "sales_order_line", ["item_id"], "quantity > cancelled + shipped")


def downgrade() -> None:
    op.drop_index("ix_sales_order_line_wanted", table_name="sales_order_line")
    op.drop_index("ix_availability_risen", table_name="availability")
    op.drop_column("availability", "risen")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
