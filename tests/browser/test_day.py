"""One whole day in the real app, in a real browser, with nothing but a mouse on the barcodes of the screen.

Goods come in, are put away, ordered, picked, packed and shipped; one unit comes back and is inspected.
"""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app import clock
from app.control.verification import verify
from app.db import reading, transact
from app.imports import run
from app.orders.availability import availability
from app.orders.models import Order
from app.orders.place import LineRequest, OrderRequest, place
from app.orders.waves import release_wave
from app.people.models import Operator
from app.people.pins import hash_pin
from app.places.warehouses import warehouse_of
from app.returns.authorise import authorise
from tests.servers import Server

FILES = {
    "items": "sku,name,tracking,has_expiry\nMUG,Blue mug,none,no\nTEA,Green tea,lot,yes\n",
    "barcodes": "sku,barcode,quantity\nMUG,2900000000018,1\nMUG,2900000000025,6\nTEA,2900000000032,1\n",
    "locations": "warehouse,code,kind,sequence\n"
    "MAIN,DOCK-1,dock,0\nMAIN,PACK-1,pack,0\nMAIN,STAGE-1,stage,0\nMAIN,RETURNS-1,returns,0\n"
    "MAIN,QUARANTINE-1,quarantine,0\nMAIN,A-01,bin,1\nMAIN,A-02,bin,2\nMAIN,A-03,bin,3\n"
    "MAIN,TOTE-1,tote,0\nMAIN,TOTE-2,tote,0\n",
    "purchase-orders": "number,supplier,warehouse,line,sku,quantity\nPO-1,ACME,MAIN,1,MUG,10\nPO-1,ACME,MAIN,2,TEA,4\n",
}


@pytest.fixture
def house(app: Flask) -> Flask:
    """A small house with a delivery on its way, and Mia who may do everything on the floor."""
    settings = app.config["SETTINGS"]
    with app.app_context():
        for kind, text in FILES.items():
            result = transact(lambda session, kind=kind, text=text: run(session, settings, kind, text, dry_run=False))
            assert not result.errors, result.errors
        mia = Operator(
            name="Mia",
            badge="MIA",
            pin_hash=hash_pin(settings, "2791", badge=""),
            roles=["picker", "packer", "receiver", "inspector", "counter"],
            created_at=clock.now(),
        )
        transact(lambda session: session.add(mia))
    return app


@pytest.fixture
def handheld(browser: Browser, house: Flask, live_server: Server) -> Any:
    """Mia's handheld, 360x640, signed in. An error in a script or against the CSP fails the test."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 360, "height": 640}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(10_000)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda line: broken.append(line.text) if "Content Security Policy" in line.text else None)
    page.goto("/")
    page.fill("#badge", "MIA")
    page.click("#badge-form button")
    page.wait_for_load_state("load")
    for digit in "2791":
        page.click(f"[data-pin='{digit}']")
    page.click("form[data-pin-form] .is-primary")
    expect(page).to_have_url(f"{live_server.url}/")
    page.wait_for_load_state("load")
    yield page
    context.close()
    assert not broken, broken


def follow_the_ways(page: Page, *, most: int = 80) -> None:
    """Click what the screen offers first, until the task has nothing more to ask."""
    for _step in range(most):
        before = page.locator("#task").inner_html()
        ways = page.locator("#decisions [data-action], #ways [data-scan]")
        primary = page.locator("#task [data-primary]")
        if page.locator("#prompt .finished").count():
            return
        (primary if primary.count() else ways).first.click()
        if page.locator("dialog#pad[open]").count():
            page.click("dialog#pad .is-primary")
        page.wait_for_function("before => document.querySelector('#task').innerHTML !== before", arg=before)
    raise AssertionError("the task does not end")


def sums(app: Flask, sku: str) -> tuple[int, int, int, int]:
    with app.app_context(), reading() as session:
        (row,) = availability(session, skus=[sku])
        return row.on_hand, row.committed, row.available, row.inbound


def test_a_day_from_dock_to_door_and_back_with_a_mouse(handheld: Page, house: Flask) -> None:
    page = handheld
    settings = house.config["SETTINGS"]
    assert sums(house, "MUG") == (0, 0, 0, 10)

    scan(page, "PO-1")
    follow_the_ways(page)
    assert sums(house, "MUG") == (10, 0, 10, 0)
    next_job(page)
    follow_the_ways(page)

    lines = [LineRequest(line_ref="1", sku="MUG", quantity=7), LineRequest(line_ref="2", sku="TEA", quantity=2)]
    with house.app_context():
        transact(lambda s: place(s, OrderRequest(channel="shop", order_ref="SO-1", lines=lines)))
        transact(lambda s: release_wave(s, warehouse_of(s, "MAIN")))
    assert sums(house, "MUG") == (10, 7, 3, 0)
    for _kind in ("pick", "pack", "ship"):
        next_job(page)
        follow_the_ways(page)
    assert sums(house, "MUG") == (3, 0, 3, 0)
    page.click("#actions [data-action='undo']")  # the last carton comes off the truck again
    expect(page.locator("#prompt .finished")).to_have_count(0)
    assert sums(house, "MUG") == (10, 7, 3, 0)
    follow_the_ways(page)
    assert sums(house, "MUG") == (3, 0, 3, 0)
    assert sums(house, "TEA") == (2, 0, 2, 0)

    with house.app_context():
        rma = transact(lambda s: authorise(s, channel="shop", order_ref="SO-1", lines=[("1", 1, "unwanted")]).number)
    page.goto("/")
    page.wait_for_load_state("load")
    scan(page, rma)
    follow_the_ways(page)
    assert sums(house, "MUG") == (4, 0, 4, 0)
    with house.app_context(), reading() as session:
        assert verify(session).ok
        assert session.query(Order).one().status == "shipped"
    assert settings.shows_ways


def scan(page: Page, code: str) -> None:
    """As a wedge scanner does: fast keys, then Enter."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/*")


def next_job(page: Page) -> None:
    page.goto("/")
    page.locator("[data-next-job], form[action='/tasks/next'] button").first.click()
    page.wait_for_url("**/tasks/*")
