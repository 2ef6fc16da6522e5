"""What is not for sale, and what stands loose, is found among all balances without reading them.

Revision: 0024, after 0023.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_balance_loose", "location_id", "container_id IS NULL"),
    ("ix_balance_not_for_sale", "id", "condition != 'available'"),
)


def upgrade() -> None:
    for name, column, which in INDEXES:
        op.create_index(name, "balance", [column], sqlite_where=sa.text(which), postgresql_where=sa.text(which))


def downgrade() -> None:
    for name, _column, _which in INDEXES:
        op.drop_index(name, "balance")
