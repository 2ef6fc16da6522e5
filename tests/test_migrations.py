"""The migrations are what makes a database; the models are what the code believes. They must say the same."""

import re
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import db
from app.floor.loop.scan_record import heard
from app.floor.loop.scan_record import statements as letter_box
from app.ledger.guards import RECORDS, notes
from app.ledger.guards import statements as installed

# SQLAlchemy cannot read back an index on an expression on SQLite; the comparison of definitions below can.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index"),
    # No database tells a computed column's expression back as it was written.
    pytest.mark.filterwarnings("ignore:Computed default on balance"),
]

# Every object with its definition, as the engine itself tells it. The second column tells equal names apart.
SCHEMA = {
    "sqlite": "SELECT name, type, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
    "postgresql": """
        SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT tgname, tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT indexname, tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT proname, '', prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT column_name, table_name, concat_ws(' ', data_type, is_nullable, column_default)
          FROM information_schema.columns WHERE table_schema = 'public'""",
}


VERSIONS = Path(__file__).parents[1] / "app" / "migrations" / "versions"


def guards(dialect: str) -> set[str]:
    statements = " ".join([*installed(dialect), *installed(dialect, RECORDS), *notes(dialect), *letter_box(dialect)])
    found = re.findall(r"CREATE TRIGGER (\w+)|FUNCTION (\w+)\(\) RETURNS|CREATE VIEW (\w+)", statements)
    names = {name for each in found for name in each if name}
    # PostgreSQL tells of a view by its columns only, which have the names of those of the tables behind it.
    return names if dialect == "sqlite" else names - {"heard"} | {column.name for column in heard.columns}


def schema(engine: Engine) -> dict[tuple[str, str], list[str]]:
    with engine.connect() as connection:
        rows = connection.execute(text(SCHEMA[engine.name])).all()
    return {
        # A column added later stands elsewhere in the text; SQLite writes a renamed table's name with quotes.
        (name, of): sorted(re.split(r"\s*,\s*|\s+", definition.replace('"', "")))
        for name, of, definition in rows
        if not {name, of} & {"alembic_version", "alembic_version_pkc"}
    }


def differences(wanted: dict[tuple[str, str], list[str]], found: dict[tuple[str, str], list[str]]) -> list[str]:
    return [
        f"{of}.{name}: {' '.join(wanted.get((name, of), ['absent']))} / {' '.join(found.get((name, of), ['absent']))}"
        for name, of in sorted(wanted.keys() | found.keys())
        if wanted.get((name, of)) != found.get((name, of))
    ]


def test_the_models_ask_for_nothing_that_the_migrations_did_not_make(app: Flask):
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, db.metadata) == []


def test_the_migrations_make_the_same_checks_keys_and_indexes_as_the_models(app: Flask):
    with app.app_context():
        migrated = schema(db.engine)
        flask_migrate.downgrade(revision="base")
        db.create_all()
        modelled = schema(db.engine)
        assert len(modelled) > 50
        assert differences(modelled, {name: migrated[name] for name in modelled.keys() & migrated.keys()}) == []
        # What models cannot say: the guards of the ledger.
        assert {name for name, _ in migrated.keys() - modelled.keys()} == guards(db.engine.name)


def test_down_and_up_again_gives_the_same_tables_checks_and_triggers(app: Flask):
    with app.app_context():
        before = schema(db.engine)
        assert len(before) > 50
        flask_migrate.downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        assert schema(db.engine) == {}
        flask_migrate.upgrade()
        assert differences(before, schema(db.engine)) == []


def test_every_table_is_strict_on_sqlite_and_every_constraint_has_a_name(app: Flask):
    with app.app_context():
        inspector = inspect(db.engine)
        nameless = [
            (table, constraint)
            for table in db.metadata.tables
            for constraint in (
                *inspector.get_check_constraints(table),
                *inspector.get_unique_constraints(table),
                *inspector.get_foreign_keys(table),
            )
            if not constraint["name"]
        ]
        assert nameless == []
        if db.engine.name == "sqlite":
            with db.engine.connect() as connection:
                loose = connection.execute(
                    text("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0")
                ).scalars()
                assert set(loose) - {"alembic_version"} <= {"sqlite_schema", "sqlite_sequence"}


def test_the_migrations_leave_foreign_keys_on(app: Flask):
    with app.app_context():
        flask_migrate.downgrade(revision="base")
        flask_migrate.upgrade()
        if db.engine.name == "sqlite":
            with db.engine.connect() as connection:
                assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def before(words: str) -> str:
    """The revision that a migration follows."""
    (file,) = VERSIONS.glob(f"*_{words}.py")
    return f"{int(file.name[:4]) - 1:04}"


def test_an_upgrade_names_the_serial_numbers_that_stand_in_two_places(app: Flask, caplog: pytest.LogCaptureFixture):
    """Once the books could have one unit twice; only somebody who looks knows where it is."""
    with app.app_context():
        flask_migrate.downgrade(revision=before("one_unit_in_the_world"))
        with db.engine.begin() as connection:
            for statement in (
                "INSERT INTO warehouse (id, code, name, time_zone, priority) VALUES (1, 'W', 'W', 'UTC', 1)",
                "INSERT INTO item (id, sku, name, description, unit_weight_grams, tracking, has_expiry,"
                " inspect_on_receipt, image_url) VALUES (1, 'PHONE', 'P', '', 0, 'serial', {no}, {no}, '')",
                *(
                    "INSERT INTO location (id, warehouse_id, code, kind, zone, sequence, is_pick_face, is_blocked)"
                    f" VALUES ({n}, 1, 'A-{n}', 'bin', '', 0, {{no}}, {{no}})"
                    for n in (101, 102)
                ),
                *(
                    "INSERT INTO balance (item_id, serial, location_id, condition, quantity, allocated)"
                    f" VALUES (1, 'S1', {n}, 'available', 1, 0)"
                    for n in (101, 102)
                ),
            ):
                connection.execute(text(statement.format(no="0" if db.engine.name == "sqlite" else "false")))
        with pytest.raises(SystemExit):
            flask_migrate.upgrade()
        assert "PHONE S1 at A-101; PHONE S1 at A-102" in caplog.text


def test_an_upgrade_brings_a_container_together_that_stood_in_two_places(app: Flask):
    """Once a pick could go into a tote at packing and be booked on the floor: movements of their own say so."""
    with app.app_context():
        flask_migrate.downgrade(revision=before("one_place"))
        no = "0" if db.engine.name == "sqlite" else "false"
        balance = "INSERT INTO balance (item_id, serial, location_id, container_id, condition, quantity, allocated)"
        with db.engine.begin() as connection:
            for statement in (
                "INSERT INTO warehouse (id, code, name, time_zone, priority) VALUES (1, 'W', 'W', 'UTC', 1)",
                "INSERT INTO item (id, sku, name, description, unit_weight_grams, tracking, has_expiry,"
                f" inspect_on_receipt, image_url) VALUES (1, 'MUG', 'M', '', 0, 'none', {no}, {no}, '')",
                *(
                    "INSERT INTO location (id, warehouse_id, code, kind, zone, sequence, is_pick_face, is_blocked)"
                    f" VALUES ({n}, 1, 'A-{n}', 'bin', '', 0, {no}, {no})"
                    for n in (101, 102, 103)
                ),
                *(
                    "INSERT INTO container (id, code, kind, warehouse_id, location_id, status)"
                    f" VALUES ({n}, 'TOTE-{n}', 'tote', 1, {place}, 'open')"
                    for n, place in ((1, 102), (2, 103), (3, 101))
                ),
                f"{balance} VALUES (1, '', 101, 1, 'available', 3, 0)",
                f"{balance} VALUES (1, '', 102, 1, 'available', 2, 0)",
                f"{balance} VALUES (1, '', 101, 1, 'hold', 1, 0)",
                f"{balance} VALUES (1, '', 102, 2, 'available', 4, 0)",
                f"{balance} VALUES (1, '', 103, 3, 'available', 0, 0)",
            ):
                connection.execute(text(statement))
        flask_migrate.upgrade()
        told = "SELECT container_id, location_id, condition, quantity FROM balance WHERE quantity > 0 ORDER BY 1, 2, 3"
        moved = "SELECT source_location_id, target_location_id, target_condition, quantity FROM movement ORDER BY id"
        with db.engine.connect() as connection:
            stands = [tuple(row) for row in connection.execute(text(told))]
            assert stands == [(1, 102, "available", 5), (1, 102, "hold", 1), (2, 102, "available", 4)]
            places = connection.execute(text("SELECT id, location_id FROM container ORDER BY id")).all()
            assert [tuple(row) for row in places] == [(1, 102), (2, 102), (3, 101)]
            rows = [tuple(row) for row in connection.execute(text(moved))]
            assert rows == [(101, 102, "available", 3), (101, 102, "hold", 1)]
            assert connection.execute(text("SELECT count(*) FROM unsealed")).scalar_one() == 1


def test_no_container_stands_elsewhere_than_what_is_in_it(app: Flask):
    """The database refuses it at the end of the transaction, whoever tries."""
    from app.db import transact
    from tests.stock.house import House

    def fill(session: Session) -> None:
        house = House(session)
        house.item("MUG")
        house.box("LPN-1", kind="lpn")
        house.bin("A-01")
        house.bin("B-01")
        house.adjust("MUG", 2, "A-01", container="LPN-1")

    with app.app_context():
        transact(fill)
        for statement in (
            "UPDATE container SET location_id = (SELECT id FROM location WHERE code = 'B-01') WHERE code = 'LPN-1'",
            "UPDATE container SET location_id = NULL WHERE code = 'LPN-1'",
            "UPDATE balance SET location_id = (SELECT id FROM location WHERE code = 'B-01')",
        ):
            with pytest.raises(IntegrityError), db.engine.begin() as connection:
                connection.execute(text(statement))
