"""A wave at the desk says how far it is, for a moment at a time."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.web.office.at_the_desk import at_the_desk
from tests.web.office.test_desk import row_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser

Browse = Callable[[str], "FlaskClient"]


@pytest.fixture
def many(shop: "Flask", monkeypatch: pytest.MonkeyPatch) -> "Flask":
    """SO-1 to SO-4, a transaction each, and a moment that is over at once; SO-2 finds nothing to be chosen."""
    from app.db import transact
    from app.orders import backorders
    from app.orders.place import LineRequest, OrderRequest, place
    from app.web.office import waves

    monkeypatch.setattr(waves, "MOMENT_SECONDS", 0)
    monkeypatch.setattr(backorders, "LINES_AT_ONCE", 0)

    def work(session: object) -> None:
        for ref, sku in (("SO-2", "CUP"), ("SO-3", "MUG"), ("SO-4", "MUG")):
            lines = [LineRequest(line_ref="1", sku=sku, quantity=1)]
            place(session, OrderRequest(channel="web", order_ref=ref, lines=lines))  # type: ignore[arg-type]

    with shop.app_context():
        transact(work)
    return shop


def _hidden(page: str) -> dict[str, str]:
    form = page.split('id="wave"')[1]
    return dict(re.findall(r'type="hidden"\s+name="(\w+)"\s+value="(\d+)"', form))


def test_it_says_how_far_it_is_and_goes_on_where_it_was(many: "Flask", browse: Browse) -> None:
    client = browse("office")
    answer, seen = client.post("/office/waves"), []
    while answer.status_code == 200:
        assert "stay open: release again to go on" in answer.text
        seen.append(re.findall(r'<progress max="(\d)" value="(\d)"', answer.text)[0])
        answer = client.post("/office/waves", data=_hidden(answer.text))
    assert seen == [("4", "1"), ("4", "2"), ("4", "3")]
    assert answer.headers["Location"] == "/office/work?released=4"


def test_a_page_that_is_closed_leaves_the_rest_for_the_next_wave(many: "Flask", browse: Browse) -> None:
    client = browse("office")
    assert _hidden(client.post("/office/waves").text)["released"] == "1"
    page = client.post("/office/waves").text
    assert re.findall(r'<progress max="(\d)" value="(\d)"', page) == [("3", "1")]


def test_an_order_for_which_nothing_can_be_chosen_is_passed_by(many: "Flask", browse: Browse) -> None:
    """It stays a candidate: whoever began again from the first would never end."""
    from app.db import transact
    from app.places.models import Location

    with many.app_context():
        transact(lambda session: session.query(Location).filter_by(code="A-02").update({"is_blocked": True}))
    client = browse("office")
    answer = client.post("/office/waves")
    for _portion in range(3):
        answer = client.post("/office/waves", data=_hidden(answer.text))
    assert answer.headers["Location"] == "/office/work?released=3"
    with many.app_context():
        transact(lambda session: session.query(Location).filter_by(code="A-02").update({"is_blocked": False}))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_goes_on_by_itself_and_ends_at_the_open_work(many: "Flask", browser: "Browser") -> None:
    with at_the_desk(many, browser, "office") as page:
        page.goto("/office/work")
        page.get_by_role("button", name="Release orders to the floor").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/office/work?released=4")
        assert row_of(page.content(), "SO-4")
