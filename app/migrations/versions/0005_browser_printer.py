"""A printer may be the browser: its labels are opened and printed by the person in front of it.

Revision: 0005, after 0004.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('tcp','ipp','cups','folder')"
AFTER = "kind IN ('tcp','ipp','cups','folder','browser')"


def upgrade() -> None:
    _check(BEFORE, AFTER)


def downgrade() -> None:
    op.execute("UPDATE printer SET kind = 'folder', address = 'browser' WHERE kind = 'browser'")
    _check(AFTER, BEFORE)


def _check(old: str, new: str) -> None:
    """PostgreSQL changes a check; SQLite's table is made again around its rows."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_printer_kind"), "printer", type_="check")
        op.create_check_constraint(op.f("ck_printer_kind"), "printer", new)
        return
    connection = op.get_bind()
    made = connection.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE name = 'printer'").scalar_one()
    assert old in made, made
    for statement in (
        "CREATE TEMPORARY TABLE kept AS SELECT * FROM printer",
        "DROP TABLE printer",
        made.replace(old, new),
        "INSERT INTO printer SELECT * FROM kept",
        "DROP TABLE kept",
    ):
        connection.exec_driver_sql(statement)
