"""The ground the other tests stand on: each has its own database, its own server, a real browser."""

import os
import uuid
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from app.config import Settings
from app.factory import create_app
from tests import databases, servers
from tests.databases import PostgresqlServer, SqliteTemplate


def test_a_fresh_database_has_every_table_of_the_models_and_no_rows(app, session):
    from app.db import db

    tables = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
    assert tables == set(db.metadata.tables)
    assert session.scalar(text("SELECT count(*) FROM movement")) == 0


def test_what_one_test_commits_no_other_test_sees(
    sqlite_template: SqliteTemplate, postgresql_template: PostgresqlServer, tmp_path: Path
):
    names = [postgresql_template.create(), postgresql_template.create()]
    for first, second in (
        (sqlite_template.copy(tmp_path), sqlite_template.copy(tmp_path)),
        (postgresql_template.url(names[0]), postgresql_template.url(names[1])),
    ):
        with create_engine(first).begin() as connection:
            connection.execute(text("CREATE TABLE only_here (id integer)"))
        assert "only_here" in inspect(create_engine(first)).get_table_names()
        assert "only_here" not in inspect(create_engine(second)).get_table_names()
    for name in names:
        postgresql_template.drop(name)


def test_both_engines_are_the_real_ones(app):
    from app.db import db

    with app.app_context(), db.engine.connect() as connection:
        version = "SELECT version()" if db.engine.name == "postgresql" else "SELECT 'SQLite ' || sqlite_version()"
        assert connection.scalar(text(version)).startswith(("PostgreSQL 1", "SQLite 3"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_real_browser_runs_scripts_from_the_live_server(browser, live_server: servers.Server):
    page = browser.new_page()
    page.goto(f"{live_server.url}/healthz")
    assert page.evaluate("[location.origin, window.isSecureContext]") == [live_server.url, True]
    page.close()


def test_the_program_as_users_start_it_answers_and_stops_when_told(tmp_path: Path):
    settings = {"TRUESHELF_DATA_DIR": str(tmp_path / "data")}
    with servers.as_program(settings, log=tmp_path / "server.log") as server:
        assert server.process is not None
        server.process.terminate()
        assert server.process.wait(15) == 0, (tmp_path / "server.log").read_text()


def test_two_apps_in_one_program_keep_their_databases_apart(sqlite_template: SqliteTemplate, tmp_path: Path):
    from app.db import db

    apps = [
        create_app(Settings(database_url=sqlite_template.copy(tmp_path), data_dir=tmp_path, secret_key="k"))
        for _ in range(2)
    ]
    seen = []
    for each in apps:
        with each.app_context():
            seen.append(str(db.engine.url))
            db.engine.dispose()
    assert len(set(seen)) == 2


def test_a_server_that_is_joined_twice_in_a_process_stays_until_both_have_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A random day joins the server of the test that it runs in; the last worker of a run stopped it under another."""
    monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    with databases.postgresql_server() as server:
        with databases.postgresql_server():
            pass
        assert str(os.getpid()) in (server.folder / ".handle_pids.json").read_text()
