"""The links are what they always were, whoever writes the text that is hashed; and reading them all needs no room."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.control.verification import rebuild, verify
from app.db import db, reading, table, transact
from app.ledger.checks.stock import PORTIONS
from app.ledger.heads import Head, heads_in
from app.ledger.history import latest
from app.ledger.models import Movement, Posting
from app.ledger.post import Header, Move, Place, post
from app.ledger.seal import head, links, seal, seal_beside
from app.places.models import ADJUSTMENT
from tests.stock.house import House
from tests.stock.test_guards import tamper

HOSTILE = "".join(map(chr, range(1, 0x180))) + "“„€😀\u2028\uffff" + '"\\/'


def reference(session: Session) -> str:
    """The chain as its first form said it: JSON made by Python of the rows as objects, in the order of the ids."""
    last = ""
    for header in session.execute(select(table(Posting)).order_by(Posting.id)).all():
        mine = select(table(Movement)).where(Movement.posting_id == header.id).order_by(Movement.id)
        facts = [
            {name: value for name, value in row._mapping.items() if value is not None}
            for row in (header, *session.execute(mine))
        ]
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"), default=_moment)
        last = hashlib.sha256(f"{last}{text}".encode()).hexdigest()
    return last


def _moment(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat(timespec="microseconds")


def seal_all(session: Session) -> None:
    while seal(session):
        pass


@pytest.mark.parametrize("lines", [1, 2, 20, 21, 250])
def test_the_database_writes_the_text_that_python_wrote(session: Session, lines: int) -> None:
    house = House(session)
    for words in ("plain", HOSTILE, "Gerät Ä", "tab\tline\n", ""):
        place = Place(house.bin("A-01").id)
        move = Move(house.item("MUG").id, 1, Place(ADJUSTMENT), place, serial=words if lines == 1 else "")
        post(session, Header(key=f"k:{words}", reason="opening", device=words or "?", note=words), [move] * lines)
    session.flush()
    seal_all(session)
    assert head(session).hash == reference(session)
    if lines > 1:
        assert verify(session).ok


def test_moments_of_any_year_are_hashed_with_four_digits(session: Session) -> None:
    house = House(session)
    moment = datetime.fromisoformat("0213-09-24T05:55:02.000001+00:00")
    move = Move(house.item("MUG").id, 1, Place(ADJUSTMENT), Place(house.bin("A-01").id))
    post(session, Header(key="old", reason="opening", device="tests", occurred_at=moment), [move])
    seal_all(session)
    assert head(session).hash == reference(session)


def test_a_run_that_was_stopped_goes_on_behind_the_last_link_it_proved(session: Session) -> None:
    house = House(session)
    for _ in range(5):
        house.stock("MUG", 1)
    seal_all(session)
    proved: list[Head] = []
    assert verify(session, proved=proved.append).ok
    assert proved == [head(session)]
    seen = list(links(session, after=proved[0].position))
    assert seen == []
    house.stock("MUG", 1)
    seal_all(session)
    assert verify(session, since=proved[0], proved=proved.append).ok
    assert proved[1] == head(session)
    other = Head(3, "a" * 64)
    assert [(found.what, found.key) for found in verify(session, since=other).differences] == [
        ("head", (3,)),
        ("seal", (4,)),
    ]


def test_a_head_that_was_kept_elsewhere_betrays_a_chain_that_was_cut_off(session: Session) -> None:
    house = House(session)
    for _ in range(3):
        house.stock("MUG", 1)
    seal_all(session)
    kept = head(session)
    assert heads_in(f"2026-11-25 the head was {kept}, so it was.\n") == (kept,)
    assert verify(session, heads=(kept,)).ok
    beyond = Head(kept.position + 1, kept.hash)
    assert [found.key for found in verify(session, heads=(kept, beyond)).differences] == [(4,)]


def test_every_item_is_replayed_whatever_portion_it_falls_into(session: Session) -> None:
    house = House(session)
    for number in range(2 * PORTIONS + 30):
        house.stock(f"I-{number}", 2)
    session.execute(text("UPDATE balance SET quantity = quantity + 1 WHERE item_id % 10 = 7"))
    wrong = session.scalar(text("SELECT count(*) FROM balance WHERE item_id % 10 = 7"))
    told: list[tuple[str, int, int]] = []
    report = verify(session, tell=lambda name, done, of: told.append((name, done, of)))
    assert {found.what for found in report.differences} == {"balance"}
    assert report.found == wrong
    assert max(done for name, done, _ in told if name == "stock") > 90
    assert rebuild(session).found == wrong
    assert verify(session).ok
    assert verify(session).items == 2 * PORTIONS + 30


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_doctor_writes_a_short_year_anew_and_the_chain_is_as_it_was(session: Session, app: Flask) -> None:
    """A move with a time of the year 213, stored as ``213-...``, stopped the sealer and every history for good."""
    house = House(session)
    house.stock("MUG", 1)
    moment = datetime.fromisoformat("0213-09-24T05:55:02.000001+00:00")
    move = Move(house.item("MUG").id, 1, Place(ADJUSTMENT), Place(house.bin("A-01").id))
    post(session, Header(key="old", reason="opening", device="tests", occurred_at=moment), [move])
    session.commit()
    tamper(session, "UPDATE posting SET occurred_at = substr(occurred_at, 2) WHERE key = 'old'")
    assert session.scalar(text("SELECT occurred_at FROM posting WHERE key = 'old'")).startswith("213-")
    assert latest(session)[0].occurred_at == moment, "it is read back before it is mended"
    seal_all(session)
    before = head(session)
    assert verify(session, heads=(before,)).ok
    session.commit()
    said = app.test_cli_runner().invoke(args=["doctor"]).output
    assert "1 in posting.occurred_at have a year of fewer than four digits" in said
    assert "mended: 1 moments" in app.test_cli_runner().invoke(args=["doctor", "--mend"]).output
    assert session.scalar(text("SELECT occurred_at FROM posting WHERE key = 'old'")).startswith("0213-")
    assert "fewer than four" not in app.test_cli_runner().invoke(args=["doctor"]).output
    assert verify(session, heads=(before,)).ok
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("UPDATE posting SET note = 'x'"))


def test_what_is_hashed_is_read_beside_the_writers(app: Flask) -> None:
    with app.app_context():
        transact(lambda session: House(session).stock("MUG", 3))
        under_the_lock: list[str] = []

        def write(work: Callable[[Session], Any]) -> Any:
            begin = len(said)
            found = transact(work)
            under_the_lock.extend(said[begin:])
            return found

        said: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            said.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        assert seal_beside(write, reading) == 1
        event.remove(db.engine, "before_cursor_execute", note)
        assert under_the_lock
        assert [each for each in under_the_lock if "movement" in each] == []
        with reading() as session:
            assert head(session).hash == reference(session)


def test_links_that_somebody_was_faster_with_are_computed_again(app: Flask) -> None:
    """Two workers, or a reader of the feed, seal at once: the chain has one end."""
    with app.app_context():
        transact(lambda session: House(session).stock("MUG", 3))
        tries = iter(("late",))

        def write(work: Callable[[Session], Any]) -> Any:
            if next(tries, None):
                transact(lambda session: seal(session))
                transact(lambda session: House(session).stock("MUG", 4))
            return transact(work)

        assert seal_beside(write, reading) == 1
        with reading() as session:
            assert head(session) == Head(2, reference(session))
            assert verify(session).ok
