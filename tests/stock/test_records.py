"""Scans and changes of people are in the chain of seals: an edit shows, and the head that was kept elsewhere tells."""

from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import clock
from app.control.verification import verify
from app.db import table
from app.floor.loop.scan_record import forget_answers, heard
from app.ledger.heads import heads_in
from app.ledger.models import RecordSeal
from app.ledger.records import SETTLED, seal_records
from app.ledger.seal import head, seal
from app.people import changes
from app.work import anchor
from tests.stock.house import House
from tests.stock.test_guards import tamper


def scanned(session: Session, count: int, *, at: datetime) -> None:
    """Somebody scans so many labels, at that time; and is given a role."""
    person = House(session).actor().operator_id
    row = {
        "task_id": None,
        "operator_id": person,
        "device": "Gerät 1",
        "kind": "scan",
        "code": "MUG",
        "expected": "item",
    }
    row |= {"outcome": "accepted", "answer_code": "item_confirmed", "note": None, "said_at": None, "body_hash": "x"}
    row |= {"answer": {"said": "Scan the tote"}, "scanned_at": at, "received_at": at}
    known = session.scalar(text("SELECT count(*) FROM scan")) or 0
    for number in range(known, known + count):
        session.execute(insert(heard), row | {"scan_id": f"scan-{number}"})
    with pytest.MonkeyPatch.context() as then:
        then.setattr(clock, "now", lambda: at)
        changes.note(session, operator_id=person, by_id=None, what="roles", detail="counter")
        session.flush()


def sealed(session: Session) -> None:
    """A little history, a while ago, all of it sealed and committed."""
    House(session).stock("MUG", 1)
    scanned(session, 5, at=clock.now() - 2 * SETTLED)
    while seal(session) or seal_records(session, limit=3):
        pass
    session.commit()


def found(session: Session) -> list[tuple[str, tuple[int | str, ...]]]:
    return [(one.what, one.key) for one in verify(session).differences]


def test_scans_and_changes_of_people_join_the_chain_when_they_have_settled(session: Session) -> None:
    sealed(session)
    ids = session.execute(select(RecordSeal.record, RecordSeal.ids).order_by(RecordSeal.position)).all()
    assert ids == [("scan", "1-3"), ("scan", "4-5"), ("operator_change", "1")]
    assert head(session).position == 4
    scanned(session, 2, at=clock.now())
    assert seal_records(session) == 0, "the newest wait: one with a lower id may still be on its way"
    assert found(session) == []
    assert forget_answers(session, before=clock.now()) > 0
    assert found(session) == [], "what a scan was answered is not bound"


@pytest.mark.parametrize(
    ("statement", "key"),
    [
        ("UPDATE scan SET code = 'CUP' WHERE id = 2", ("scan", "1-3")),
        ("UPDATE scan SET operator_id = operator_id + 1 WHERE id = 4", ("scan", "4-5")),
        ("UPDATE scan SET note = 'by mistake' WHERE id = 5", ("scan", "4-5")),
        ("DELETE FROM scan WHERE id = 3", ("scan", "1-3")),
        ("UPDATE operator_change SET detail = 'picker'", ("operator_change", "1")),
        ("DELETE FROM operator_change", ("operator_change", "1")),
        ("UPDATE record_seal SET ids = '4-6' WHERE ids = '4-5'", ("scan", "4-6")),
    ],
    ids=str,
)
def test_an_edit_behind_the_triggers_is_found_and_its_link_named(
    session: Session, statement: str, key: tuple[str, str]
) -> None:
    sealed(session)
    assert found(session) == []
    tamper(session, statement)
    assert ("record", key) in found(session)


def test_a_row_that_slipped_in_between_is_found(session: Session) -> None:
    sealed(session)
    tamper(session, "UPDATE record_seal SET ids = '1-2' WHERE ids = '1-3'")
    assert ("record", ("scan", 3)) in found(session)


@pytest.mark.parametrize(("guarded", "column"), [("scan", "id"), ("operator_change", "id"), ("record_seal", "ids")])
def test_nobody_edits_or_deletes_them_in_passing(session: Session, guarded: str, column: str) -> None:
    sealed(session)
    for statement in (f"DELETE FROM {guarded}", f"UPDATE {guarded} SET {column} = {column}"):
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(text(statement))


def test_a_scan_that_is_committed_late_gets_a_link_of_its_own(session: Session) -> None:
    sealed(session)
    session.execute(
        insert(table(RecordSeal)), {"position": 5, "record": "scan", "ids": "8", "hash": ""}
    )  # as if 6 and 7 had been on their way
    scanned(session, 2, at=clock.now())
    assert seal_records(session) == 2
    assert session.scalars(select(RecordSeal.ids).order_by(RecordSeal.position.desc())).first() == "6-7"


CUTS = {
    "the tail is cut off": ["DELETE FROM seal WHERE position = 2", "DELETE FROM movement WHERE posting_id = 2",
                            "DELETE FROM posting WHERE id = 2"],
    "it is edited and sealed again": ["UPDATE posting SET note = 'edited' WHERE id = 2",
                                      "DELETE FROM seal WHERE position = 2", "INSERT INTO unsealed VALUES (2)"],
}  # fmt: skip


@pytest.mark.parametrize("cut", list(CUTS))
def test_a_head_in_the_owners_file_betrays_what_the_database_alone_cannot(
    session: Session, app: Flask, tmp_path: Path, cut: str
) -> None:
    house = House(session)
    house.stock("MUG", 1)
    house.stock("MUG", 2)
    while seal(session):
        pass
    session.commit()
    file = tmp_path / "heads"
    settings = app.config["SETTINGS"].__class__(**{**app.config["SETTINGS"].__dict__, "ledger_head_file": str(file)})
    assert [anchor.write(settings), anchor.write(settings)] == [1, 0]
    kept = heads_in(file.read_text())
    assert kept == (head(session),)
    assert verify(session, heads=kept).ok
    tamper(session, *CUTS[cut])
    while seal(session):
        pass
    session.commit()
    assert {what for what, _key in found(session)} <= {"balance", "on_hand"}, "every link fits"
    assert ("head", (2,)) in [(one.what, one.key) for one in verify(session, heads=kept).differences]
