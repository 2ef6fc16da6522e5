"""A blocked place says since when and why.

Revision: 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("location", sa.Column("blocked_at", app.db.UtcDateTime(timezone=True), nullable=True))
    op.add_column("location", sa.Column("blocked_reason", sa.Text(), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    op.drop_column("location", "blocked_reason")
    op.drop_column("location", "blocked_at")
