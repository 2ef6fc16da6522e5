"""The feed of movements: nothing comes twice, and nothing is passed by, whoever commits when."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import clock
from app.control.adjustments import Correction, adjust
from app.db import db, table, transact
from app.ledger.models import Posting, Unsealed
from app.ledger.seal import BATCH, seal, seal_beside
from app.people.actor import Actor
from app.web.api import stock
from tests.api.conftest import MakeApi
from tests.api.contract import Api
from tests.api.test_stock import adjustment


def skus(page: dict[str, list[dict[str, object]]]) -> list[object]:
    return [row["sku"] for row in page["items"]]


def test_an_erp_reads_on_where_it_stopped(house: Api) -> None:
    first = house("GET", "/movements").json
    assert (len(first["items"]), first["next"]) == (2, None)
    assert house("GET", f"/movements?after={first['resume']}").json == {**first, "items": []}

    house("POST", "/adjustments", adjustment(quantity=-1))
    house("POST", "/adjustments", adjustment(quantity=-2))
    one = house("GET", f"/movements?limit=1&after={first['resume']}").json
    assert ([row["quantity"] for row in one["items"]], one["next"]) == ([1], one["resume"])
    other = house("GET", f"/movements?after={one['next']}").json
    assert ([row["quantity"] for row in other["items"]], other["next"]) == ([2], None)


def test_an_empty_feed_has_a_cursor_to_come_back_with(api: Api) -> None:
    nothing = api("GET", "/movements").json
    assert (nothing["items"], nothing["next"]) == ([], None)
    assert api("GET", f"/movements?after={nothing['resume']}").json == nothing


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_posting_that_began_earlier_and_commits_later_is_not_passed_by(
    app: Flask, house: Api, make_api: MakeApi
) -> None:
    """SQLite has one writer: there ids are in the order of commits. Two people, as one person's corrections wait for
    each other: they add up."""
    somebody_else = make_api("mia")
    seen = house("GET", "/movements").json
    actor = Actor(operator_id=1, name="desk", roles=frozenset({"office"}))
    with app.app_context(), Session(db.engine) as slow:
        settings = app.config["SETTINGS"]
        lost = Correction(warehouse="MAIN", location="A-02", sku="LAMP", quantity=-1, reason="damage")
        early = adjust(slow, actor, settings, lost)
        late = somebody_else("POST", "/adjustments", adjustment(sku="MUG", quantity=-1)).json
        assert early.posting_id < late["posting"]
        before = house("GET", f"/movements?after={seen['resume']}").json
        assert skus(before) == ["MUG"]
        slow.commit()
    after = house("GET", f"/movements?after={before['resume']}").json
    assert skus(after) == ["LAMP"]
    assert skus(house("GET", "/movements").json)[-2:] == ["MUG", "LAMP"]


def test_the_end_of_the_feed_is_said_only_when_everything_is_sealed(app: Flask, house: Api) -> None:
    facts = {"reason": "found", "device": "", "document_type": "", "document": "", "note": ""}
    moments = {"occurred_at": clock.now(), "recorded_at": clock.now()}
    headers = [{"key": f"bulk-{n}", **facts, **moments} for n in range(BATCH)]
    with app.app_context():
        transact(lambda session: session.execute(insert(table(Posting)), headers))
    house("POST", "/adjustments", adjustment(quantity=-1))
    pages, after = [], ""
    while after is not None:
        page = house("GET", f"/movements?after={after}").json
        pages.append(skus(page))
        after = page["next"]
    assert pages == [["MUG", "LAMP"], ["MUG"]]


def test_the_feed_ends_in_a_house_that_goes_on_posting(app: Flask, house: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = Actor(operator_id=1, name="desk", roles=frozenset({"office"}))

    def seal_and_somebody_posts(write: Any, read: Any) -> int:
        sealed = seal_beside(write, read)
        lost = Correction(warehouse="MAIN", location="A-01", sku="MUG", quantity=-1, reason="damage")
        write(lambda session: adjust(session, actor, app.config["SETTINGS"], lost))
        return sealed

    monkeypatch.setattr(stock, "seal_beside", seal_and_somebody_posts)
    first = house("GET", "/movements").json
    assert (skus(first), first["next"]) == (["MUG", "LAMP"], None)
    second = house("GET", f"/movements?after={first['resume']}").json
    assert (skus(second), second["next"]) == (["MUG"], None), "nothing is passed by"


def test_who_reads_one_item_goes_on_behind_what_others_did(house: Api) -> None:
    first = house("GET", "/movements?sku=LAMP").json
    house("POST", "/adjustments", adjustment(sku="MUG", quantity=-1))
    other = house("GET", f"/movements?sku=LAMP&after={first['resume']}").json
    assert (other["items"], other["next"]) == ([], None)
    assert other["resume"] != first["resume"]
    assert house("GET", f"/movements?after={other['resume']}").json["items"] == [], "all of that was looked at"
    house("POST", "/adjustments", adjustment(sku="LAMP", location="A-02", quantity=-1))
    assert skus(house("GET", f"/movements?sku=LAMP&after={other['resume']}").json) == ["LAMP"]


def test_only_what_has_no_seal_is_looked_at(app: Flask, house: Api) -> None:
    house("GET", "/movements")
    house("POST", "/adjustments", adjustment(quantity=-1))
    with app.app_context(), Session(db.engine) as session:
        waiting = session.scalars(select(table(Unsealed).c.posting_id)).all()
        assert waiting == session.scalars(select(Posting.id).order_by(Posting.id.desc()).limit(1)).all()
        assert (seal(session), seal(session)) == (1, 0)
        session.rollback()
