"""What a scan was answered stands apart and goes after its time; what its device said of the time is kept beside ours.

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.db
from app.floor.loop import scan_record

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_SHORT = sa.text("kind = 'action' AND outcome = 'accepted' AND code IN ('short','missing')")
_KEPT = "id, scan_id, task_id, operator_id, device, kind, code, expected, outcome, answer_code, scanned_at, received_at"


def upgrade() -> None:
    op.create_table(
        "scan_answer",
        sa.Column("id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("answer", _JSON, nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_answer")),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO scan_answer (id, answer, body_hash) SELECT id, answer, body_hash FROM scan ORDER BY id")
    new = [sa.Column(name, sa.Text(), nullable=True) for name in ("note", "said_at")]
    left_out = "UPDATE scan SET note = (SELECT answer ->> 'message' FROM scan_answer WHERE scan_answer.id = scan.id) "
    left_out += "WHERE answer_code IN ('left_out','set_aside')"
    if op.get_bind().dialect.name == "sqlite":
        # Copied, not shrunk in its place: the old pages are free for what comes, all of them.
        _copy_scan(_KEPT, _KEPT, *new)
    else:
        for name in ("answer", "body_hash"):
            op.drop_column("scan", name)
        for column in new:
            op.add_column("scan", column)
    op.execute(left_out)
    op.create_index("ix_scan_short", "scan", ["id"], sqlite_where=_SHORT, postgresql_where=_SHORT)
    for statement in scan_record.statements(op.get_bind().dialect.name):
        op.execute(sa.text(statement.replace("::", r"\:\:")))


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER heard_kept" + ("" if is_sqlite else " ON heard"))
    op.execute("DROP VIEW heard")
    if not is_sqlite:
        op.execute("DROP FUNCTION keep_heard()")
    op.drop_index("ix_scan_short", table_name="scan")
    answer = "coalesce((SELECT answer FROM scan_answer WHERE scan_answer.id = scan.id), '{}')"
    body_hash = "coalesce((SELECT body_hash FROM scan_answer WHERE scan_answer.id = scan.id), '')"
    if is_sqlite:
        told = [sa.Column("answer", _JSON, nullable=False), sa.Column("body_hash", sa.Text(), nullable=False)]
        _copy_scan(f"{_KEPT}, answer, body_hash", f"{_KEPT}, {answer}, {body_hash}", *told)
    else:
        op.add_column("scan", sa.Column("answer", _JSON, nullable=True))
        op.add_column("scan", sa.Column("body_hash", sa.Text(), nullable=True))
        op.execute(f"UPDATE scan SET answer = {answer}, body_hash = {body_hash}")
        for name in ("answer", "body_hash"):
            op.alter_column("scan", name, nullable=False)
        for name in ("note", "said_at"):
            op.drop_column("scan", name)
    op.drop_table("scan_answer")


def _copy_scan(into: str, what: str, *more: sa.Column) -> None:
    op.create_table(
        "new_scan",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("scan_id", sa.Text(), nullable=False),
        sa.Column("task_id", _NUMBER, nullable=True),
        sa.Column("operator_id", _NUMBER, nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("answer_code", sa.Text(), nullable=False),
        sa.Column("scanned_at", app.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", app.db.UtcDateTime(timezone=True), nullable=False),
        *more,
        sa.CheckConstraint("kind IN ('scan','action')", name=op.f("ck_scan_kind")),
        sa.CheckConstraint("outcome IN ('accepted','refused')", name=op.f("ck_scan_outcome")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_scan_operator_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_scan_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_scan_scan_id")),
        sqlite_strict=True,
    )
    op.execute(f"INSERT INTO new_scan ({into}) SELECT {what} FROM scan ORDER BY id")
    op.drop_table("scan")
    op.rename_table("new_scan", "scan")
    op.create_index("ix_scan_task_id", "scan", ["task_id"], unique=False)
