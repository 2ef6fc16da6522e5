"""The page of printers in a real browser: set up, tried, printed, seen, removed; and axe finds nothing on the way."""

from typing import TYPE_CHECKING

import pytest

from app.connectors.printers.folder import Folder
from app.db import db
from app.work.printing import Printing
from tests.axe import violations
from tests.web.office.at_the_desk import at_the_desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def chief(shop: "Flask", browser: "Browser") -> "Iterator[Page]":
    with at_the_desk(shop, browser, "supervisor") as page:
        yield page


def set_up(page: "Page", code: str, name: str, kind: str, address: str) -> None:
    page.goto("/office/printers")
    form = page.locator("form[action$='/office/printers']")
    if not form.is_visible():
        page.get_by_text("Set up a printer, or change one").click()
    form.locator("[name=code]").fill(code)
    form.locator("[name=name]").fill(name)
    form.locator("[name=kind]").select_option(kind)
    form.locator("[name=address]").fill(address)
    form.get_by_role("button", name="Save").click()
    page.wait_for_selector(f"td strong:text-is('{name}')")


def deliver(shop: "Flask") -> None:
    """What ``work`` does, once."""
    with shop.app_context():
        printing = Printing({"folder": Folder(shop.config["SETTINGS"].data_dir / "printouts")}, db.engine)
        assert printing.deliver_next(1)


def test_a_printer_is_set_up_tried_and_removed(shop: "Flask", chief: "Page") -> None:
    set_up(chief, "DESK", "Desk printer", "folder", "desk")
    row = chief.locator("tr", has_text="Desk printer").first
    assert "Ready" in row.inner_text(), "it was asked at once"
    row.get_by_role("button", name="Test print").click()
    job = chief.locator("tr", has_text="Test print").last
    job.get_by_text("Waits", exact=True).wait_for()
    deliver(shop)
    chief.reload()
    job.get_by_text("Printed", exact=True).wait_for()
    (file,) = (shop.config["SETTINGS"].data_dir / "printouts" / "desk").iterdir()
    assert file.read_bytes().startswith(b"^XA")
    chief.locator("tr", has_text="Desk printer").first.get_by_role("button", name="Ask it").click()
    chief.get_by_text("Ready", exact=True).first.wait_for()
    assert violations(chief) == []
    chief.locator("tr", has_text="Desk printer").first.get_by_role("button", name="Remove").click()
    chief.get_by_text("No printer is set up.").wait_for()


def test_a_printer_outside_the_networks_is_refused_in_words(chief: "Page") -> None:
    chief.goto("/office/printers")
    form = chief.locator("form[action$='/office/printers']")
    form.locator("[name=code]").fill("FAR")
    form.locator("[name=name]").fill("Far")
    form.locator("[name=address]").fill("8.8.8.8:9100")
    form.get_by_role("button", name="Save").click()
    chief.get_by_text("is not in a network for printers").wait_for()


def test_a_label_for_the_browser_is_opened_there_and_asked_about(chief: "Page") -> None:
    set_up(chief, "SCREEN", "Screen", "browser", "")
    chief.goto("/office/labels/item/MUG")
    picture = chief.get_by_alt_text("The label as it will be printed")
    picture.wait_for()
    assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") == 456, "57 mm at 203 dpi"
    assert violations(chief) == []
    chief.get_by_role("button", name="Print").click()
    chief.wait_for_url("**/office/printers")
    with chief.context.expect_page():
        chief.get_by_role("button", name="Open and print").click()
    chief.reload()
    chief.get_by_role("button", name="Open again").wait_for()
    assert violations(chief) == []
    chief.get_by_role("button", name="It printed").click()
    chief.locator("tr", has_text="Item MUG").get_by_text("Printed", exact=True).wait_for()


def test_a_range_of_bins_is_chosen_for_a_sheet(chief: "Page") -> None:
    chief.goto("/office/printers")
    chief.get_by_role("link", name="Labels of many bins or items").click()
    chief.locator("[name=sheet]").select_option("a4-2x5")
    chief.locator("[name=start]").fill("10")
    chief.get_by_role("button", name="Show").click()
    chief.get_by_role("link", name="PDF 1 of 1").wait_for()
    assert "1 – 2" in chief.locator("tbody").inner_text(), "the used sheet has one label left"
    assert violations(chief) == []
