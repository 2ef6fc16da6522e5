"""A constraint that is looked at when all is over may refuse the commit itself."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.config import Settings
from app.db import db, transact
from app.factory import create_app


def test_a_commit_that_is_refused_leaves_the_file_to_the_next_writer(tmp_path: Path) -> None:
    """SQLite keeps the transaction open then; the pooled connection would hold the file until the program ends."""
    file = tmp_path / "house.sqlite"
    flask = create_app(Settings(database_url=f"sqlite:///{file}", data_dir=tmp_path, log_level="ERROR"))
    with flask.app_context():
        transact(lambda s: s.execute(text("CREATE TABLE one (id INTEGER PRIMARY KEY)")))
        deferred = "CREATE TABLE other (id INTEGER REFERENCES one (id) DEFERRABLE INITIALLY DEFERRED)"
        transact(lambda s: s.execute(text(deferred)))
        with pytest.raises(IntegrityError):
            transact(lambda s: s.execute(text("INSERT INTO other VALUES (9)")))
        elsewhere = sqlite3.connect(file, timeout=0.1, isolation_level=None)
        elsewhere.execute("BEGIN IMMEDIATE")
        elsewhere.execute("ROLLBACK")
        elsewhere.close()
        transact(lambda s: s.execute(text("INSERT INTO one VALUES (1)")))
        db.engine.dispose()
