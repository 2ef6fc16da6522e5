"""A list of open work reads open work: an index of the tasks that are not finished, and one of the orders' numbers.

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    open_ = sa.text("status IN ('open','claimed')")
    op.create_index(
        "ix_task_unfinished", "task", ["warehouse_id", "id"], sqlite_where=open_, postgresql_where=open_
    )


    bytewise = " text_pattern_ops" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"CREATE INDEX ix_sales_order_lower_ref ON sales_order (lower(order_ref){bytewise})")


def downgrade() -> None:
    op.execute("DROP INDEX ix_sales_order_lower_ref")
    op.drop_index("ix_task_unfinished", table_name="task")
