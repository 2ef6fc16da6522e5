"""An empty production site is set up at the desk: every page is there, and each step says what is still missing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import reading, transact
from app.people.models import Operator
from app.people.pins import hash_pin
from app.places.layout import MOST_BINS, Aisles, bins_of, totes_of
from app.places.models import Container, Location, Warehouse
from app.refusal import Refused
from tests.web.conftest import OWN, PIN
from tests.web.office.test_desk import PAGES

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

OPEN = {"code": "EAST", "name": "East", "time_zone": "America/New_York", "priority": "100"}
BINS = {
    "what": "bins", "first": "A", "last": "B", "bays": "3", "levels": "2", "pick_levels": "1", "is_serpentine": "1",
}  # fmt: skip


@pytest.fixture
def owner(app: "Flask") -> "FlaskClient":
    """The one person of a site that has nothing yet."""

    def work(session: object) -> None:
        pin_hash = hash_pin(app.config["SETTINGS"], PIN, badge="")
        session.add(  # type: ignore[attr-defined]
            Operator(name="Owner", badge="OWNER", pin_hash=pin_hash, roles=["admin"], created_at=clock.now())
        )

    with app.app_context():
        transact(work)
    client = app.test_client()
    client.post("/sign-in", data={"badge": "OWNER", "pin": PIN}, headers=OWN)
    return client


def send(owner: "FlaskClient", path: str, **data: str) -> tuple[int, str]:
    answer = owner.post(f"/office/{path}", data=data, headers=OWN)
    return answer.status_code, answer.text


@contextmanager
def books(owner: "FlaskClient") -> Iterator[Session]:
    """What is written, between two requests."""
    with owner.application.app_context(), reading() as session:
        yield session


def codes(owner: "FlaskClient") -> list[str]:
    with books(owner) as session:
        return list(session.scalars(select(Location.code).where(Location.kind == "bin").order_by(Location.sequence)))


@pytest.mark.parametrize("path", [path for path in PAGES if not re.search(r"/1\b|MUG|PO-1", path)])
def test_every_page_of_the_desk_is_there_before_there_is_a_warehouse(owner: "FlaskClient", path: str) -> None:
    answer = owner.get(path)
    if answer.status_code == 303:
        assert answer.headers["Location"] == "/office/first-steps"
        answer = owner.get("/office/first-steps")
    assert answer.status_code == 200
    assert 'aria-current="page"' in answer.text


def test_from_nothing_to_a_warehouse_with_bins_totes_and_all_that_the_floor_needs(owner: "FlaskClient") -> None:
    assert "5 steps are left before this site can work." in owner.get("/office/").text
    assert owner.get("/office/first-steps").text.count("step-mark is-done") == 0
    assert send(owner, "warehouses", **OPEN)[0] == 303
    page = owner.get("/office/first-steps").text
    assert "missing: dock" in page.lower()
    assert send(owner, "places", what="usual")[0] == 303
    assert "missing:" not in owner.get("/office/first-steps").text
    status, shown = send(owner, "places", **BINS, dry_run="1")
    assert (status, codes(owner)) == (200, []), "shown first"
    assert "12 new places: A-01-1 to B-01-2" in shown
    assert send(owner, "places", **BINS)[0] == 303
    assert codes(owner) == [
        "A-01-1", "A-01-2", "A-02-1", "A-02-2", "A-03-1", "A-03-2", "B-03-1", "B-03-2", "B-02-1", "B-02-2", "B-01-1",
        "B-01-2",
    ]  # fmt: skip
    assert send(owner, "places", what="totes", prefix="T", first_tote="1", count="3")[0] == 303
    with books(owner) as session:
        assert session.scalars(select(Warehouse.time_zone)).all() == ["America/New_York"]
        assert session.scalars(select(Container.code).order_by(Container.code)).all() == ["T-001", "T-002", "T-003"]
        faces = session.scalars(select(Location.code).where(Location.is_pick_face).order_by(Location.code)).all()
        assert [code[-1] for code in faces] == ["1"] * 6


def test_what_is_there_already_stays_as_it_is(owner: "FlaskClient") -> None:
    send(owner, "warehouses", **OPEN)
    send(owner, "places", **BINS)
    with books(owner) as session:
        before = {row.code: row.sequence for row in session.scalars(select(Location))}
    status, page = send(owner, "places", **BINS)
    assert status == 422
    assert "All of these are there already." in page
    assert send(owner, "places", **BINS | {"bays": "4"}, dry_run="1")[1].count("A-04-1") > 0
    send(owner, "places", **BINS | {"bays": "4"})
    with books(owner) as session:
        after = {row.code: row.sequence for row in session.scalars(select(Location))}
    assert {code: after[code] for code in before} == before
    assert set(after) - set(before) == {"A-04-1", "A-04-2", "B-04-1", "B-04-2"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"code": ""}, "Give the warehouse a code"),
        ({"code": "a b"}, "Give the warehouse a code"),
        ({"name": " "}, "Give the warehouse a code"),
        ({"time_zone": "Mars/Olympus"}, "isn&#39;t a time zone"),
        ({"priority": "5000"}, "a priority from 1 to 1000"),
    ],
)
def test_a_warehouse_that_cannot_be_opened_says_why_and_keeps_what_was_typed(
    owner: "FlaskClient", wrong: dict[str, str], said: str
) -> None:
    status, page = send(owner, "warehouses", **OPEN | wrong)
    assert status == 422
    assert said in page
    assert ('value="East"' in page) is ("name" not in wrong and wrong.get("code") != "")


def test_a_code_names_one_warehouse_and_the_rest_of_it_can_be_changed(owner: "FlaskClient") -> None:
    send(owner, "warehouses", **OPEN)
    assert send(owner, "warehouses", **OPEN)[0] == 409
    assert send(owner, "warehouses/1", name="East 2", time_zone="Europe/Berlin", priority="5")[0] == 303
    assert send(owner, "warehouses/1", name="", time_zone="Europe/Berlin", priority="5")[0] == 422
    assert send(owner, "warehouses/9", name="X", time_zone="UTC", priority="5")[0] == 404
    with books(owner) as session:
        kept = session.scalars(select(Warehouse)).one()
        assert (kept.name, kept.time_zone, kept.priority) == ("East 2", "Europe/Berlin", 5)


def test_places_without_a_warehouse_ask_for_one_first(owner: "FlaskClient") -> None:
    status, page = send(owner, "places", what="usual")
    assert status == 422
    assert "There is no warehouse yet." in page


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"first": "C", "last": "A"}, "bad_aisles"),
        ({"first": "A", "last": "7"}, "bad_aisles"),
        ({"first": "A", "last": "AB"}, "bad_aisles"),
        ({"first": "", "last": ""}, "bad_aisles"),
        ({"bays": 0}, "bad_aisles"),
        ({"levels": 21}, "bad_aisles"),
        ({"pick_levels": 3}, "bad_aisles"),
        ({"last": "Z", "bays": 500}, "too_many_bins"),
    ],
)
def test_aisles_that_make_no_sense_are_refused(changes: dict[str, str | int], code: str) -> None:
    given: dict[str, str | int] = {"first": "A", "last": "B", "bays": 3, "levels": 2, "pick_levels": 1}
    with pytest.raises(Refused) as refusal:
        bins_of(Aisles(**given | changes))  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_aisles_may_be_numbers_and_wide() -> None:
    def names(**given: str | int) -> list[str]:
        return [place.code for place in bins_of(Aisles(levels=1, pick_levels=1, is_serpentine=False, **given))]  # type: ignore[arg-type]

    assert names(first="09", last="11", bays=1) == ["09-01-1", "10-01-1", "11-01-1"]
    assert names(first="9", last="10", bays=1) == ["9-01-1", "10-01-1"]
    assert names(first="aa", last="ab", bays=1) == ["AA-01-1", "AB-01-1"]
    assert names(first="A", last="A", bays=120)[-1] == "A-120-1"
    assert len(names(first="A", last="J", bays=500)) == MOST_BINS
    with pytest.raises(Refused) as refusal:
        totes_of("T 1", first=1, count=5)
    assert refusal.value.code == "bad_totes"


def test_the_overview_shows_the_order_that_waits_longest_and_the_delivery_that_comes_next(owner: "FlaskClient") -> None:
    from app.config import Settings
    from app.imports import run

    files = {
        "items": "sku,name\nMUG,Mug\n",
        "locations": "warehouse,code,kind\nMAIN,A-01,bin\n",
        "purchase-orders": "number,supplier,warehouse,line,sku,quantity,eta\n"
        + "".join(f"PO-{n},ACME,MAIN,1,MUG,5,2026-12-{20 - n:02}\n" for n in range(1, 10))
        + "PO-LATER,ACME,MAIN,1,MUG,5,\n",
        "orders": "channel,order_ref,line_ref,sku,quantity\n" + "".join(f"web,SO-{n},1,MUG,1\n" for n in range(1, 10)),
    }
    for kind, text in files.items():
        with owner.application.app_context():
            result = transact(lambda session, kind=kind, text=text: run(session, Settings(), kind, text, dry_run=False))
        assert result.ok, result.errors
    page = owner.get("/office/").text
    assert re.findall(r">(SO-\d)<", page) == [f"SO-{n}" for n in range(1, 7)]
    assert re.findall(r">(PO-\w+)<", page) == [f"PO-{n}" for n in range(9, 3, -1)]
