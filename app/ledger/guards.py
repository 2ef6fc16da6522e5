"""Triggers that refuse any change of what was posted, on both databases.

A correction is a new posting that names the one it reverses; nobody, not even an administrator with a database
client, edits the past in passing. The migration installs the same statements.
"""

GUARDED = ("posting", "movement")


def statements(dialect: str) -> list[str]:
    """The statements that install the guards on ``sqlite`` or ``postgresql``."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: post a correction'); END"
            for table in GUARDED
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only: post a correction', TG_TABLE_NAME; END $$",
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            for table in GUARDED
        ),
    ]
