"""Wrong passwords and codes for the office are counted apart from wrong PINs.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("office_failures", "office_lock_count"):
        op.add_column("operator", sa.Column(name, _COUNT, server_default=sa.text("0"), nullable=False))
    op.add_column("operator", sa.Column("office_locked_until", app.db.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("office_locked_until", "office_lock_count", "office_failures"):
        op.drop_column("operator", name)
