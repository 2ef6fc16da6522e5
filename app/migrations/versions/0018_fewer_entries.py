"""Of all scans only those that ask for an approval are looked for by their task: no other needs an entry in an index.

Revision: 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    asks = sa.text("answer_code = 'approval_needed'")
    op.create_index("ix_scan_approval", "scan", ["task_id"], sqlite_where=asks, postgresql_where=asks)
    op.drop_index("ix_scan_task_id", table_name="scan")


def downgrade() -> None:
    op.create_index("ix_scan_task_id", "scan", ["task_id"], unique=False)
    op.drop_index("ix_scan_approval", table_name="scan")
