"""Pick faces at the desk: set their levels, see which run low, have one filled."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.axe import violations_in_themes
from tests.web.office.at_the_desk import at_the_desk

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser

Browse = Callable[[str], "FlaskClient"]
FACE = {"location": "A-02", "sku": "MUG", "minimum": "3", "maximum": "8"}
PAGE = "/office/pick-faces"


def test_an_empty_page_says_how_to_begin(shop: "Flask", browse: Browse) -> None:
    page = browse("office").get(PAGE).text
    assert "No bin has a minimum and a maximum yet." in page
    assert 'href="/office/pick-faces"' in browse("office").get("/office/stock").text


def test_a_low_face_is_filled_from_the_desk(shop: "Flask", browse: Browse) -> None:
    client = browse("office")
    page = client.post(PAGE, data=FACE, follow_redirects=True).text
    assert re.search(r"A-02.*MUG.*Low.*Fill it now", page, re.S)
    assert "A-02" in client.get(f"{PAGE}?only=low").text
    page = client.post(f"{PAGE}/fillings", data={"location": "A-02"}, follow_redirects=True).text
    assert "Being filled" in page
    assert "Fill it now" not in page
    assert "Replenish" in client.get("/office/work").text
    page = client.post(f"{PAGE}/removals", data=FACE, follow_redirects=True).text
    assert "No bin has a minimum" in page


def test_what_was_typed_stays_where_it_is_refused(shop: "Flask", browse: Browse) -> None:
    client = browse("office")
    answer = client.post(PAGE, data=FACE | {"minimum": "9"})
    assert answer.status_code == 422
    assert "Give a minimum of at least 1" in answer.text
    assert 'value="A-02"' in answer.text
    assert "isn&#39;t a bin" in client.post(PAGE, data=FACE | {"location": "DOCK"}).text
    client.post(PAGE, data=FACE | {"sku": "CUP"})
    refused = client.post(f"{PAGE}/fillings", data={"location": "A-02"})
    assert (refused.status_code, "There is no reserve to fill A-02 from." in refused.text) == (422, True)


def test_an_auditor_looks_and_changes_nothing(shop: "Flask", browse: Browse) -> None:
    browse("office").post(PAGE, data=FACE)
    client = browse("auditor")
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Fill it now" not in page.text
    for address in (PAGE, f"{PAGE}/fillings", f"{PAGE}/removals"):
        assert client.post(address, data=FACE).status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_levels_are_set_by_keyboard_alone_on_any_width(shop: "Flask", browser: "Browser") -> None:
    with at_the_desk(shop, browser, "office") as page:
        page.goto(PAGE)
        for width in (360, 768, 1366):
            page.set_viewport_size({"width": width, "height": 640})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        for said in violations_in_themes(page).values():
            assert not said
        page.get_by_label("Bin", exact=True).focus()
        for value in FACE.values():
            page.keyboard.type(value)
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("Fill it now").wait_for()
        for said in violations_in_themes(page).values():
            assert not said
