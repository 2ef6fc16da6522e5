"""Triggers that refuse any change of what was posted, on both databases.

A correction is a new posting that names the one it reverses; nobody, not even an administrator with a database
client, edits the past in passing. The migration installs the same statements.
"""

from collections.abc import Mapping

GUARDED = {"posting": ("id", "key", "reverses_id"), "movement": ("id",), "seal": ("posting_id", "position")}
"""Each append-only table, with its unique columns: what a REPLACE would collide on."""
RECORDS = {"scan": ("id", "scan_id"), "operator_change": ("id",), "record_seal": ("position",)}
"""Those that became append-only later, with the links that bind them."""


def statements(dialect: str, guarded: Mapping[str, tuple[str, ...]] = GUARDED) -> list[str]:
    """The statements that install the guards on ``sqlite`` or ``postgresql``."""
    if dialect == "sqlite":
        return [
            statement
            for table, unique in guarded.items()
            for statement in (*(_refusing(table, verb) for verb in ("UPDATE", "DELETE")), _no_replace(table, unique))
        ]
    return [
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only: post a correction', TG_TABLE_NAME; END $$",
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            for table in guarded
        ),
    ]


def notes(dialect: str) -> list[str]:
    """The statements by which every new posting leaves a note in ``unsealed``, in its own transaction: the sealer then
    need not look through all postings, and none is passed by that took a low id and committed late."""
    note = "INSERT INTO unsealed (posting_id) VALUES (NEW.id)"
    if dialect == "sqlite":
        return [f"CREATE TRIGGER posting_unsealed AFTER INSERT ON posting BEGIN {note}; END"]
    return [
        f"CREATE FUNCTION note_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {note}; RETURN NULL; END $$",
        "CREATE TRIGGER posting_unsealed AFTER INSERT ON posting FOR EACH ROW EXECUTE FUNCTION note_unsealed()",
    ]


def _refusing(table: str, verb: str, when: str = "", name: str = "") -> str:
    return (
        f"CREATE TRIGGER {table}_no_{name or verb.lower()} BEFORE {verb} ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: post a correction'); END"
    )


def _no_replace(table: str, unique: tuple[str, ...]) -> str:
    """SQLite's REPLACE deletes without firing DELETE triggers, unless the client asked for recursive triggers."""
    same = " OR ".join(f"{column} = NEW.{column}" for column in unique)
    exists = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "  # noqa: S608 - our own constants
    return _refusing(table, "INSERT", exists, "replace")
