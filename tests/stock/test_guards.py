"""The past does not change: refused by triggers, and found by the proof where somebody went behind them."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.control.verification import rebuild, verify
from app.db import UtcDateTime, db, table
from app.ledger import guards
from app.ledger.models import Movement, Posting
from app.ledger.seal import head, seal
from tests.stock.house import House

UPSERT = "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT ({key}) DO UPDATE SET {key} = excluded.{key}"
ATTACKS = {
    "sqlite": ["UPDATE {table} SET {key} = {key}", "DELETE FROM {table}", UPSERT]
    + [f"{verb} INTO {{table}} SELECT * FROM {{table}}" for verb in ("REPLACE", "INSERT OR REPLACE")],
    "postgresql": ["UPDATE {table} SET {key} = {key}", "DELETE FROM {table}", UPSERT, "TRUNCATE {table} CASCADE"],
}


def sold(session: Session) -> House:
    """A little history, all of it sealed and committed."""
    house = House(session)
    house.stock("MUG", 9)
    house.order("SO-1", ("MUG", 5))
    house.unship(house.fulfil("SO-1", 2))
    house.adjust("MUG", -1)
    session.commit()
    while seal(session):
        session.commit()
    session.commit()
    return house


def tamper(session: Session, *statements: str) -> None:
    """Write as a superuser who means it: no trigger and no foreign key stands in the way."""
    session.commit()
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            for statement in ("SET LOCAL session_replication_role = replica", *statements):
                connection.execute(text(statement))
        return
    with closing(sqlite3.connect(str(engine.url.database))) as file:
        triggers = file.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for statement in (
            *(f"DROP TRIGGER {name}" for name, _ in triggers),
            *statements,
            *(sql for _, sql in triggers),
        ):
            file.execute(statement)
        file.commit()


@pytest.mark.parametrize("guarded", list(guards.GUARDED))
def test_update_delete_truncate_replace_and_upsert_are_refused(session: Session, guarded: str):
    house = sold(session)
    before = (house.movements(), house.postings(), head(session))
    dialect = session.get_bind().dialect.name
    for attack in ATTACKS[dialect]:
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(text(attack.format(table=guarded, key=guards.GUARDED[guarded][0])))
    assert (house.movements(), house.postings(), head(session)) == before
    assert verify(session).ok


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("guarded", list(guards.GUARDED))
def test_replace_is_refused_to_a_client_that_never_heard_of_recursive_triggers(session: Session, guarded: str):
    sold(session)
    session.execute(text("PRAGMA recursive_triggers = OFF"))
    assert session.scalar(text("PRAGMA recursive_triggers")) == 0
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(f"REPLACE INTO {guarded} SELECT * FROM {guarded}"))


VICTIM = 3
"""The packing: the movement and the posting of this id go from a real place to a real place."""
LONG_AGO = {"sqlite": "'2001-01-01T00:00:00.000000Z'", "postgresql": "'2001-01-01 00:00:00+00'"}
COLUMNS = [
    (model.__tablename__, column.name)
    for model in (Posting, Movement)
    for column in table(model).columns
    if column.name != "id"
]


def another_value(session: Session, name: str, column: str) -> str:
    """Something else that the column can hold."""
    of = db.metadata.tables[name].columns[column]
    if isinstance(of.type, UtcDateTime):
        return LONG_AGO[session.get_bind().dialect.name]
    if of.type.python_type is int:
        return "7777" if of.nullable else f"{column} + 1"
    return "'damaged'" if "condition" in column else "'edited'"


@pytest.mark.parametrize(("name", "column"), COLUMNS, ids=lambda part: str(part))
def test_an_edit_of_any_column_is_found_and_named(session: Session, name: str, column: str):
    sold(session)
    assert verify(session).ok
    tamper(session, f"UPDATE {name} SET {column} = {another_value(session, name, column)} WHERE id = {VICTIM}")
    differences = verify(session).differences
    sealed = {difference.key[0] for difference in differences if difference.what == "seal"}
    assert VICTIM in sealed
    assert len(sealed) == (2 if column == "posting_id" else 1)  # the posting that lost a movement, the one that got it
    # Without the seal, the replay finds what moves stock and nothing else: not who, when, why, or for what.
    replayed = [difference for difference in differences if difference.what != "seal"]
    assert bool(replayed) == (name == "movement" and column != "posting_id")


@pytest.mark.parametrize(
    ("statement", "posting"),
    [
        (f"DELETE FROM movement WHERE id = {VICTIM}", VICTIM),
        (f"DELETE FROM posting WHERE id = {VICTIM}", VICTIM),
        (f"DELETE FROM seal WHERE posting_id = {VICTIM}", VICTIM + 1),
        (f"UPDATE seal SET hash = 'edited' WHERE posting_id = {VICTIM}", VICTIM),
        (f"UPDATE seal SET position = position + 100 WHERE posting_id = {VICTIM}", VICTIM),
        (f"UPDATE movement SET id = 1000 WHERE id = {VICTIM}", VICTIM),
        (
            "INSERT INTO movement (posting_id, item_id, serial, quantity, source_location_id, source_condition,"
            " target_location_id, target_condition)"
            f" SELECT posting_id, item_id, serial, 1, source_location_id, source_condition, target_location_id,"
            f" target_condition FROM movement WHERE id = {VICTIM}",
            VICTIM,
        ),
    ],
    ids=lambda part: str(part)[:32],
)
def test_what_is_deleted_forged_or_sealed_anew_is_found_and_named(session: Session, statement: str, posting: int):
    sold(session)
    tamper(session, statement)
    assert posting in {difference.key[0] for difference in verify(session).differences if difference.what == "seal"}


def test_whoever_cuts_the_end_off_is_betrayed_by_the_head_that_was_kept_elsewhere(session: Session):
    house = sold(session)
    kept = head(session)
    last = house.postings()
    tamper(
        session,
        f"DELETE FROM seal WHERE posting_id = {last}",
        f"DELETE FROM movement WHERE posting_id = {last}",
        f"DELETE FROM posting WHERE id = {last}",
    )
    assert not [difference for difference in verify(session).differences if difference.what == "seal"]
    assert head(session) != kept


def test_a_posting_that_commits_late_is_sealed_when_it_is_seen(session: Session):
    engine = session.get_bind()
    if engine.dialect.name == "sqlite":
        pytest.skip("one writer at a time: nothing commits late")
    house = sold(session)
    sealed = head(session)[0]
    with Session(engine, expire_on_commit=False) as other:
        House(other).stock("CUP", 1)  # takes the lower id and does not commit yet
        house.stock("MUG", 1)
        session.commit()
        assert seal(session) == 1
        session.commit()
        other.commit()
    assert seal(session) == 1
    session.commit()
    order = session.execute(text("SELECT posting_id FROM seal ORDER BY position DESC LIMIT 2")).scalars().all()
    assert order == sorted(order)  # the late one is last in the chain, although its id is lower
    assert head(session)[0] == sealed + 2
    assert verify(session).ok


def test_the_seal_is_made_in_portions_and_again_finds_nothing_to_do(session: Session):
    house = House(session)
    for _ in range(5):
        house.stock("MUG", 1)
    assert [seal(session, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert head(session)[0] == 5
    assert verify(session).ok


def test_the_proof_repairs_nothing_and_rebuild_says_what_it_repaired(session: Session):
    house = sold(session)
    session.execute(text("UPDATE availability SET committed = committed + 1, inbound = 4"))
    session.execute(text("UPDATE balance SET quantity = quantity + 2 WHERE quantity > 0"))
    session.execute(text("INSERT INTO balance (item_id, serial, location_id, condition, quantity, allocated)"
                         " SELECT item_id, 'ghost', location_id, condition, 1, 0 FROM balance LIMIT 1"))  # fmt: skip
    first, again = verify(session).differences, verify(session).differences
    assert first == again
    assert {difference.what for difference in first} == {"committed", "inbound", "balance", "held"}
    assert rebuild(session).differences == first
    assert verify(session).ok
    assert house.sums("MUG") == (8, 0, 5, 0)


def test_a_posting_that_slipped_past_the_sealer_is_found(session: Session):
    sold(session).adjust("MUG", -1)
    session.commit()
    waiting = session.scalar(text("SELECT posting_id FROM unsealed"))
    assert verify(session).ok
    tamper(session, "DELETE FROM unsealed")
    assert [(found.what, found.key) for found in verify(session).differences] == [("seal", (waiting,))]
