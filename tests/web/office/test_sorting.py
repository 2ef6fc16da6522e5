"""Lists put in another order, a page at a time: nothing comes twice, and nothing is left out."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from app.web.office import orders, stock

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

Browse = Callable[[str], "FlaskClient"]


@pytest.fixture
def shop(shop: "Flask", monkeypatch: pytest.MonkeyPatch) -> "Flask":
    """SO-1 without a day, SO-2 to SO-5 needed by the 9th, the 5th, no day and the 5th; two on each page."""
    from app.db import transact
    from app.orders.place import LineRequest, OrderRequest, place

    for module in (import_module("app.web.office.desk"), orders, stock):
        monkeypatch.setattr(module, "PAGE", 2)

    def work(session: object) -> None:
        for number, day in ((2, 9), (3, 5), (4, 0), (5, 5)):
            need_by = datetime(2026, 3, day, tzinfo=UTC) if day else None
            lines = [LineRequest(line_ref="1", sku="MUG", quantity=number)]
            place(session, OrderRequest(channel="web", order_ref=f"SO-{number}", lines=lines, need_by=need_by))  # type: ignore[arg-type]

    with shop.app_context():
        transact(work)
    return shop


def walked(client: "FlaskClient", address: str) -> list[str]:
    """The first cells of all pages."""
    seen: list[str] = []
    while address:
        page = client.get(address).text
        seen += re.findall(r"<tr><td[^>]*><a[^>]*>([^<]+)</a>", page)
        further = re.search(r'rel="next"\s+href="([^"]+)"', page)
        address = further[1].replace("&amp;", "&") if further else ""
        assert len(seen) < 20
    return seen


def test_open_orders_by_the_day_they_are_needed(browse: Browse) -> None:
    office = browse("office")
    assert walked(office, "/office/orders?status=open&sort=needed") == ["SO-3", "SO-5", "SO-2", "SO-1", "SO-4"]
    assert walked(office, "/office/orders?status=open") == ["SO-5", "SO-4", "SO-3", "SO-2", "SO-1"]
    assert walked(office, "/office/orders?sort=needed") == ["SO-5", "SO-4", "SO-3", "SO-2", "SO-1"], "open ones only"
    page = office.get("/office/orders?status=open&sort=needed").text
    assert 'aria-sort="ascending"' in page
    assert 'form="look-up" name="sort" value="needed"' in page, "a search keeps the order"


def test_stock_by_what_is_available(browse: Browse) -> None:
    office = browse("office")
    by_number = walked(office, "/office/stock?sort=fewest")
    assert by_number == ["MUG", "=cmd()", "CUP"], "fourteen mugs are promised, and ten are here"
    assert sorted(walked(office, "/office/stock")) == sorted(by_number)
    assert 'aria-sort="ascending"' in office.get("/office/stock?sort=fewest").text


@pytest.mark.parametrize("day", ["x", "2026-03-05", "9" * 99, "%00"])
def test_an_address_that_makes_no_sense_begins_somewhere_and_breaks_nothing(browse: Browse, day: str) -> None:
    office = browse("office")
    assert office.get(f"/office/orders?status=open&sort=needed&day={day}&after=3").status_code < 500
    assert office.get(f"/office/stock?sort=fewest&than={day}&after=A").status_code < 500
