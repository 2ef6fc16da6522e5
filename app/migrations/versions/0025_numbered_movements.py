"""The way of one unit with a serial number is found without reading all movements of its item.

Revision: 0025, after 0024.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NAME, WHICH = "ix_movement_serial", "serial <> ''"


def upgrade() -> None:
    columns = ["item_id", "serial", "id"]
    op.create_index(NAME, "movement", columns, sqlite_where=sa.text(WHICH), postgresql_where=sa.text(WHICH))


def downgrade() -> None:
    op.drop_index(NAME, "movement")
