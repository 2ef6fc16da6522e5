"""The desk in a real browser: nothing that axe finds, nothing that runs over the edge, and a keyboard is enough."""

from typing import TYPE_CHECKING

import pytest

from tests.web.at_the_desk import at_the_desk, violations
from tests.web.test_desk import PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def chief(shop: "Flask", browser: "Browser") -> "Iterator[Page]":
    """An admin at the desk, some work released."""
    with at_the_desk(shop, browser, "admin") as page:
        page.goto("/office/")
        page.get_by_role("button", name="Release orders to the floor").press("Enter")
        page.wait_for_url("**/office/work*")
        yield page


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_axe_finds_nothing_at_the_desk(chief: "Page", theme: str) -> None:
    chief.goto("/settings")
    chief.locator(f"[name=theme][value={theme}]").check(force=True)
    chief.get_by_role("button", name="Keep").press("Enter")
    chief.wait_for_selector(f"html[data-theme={theme}]", state="attached")
    found = {}
    for path in PAGES:
        chief.goto(path)
        found[path] = violations(chief)
    assert not {path: broken for path, broken in found.items() if broken}


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_runs_over_the_edge(chief: "Page", width: int) -> None:
    chief.set_viewport_size({"width": width, "height": 640})
    wide = []
    for path in PAGES:
        chief.goto(path)
        if chief.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    assert not wide
