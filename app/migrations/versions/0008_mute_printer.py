"""A printer that says nothing about itself is believed once a person has seen its label.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Printers that have delivered in silence so far go on as they did: their labels were seen."""
    op.add_column("printer", sa.Column("is_mute", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE printer SET is_mute = true WHERE kind = 'tcp' AND NOT has_answered AND state = 'ready'")


def downgrade() -> None:
    op.drop_column("printer", "is_mute")
