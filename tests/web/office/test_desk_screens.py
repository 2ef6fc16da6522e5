"""The desk in a real browser: nothing that axe finds, nothing that runs over the edge, and a keyboard is enough."""

from typing import TYPE_CHECKING

import pytest

from tests.axe import THEMES, violations_in_themes
from tests.web.office.at_the_desk import at_the_desk
from tests.web.office.test_desk import PAGES as ADDRESSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, Page

PAGES = [path for path in ADDRESSES if not path.endswith(".csv")]  # a file is no screen
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def chief(shop: "Flask", browser: "Browser") -> "Iterator[Page]":
    """An admin at the desk, some work released."""
    with at_the_desk(shop, browser, "admin") as page:
        page.goto("/office/")
        page.get_by_role("button", name="Release orders to the floor").press("Enter")
        page.wait_for_url("**/office/work*")
        yield page


def test_axe_finds_nothing_at_the_desk_in_any_theme(chief: "Page") -> None:
    found = {}
    for path in PAGES:
        chief.goto(path)
        for theme, said in violations_in_themes(chief).items():
            found[path, theme] = said
    assert len(found) == len(PAGES) * len(THEMES)
    assert not {path: broken for path, broken in found.items() if broken}


def test_the_theme_that_somebody_chose_is_there_on_the_next_page(chief: "Page") -> None:
    """It is what the page is asked in above: an attribute."""
    for theme in THEMES:
        chief.goto("/settings")
        chief.locator(f"[name=theme][value={theme}]").check(force=True)
        chief.get_by_role("button", name="Keep").press("Enter")
        chief.wait_for_selector(f"html[data-theme={theme}]", state="attached")


def test_nothing_runs_over_the_edge_at_any_width(chief: "Page") -> None:
    wide = []
    for path in PAGES:
        chief.goto(path)
        for width in (360, 768, 1280):
            chief.set_viewport_size({"width": width, "height": 640})
            if chief.evaluate("document.documentElement.scrollWidth") > width:
                wide.append((path, width))
    assert not wide
    chief.set_viewport_size({"width": 360, "height": 640})
    assert chief.get_by_role("button", name="Sign out").is_visible(), "from a telephone too"
