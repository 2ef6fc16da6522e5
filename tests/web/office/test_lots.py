"""A lot at the desk: where it is, and its date put right."""

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.axe import violations_in_themes
from tests.web.office.at_the_desk import at_the_desk

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser

Browse = Callable[[str], "FlaskClient"]
MILK = {"sku": "MILK", "lot": "L/1"}
WRONG, RIGHT = date(2020, 1, 31), date(2099, 1, 31)


@pytest.fixture
def milk(shop: "Flask") -> "Flask":
    """7 of lot L/1 in A-02, expired by a mistyped date."""
    from app.db import transact
    from app.ledger.post import Header, Move, Place, post
    from app.orders.expire import hold_expired
    from app.places.models import ADJUSTMENT
    from tests.stock.house import House

    def work(session: object) -> None:
        house = House(session, warehouse="MAIN")  # type: ignore[arg-type]
        item = house.item("MILK", tracking="lot", has_expiry=True)
        lot, place = house.lot("MILK", "L/1", WRONG), Place(house.bin("A-02", warehouse="MAIN").id)
        move = Move(item.id, 7, Place(ADJUSTMENT), place, lot_id=lot.id)
        post(house.session, Header(key="milk", reason="found", device="tests"), [move])
        hold_expired(house.session, house.warehouse("MAIN"))

    with shop.app_context():
        transact(work)
    return shop


def correction(**changes: str) -> dict[str, str]:
    return {**MILK, "known": str(WRONG), "expiry": str(RIGHT), "reason": "misread", **changes}


def test_the_page_of_an_item_leads_to_its_lots(milk: "Flask", browse: Browse) -> None:
    client = browse("office")
    address = re.search(r'href="(/office/lots\?[^"]+)"', client.get("/office/items/MILK").text)
    assert address
    page = client.get(address[1].replace("&amp;", "&")).text
    assert "Good until 31 Jan 2020" in page
    assert "A-02" in page


def test_a_corrected_date_shows_what_followed_who_did_it_and_why(milk: "Flask", browse: Browse) -> None:
    client = browse("office")
    page = client.post("/office/expiry-corrections", data=correction(), follow_redirects=True).text
    assert "7 pieces are for sale again." in page
    assert "Good until 31 Jan 2099" in page
    assert re.search(r"Expiry date corrected.*2020-01-31 → 2099-01-31.*misread.*office", page, re.S)


def test_what_was_typed_stays_where_a_correction_is_refused(milk: "Flask", browse: Browse) -> None:
    answer = browse("office").post("/office/expiry-corrections", data=correction(reason=" "))
    assert answer.status_code == 422
    assert "Say why the date of lot L/1 is another one." in answer.text
    assert 'value="2099-01-31"' in answer.text
    assert browse("office").post("/office/expiry-corrections", data=correction(expiry="31.1.")).status_code == 422
    late = browse("office").post("/office/expiry-corrections", data=correction(known="2021-01-01"))
    assert late.status_code == 409
    assert "Someone has changed this lot&#39;s date." in late.text


def test_a_lot_that_is_not_there_has_no_page(milk: "Flask", browse: Browse) -> None:
    for address in ("/office/lots", "/office/lots?sku=MILK&lot=L9", "/office/lots?sku=NO&lot=L/1"):
        assert browse("office").get(address).status_code == 404
    assert browse("office").post("/office/expiry-corrections", data=correction(lot="L9")).status_code == 404


def test_an_auditor_looks_and_changes_nothing(milk: "Flask", browse: Browse) -> None:
    client = browse("auditor")
    page = client.get("/office/lots", query_string=MILK)
    assert page.status_code == 200
    assert "Correct the expiry date" not in page.text
    assert client.post("/office/expiry-corrections", data=correction()).status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_date_is_corrected_by_keyboard_alone_on_any_width(milk: "Flask", browser: "Browser") -> None:
    with at_the_desk(milk, browser, "office") as page:
        page.set_viewport_size({"width": 360, "height": 640})
        page.goto("/office/lots?sku=MILK&lot=L/1")
        page.locator("summary").click()
        for said in violations_in_themes(page).values():
            assert not said
        for width in (360, 768, 1366):
            page.set_viewport_size({"width": width, "height": 640})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.reload()
        page.locator("summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("10102099")  # the month or the day first, as the browser likes
        while page.evaluate("document.activeElement.name") != "reason":
            page.keyboard.press("Tab")
        page.keyboard.type("misread")
        page.keyboard.press("Enter")
        page.get_by_text("7 pieces are for sale again.").wait_for()
