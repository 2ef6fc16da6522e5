"""An open line has something left to do.

Revision: 0020, after 0019.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STATUS = "CONSTRAINT ck_task_line_status CHECK (status IN ('open','done','cancelled'))"
OPEN = "CONSTRAINT ck_task_line_open CHECK (status <> 'open' OR done < quantity)"
_COUNTED = "(SELECT count(*) FROM task_line WHERE task_id = task.id AND status {})"
LINES, DONE = _COUNTED.format("<> 'cancelled'"), _COUNTED.format("= 'done'")


def upgrade() -> None:
    """A line that was left open with nothing to do is closed as it should have been; its task is counted again."""
    op.execute(
        "UPDATE task_line SET status = CASE WHEN done > 0 THEN 'done' ELSE 'cancelled' END"
        " WHERE status = 'open' AND done >= quantity"
    )
    op.execute(f"UPDATE task SET lines = {LINES}, done_lines = {DONE} WHERE status IN ('open', 'claimed')")  # noqa: S608
    _check(STATUS, f"{STATUS}, {OPEN}")


def downgrade() -> None:
    _check(f"{STATUS}, {OPEN}", STATUS)


def _check(old: str, new: str) -> None:
    """PostgreSQL adds a check, or drops it; SQLite's table is made again around its rows, with its indexes."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        verb = "ADD " + OPEN if OPEN in new else "DROP CONSTRAINT ck_task_line_open"
        connection.exec_driver_sql(f"ALTER TABLE task_line {verb}")
        return
    schema = "SELECT sql FROM sqlite_schema WHERE tbl_name = 'task_line' AND type = '{}' AND sql IS NOT NULL"
    made = connection.exec_driver_sql(schema.format("table")).scalar_one()
    indexes = connection.exec_driver_sql(schema.format("index")).scalars().all()
    assert old in made, made
    for statement in (
        "CREATE TEMPORARY TABLE kept AS SELECT * FROM task_line",
        "DROP TABLE task_line",
        made.replace(old, new),
        "INSERT INTO task_line SELECT * FROM kept",
        "DROP TABLE kept",
        *indexes,
    ):
        connection.exec_driver_sql(statement)
