"""A large file at the desk: the page says how far it is, and asks for the next moment of writing."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from app.imports.run import KINDS
from app.web.office import files

Browse = Callable[[str], FlaskClient]
ITEMS = "sku,name\n" + "".join(f"SKU-{number},Thing {number}\n" for number in range(20))


@pytest.fixture
def in_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request has time for a portion of four rows, and no more."""
    monkeypatch.setattr(KINDS["items"], "PORTION", 4)
    monkeypatch.setattr(files, "MOMENT_SECONDS", -1)


@pytest.mark.usefixtures("in_moments")
def test_a_large_file_says_how_far_it_is_until_it_is_taken(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    office = browse("office")
    sent = {"kind": "items", "file": (BytesIO(ITEMS.encode()), "items.csv")}
    page = office.post("/office/imports", data=sent, content_type="multipart/form-data")
    assert page.status_code == 200
    assert "Written so far: 0 of 20 rows" in page.text
    address = re.search(r'hx-post="(/office/imports/\d+)"', page.text)
    assert address
    monkeypatch.setattr(files, "MOMENT_SECONDS", 60)
    fragment = office.post(address[1], headers={"HX-Request": "true", "HX-Target": "taken"})
    assert "<html" not in fragment.text
    assert "20 rows, 20 new, 0 changed, 0 as they were" in fragment.text
    again = office.post(address[1])
    assert "<html" in again.text
    assert "20 rows, 20 new" in again.text


@pytest.mark.usefixtures("in_moments")
def test_a_dry_run_of_a_large_file_is_told_at_once(browse: Browse) -> None:
    sent = {"kind": "items", "dry_run": "on", "file": (BytesIO(ITEMS.encode()), "items.csv")}
    page = browse("office").post("/office/imports", data=sent, content_type="multipart/form-data")
    assert "Dry run, nothing was written: 20 rows, 20 new" in " ".join(page.text.split())


def test_a_file_that_there_is_not_cannot_go_on(browse: Browse) -> None:
    answer = browse("office").post("/office/imports/999")
    assert answer.status_code == 404
    assert "There is no such file. Go back and choose it again." in answer.text
