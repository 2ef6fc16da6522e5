"""Every posting leaves a note until it is sealed: the sealer asked all postings for those that have no seal.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

from app.ledger import guards

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unsealed",
        sa.Column(
            "posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.PrimaryKeyConstraint("posting_id", name=op.f("pk_unsealed")),
        sqlite_strict=True,
    )
    for statement in guards.notes(op.get_bind().dialect.name):
        op.execute(sa.text(statement))
    op.execute("INSERT INTO unsealed SELECT id FROM posting WHERE id NOT IN (SELECT posting_id FROM seal)")


def downgrade() -> None:
    op.execute(f"DROP TRIGGER posting_unsealed{' ON posting' if op.get_bind().dialect.name == 'postgresql' else ''}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION note_unsealed()")
    op.drop_table("unsealed")
