"""The desk in a real browser: what changes is drawn in its place; without script, by whole pages."""

import itertools
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error, Route, expect

from app.web.office import files, orders
from tests.web.office.at_the_desk import at_the_desk

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ITEMS = "sku,name\n" + "".join(f"SKU-{number},Thing {number}\n" for number in range(20))
SECONDS = 1000


@pytest.fixture
def shop(shop: "Flask", monkeypatch: pytest.MonkeyPatch) -> "Flask":
    """SO-1 to SO-5, two orders on each page."""
    from app.db import transact
    from app.orders.place import LineRequest, OrderRequest, place

    for module in (import_module("app.web.office.desk"), orders):
        monkeypatch.setattr(module, "PAGE", 2)

    def work(session: object) -> None:
        for number in range(2, 6):
            lines = [LineRequest(line_ref="1", sku="MUG", quantity=1)]
            place(session, OrderRequest(channel="web", order_ref=f"SO-{number}", lines=lines))  # type: ignore[arg-type]

    with shop.app_context():
        transact(work)
    return shop


@pytest.fixture
def admin(shop: "Flask", browser: "Browser") -> "Iterator[Page]":
    with at_the_desk(shop, browser, "admin") as page:
        yield page


@pytest.fixture
def plain(shop: "Flask", browser: "Browser") -> "Iterator[Page]":
    """A browser that runs no script."""
    with at_the_desk(shop, browser, "admin", has_script=False) as page:
        yield page


def mark(page: "Page") -> None:
    """A mark that is gone when the page is loaded anew."""
    page.evaluate("window.isSame = true")


def is_same(page: "Page") -> bool:
    return bool(page.evaluate("window.isSame === true"))


def rows(page: "Page") -> list[str]:
    return page.locator("tbody tr td:first-child a").all_inner_texts()


def test_a_list_is_searched_as_somebody_types(admin: "Page") -> None:
    admin.goto("/office/orders")
    mark(admin)
    admin.locator("#q").click()
    admin.keyboard.type("SO-3")
    expect(admin.locator("tbody tr")).to_have_count(1)
    assert rows(admin) == ["SO-3"]
    assert admin.url.endswith("/office/orders?q=SO-3")
    admin.keyboard.press("Backspace")
    admin.keyboard.type("4")
    expect(admin.locator("tbody")).to_contain_text("SO-4")
    assert admin.locator("#q").input_value() == "SO-4", "the field and the cursor in it stay"
    assert admin.locator("a[download]").get_attribute("href") == "/office/orders.csv?q=SO-4"
    assert is_same(admin)
    admin.reload()
    assert rows(admin) == ["SO-4"]


def test_a_search_and_a_tab_narrow_the_list_together(admin: "Page") -> None:
    admin.goto("/office/orders")
    mark(admin)
    admin.get_by_role("link", name="Shipped").press("Enter")
    admin.get_by_text("No order matches.").wait_for()
    assert admin.get_by_role("link", name="Shipped").evaluate("it => it === document.activeElement"), "the focus stays"
    admin.locator("#q").fill("SO-3")
    admin.wait_for_url("**/office/orders?q=SO-3&status=shipped")
    admin.get_by_role("link", name="Open", exact=True).press("Enter")
    admin.wait_for_url("**/office/orders?status=open&q=SO-3")
    expect(admin.locator("tbody tr")).to_have_count(1)
    assert rows(admin) == ["SO-3"]
    assert is_same(admin)


def test_the_next_page_comes_in_place_and_the_back_button_leads_back(admin: "Page") -> None:
    admin.goto("/office/orders")
    mark(admin)
    admin.get_by_role("link", name="Older orders").click()
    admin.wait_for_url("**/office/orders?before=*")
    assert rows(admin) == ["SO-3", "SO-2"]
    assert is_same(admin)
    admin.go_back()
    expect(admin.locator("tbody")).to_contain_text("SO-5")
    assert rows(admin) == ["SO-5", "SO-4"]
    assert admin.locator(".desk-nav").count() == 1
    admin.go_forward()
    expect(admin.locator("tbody")).to_contain_text("SO-3")


def test_a_list_is_put_in_order_in_place_and_a_search_keeps_the_order(admin: "Page") -> None:
    admin.goto("/office/stock")
    mark(admin)
    admin.get_by_role("link", name="Available").press("Enter")
    admin.wait_for_url("**/office/stock?sort=fewest")
    expect(admin.locator("th[aria-sort]")).to_have_count(1)
    expect(admin.get_by_role("link", name="Available")).to_be_focused()
    admin.locator("#q").fill("cup")
    expect(admin.locator("tbody tr")).to_have_count(1)
    assert "sort=fewest" in admin.url
    assert is_same(admin)


def test_an_action_in_a_row_changes_the_row_and_nothing_else(admin: "Page") -> None:
    admin.goto("/office/orders")
    admin.get_by_role("button", name="Release orders to the floor").click()
    admin.wait_for_url("**/office/work*")
    mark(admin)
    admin.get_by_role("button", name="Put first").last.press("Enter")
    admin.get_by_role("button", name="Wait its turn").wait_for()
    assert is_same(admin)
    assert admin.evaluate("document.activeElement.innerText") == "Wait its turn", "a keyboard goes on there"


def test_a_form_that_is_sent_twice_in_a_hurry_is_sent_once(admin: "Page") -> None:
    admin.goto("/office/printers")
    sent: list[str] = []
    admin.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    admin.get_by_label("New station").fill("Bench 1")
    admin.get_by_role("button", name="Open it").dblclick()
    expect(admin.get_by_text("Bench 1")).to_have_count(1)
    assert len(sent) == 1


def test_a_tab_wins_over_a_search_that_is_still_on_its_way(admin: "Page") -> None:
    """An answer that comes late must not replace what was asked for after it."""
    held: list[Route] = []
    admin.goto("/office/orders")
    admin.route(lambda url: url.endswith("q=SO-3"), lambda route: held.append(route))
    admin.locator("#q").press_sequentially("SO-3")
    expect(admin.locator("#busy.htmx-request")).to_have_count(1)
    admin.get_by_role("link", name="Shipped").press("Enter")
    expect(admin.get_by_text("No order matches.")).to_be_visible()
    for route in held:
        with suppress(Error):  # it was called off
            route.continue_()
    admin.wait_for_timeout(300)
    expect(admin.get_by_text("No order matches.")).to_be_visible()
    expect(admin.get_by_role("link", name="Shipped")).to_have_attribute("aria-current", "true")


def test_what_is_wrong_with_a_field_is_said_beneath_it(admin: "Page") -> None:
    admin.goto("/office/people")
    mark(admin)
    admin.get_by_text("Add a person").click()
    admin.fill("#name", "Twin")
    admin.fill("#badge", "picker")
    admin.fill("#pin", "7391")
    admin.get_by_label("Picker").check()
    admin.get_by_role("button", name="Add", exact=True).click()
    wrong = admin.locator("#badge-wrong")
    wrong.wait_for()
    assert "The badge picker belongs to picker." in wrong.inner_text()
    assert admin.locator("#name").input_value() == "Twin"
    assert admin.locator("#badge").evaluate("it => it === document.activeElement")
    expect(admin.locator("#said")).to_be_hidden()
    assert admin.url.endswith("/office/people")
    admin.fill("#badge", "twin")
    admin.fill("#pin", "7391")
    admin.get_by_role("button", name="Add", exact=True).click()
    admin.get_by_role("heading", name="Twin").wait_for()
    assert admin.title() == "Twin · Trueshelf"
    admin.wait_for_url("**/office/people/*")
    assert is_same(admin)
    admin.reload()
    assert admin.get_by_role("heading", name="Twin").is_visible()


def test_a_refusal_of_the_server_and_its_silence_are_said(admin: "Page") -> None:
    admin.goto("/office/printers")
    mark(admin)
    name = admin.get_by_label("New station")
    name.fill("Bench 1")
    admin.get_by_label("At location").fill("NOWHERE")
    send = admin.get_by_role("button", name="Open it")
    send.click()
    expect(admin.locator("#said")).to_contain_text("NOWHERE")
    assert name.input_value() == "Bench 1", "what was typed stays"
    admin.route("**/office/stations", lambda route: route.abort())
    send.click()
    expect(admin.locator("#said")).to_have_text("No answer from the server. Try again.")
    admin.unroute("**/office/stations")
    admin.route("**/office/stations", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    send.click()
    expect(admin.locator("#said")).to_have_text("No answer from the server. Try again.")
    expect(admin.get_by_text("Bad gateway")).to_have_count(0)
    assert is_same(admin)


def test_a_board_refreshes_itself_but_not_under_somebodys_hands(admin: "Page", shop: "Flask") -> None:
    from app.db import transact
    from app.orders.models import Order

    def cancel(order_ref: str) -> None:
        with shop.app_context():
            transact(
                lambda session: session.query(Order).filter_by(order_ref=order_ref).update({"status": "cancelled"})
            )

    admin.clock.install()
    admin.goto("/office/")
    mark(admin)
    number = admin.locator(".tile b").first
    assert number.inner_text() == "5"
    cancel("SO-2")
    with admin.expect_response("**/office/"):
        admin.clock.run_for(16 * SECONDS)
    expect(number).to_have_text("4")
    cancel("SO-3")
    admin.locator(".tile").first.focus()
    admin.keyboard.press("Tab")
    asked: list[str] = []
    admin.on("request", lambda request: asked.append(request.url))
    admin.clock.run_for(16 * SECONDS)
    assert asked == [], "somebody is on their way through it"
    with admin.expect_response("**/office/"):
        admin.clock.run_for(32 * SECONDS)
    expect(number).to_have_text("3")
    assert is_same(admin)


def test_a_board_does_not_wipe_out_what_somebody_is_typing(admin: "Page") -> None:
    admin.clock.install()
    admin.goto("/office/")
    admin.get_by_role("button", name="Release orders to the floor").click()
    admin.clock.run_for(SECONDS)
    admin.wait_for_url("**/office/work*")
    admin.get_by_text("End it").first.click()
    admin.locator("[name=reason]").first.fill("The truck is gone")
    asked: list[str] = []
    admin.on("request", lambda request: asked.append(request.url))
    admin.clock.run_for(60 * SECONDS)
    assert asked == []
    assert admin.locator("[name=reason]").first.input_value() == "The truck is gone"


@pytest.fixture
def in_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request has time for two portions of four rows, by a clock that goes on when it is looked at."""
    from app.imports.run import KINDS

    monkeypatch.setattr(KINDS["items"], "PORTION", 4)
    monkeypatch.setattr(files, "MOMENT_SECONDS", 2)
    monkeypatch.setattr(files, "time", SimpleNamespace(monotonic=itertools.count().__next__))


def send_file(page: "Page") -> None:
    page.goto("/office/imports")
    page.locator("[name=dry_run]").uncheck()
    page.set_input_files("[name=file]", {"name": "i.csv", "mimeType": "text/csv", "buffer": ITEMS.encode()})
    page.get_by_role("button", name="Send the file").click()


@pytest.mark.usefixtures("in_moments")
def test_an_import_says_how_far_it_is_until_it_is_done(admin: "Page") -> None:
    seen: list[str] = []
    admin.goto("/office/imports")
    admin.on("response", lambda answer: seen.append(answer.text()) if "/imports" in answer.url else None)
    send_file(admin)
    admin.get_by_text("20 rows, 20 new").wait_for()
    portions = [text for text in seen if "Written so far" in text]
    assert len(portions) >= 2
    assert all("<html" not in text for text in portions)
    assert admin.url.endswith("/office/imports")


def test_without_script_a_list_is_searched_and_paged(plain: "Page") -> None:
    plain.goto("/office/orders")
    plain.fill("#q", "SO-3")
    plain.press("#q", "Enter")
    assert rows(plain) == ["SO-3"]
    plain.goto("/office/orders")
    plain.get_by_role("link", name="Older orders").click()
    assert rows(plain) == ["SO-3", "SO-2"]
    plain.get_by_role("link", name="Shipped").click()
    plain.fill("#q", "SO-3")
    plain.get_by_role("button", name="Search").click()
    assert plain.get_by_text("No order matches.").is_visible(), "the tab stays chosen"


def test_without_script_a_wrong_field_is_said_beneath_it(plain: "Page") -> None:
    plain.goto("/office/people")
    plain.get_by_text("Add a person").click()
    plain.fill("#name", "Twin")
    plain.fill("#badge", "picker")
    plain.fill("#pin", "7391")
    plain.get_by_label("Picker").check()
    plain.get_by_role("button", name="Add", exact=True).click()
    assert "The badge picker belongs to picker." in plain.locator("#badge-wrong").inner_text()
    assert plain.locator("#name").input_value() == "Twin"


@pytest.mark.usefixtures("in_moments")
def test_without_script_a_large_file_and_a_wave_go_on_by_a_button(plain: "Page") -> None:
    send_file(plain)
    for _portion in range(8):
        if plain.get_by_role("button", name="Go on").count() == 0:
            break
        plain.get_by_role("button", name="Go on").click()
    assert plain.get_by_text("20 rows, 20 new").is_visible()
    plain.goto("/office/")
    plain.get_by_role("button", name="Release orders to the floor").click()
    plain.wait_for_url("**/office/work?released=*")
