"""Run the migrations: Alembic executes this file for every ``flask --app wsgi db ...`` and for ``init``.

Both engines: PostgreSQL changes all or nothing, one host at a time. SQLite has to copy a table to change it, which is
done with foreign keys off (else the copying would cascade) and verified before the commit.
"""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

# Any constant: hosts that start at the same moment wait here for the first.
LOCK = 7_283_150


def run() -> None:
    migrate = current_app.extensions["migrate"]
    engine = migrate.db.engine
    options = {
        "target_metadata": migrate.db.metadata,
        "compare_server_default": True,
        "transactional_ddl": True,
        **migrate.configure_args,
    }
    if context.is_offline_mode():
        context.configure(url=engine.url, literal_binds=True, dialect_opts={"paramstyle": "named"}, **options)
        with context.begin_transaction():
            context.run_migrations()
        return
    with engine.connect().execution_options(write=True) as connection:
        _foreign_keys(connection, "OFF")
        try:
            context.configure(connection=connection, **options)
            with context.begin_transaction():
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
                context.run_migrations()
                _check_foreign_keys(connection)
        finally:
            _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, state: str) -> None:
    """Set the pragma on the driver's own connection: inside a transaction it would do nothing, silently."""
    if connection.dialect.name == "sqlite":
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.cursor().execute(f"PRAGMA foreign_keys={state}")


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        assert not broken, f"the migration left rows that point nowhere: {broken[:5]}"


run()
