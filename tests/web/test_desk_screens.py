"""The desk in a real browser: nothing that axe finds, nothing that runs over the edge, and a keyboard is enough."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import servers
from tests.web.conftest import PIN
from tests.web.test_desk import PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, Page

AXE = next((Path(__file__).parents[1] / "browser" / "vendor").glob("axe-*.min.js"))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def chief(shop: "Flask", browser: "Browser") -> "Iterator[Page]":
    """An admin at the desk, some work released."""
    with servers.in_thread(shop) as server:
        context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 800}, locale="en-GB")
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto("/sign-in")
        page.fill("#badge", "admin")
        page.press("#badge", "Enter")
        page.fill("[name=pin]", PIN)
        page.press("[name=pin]", "Enter")
        page.wait_for_url("**/")
        page.goto("/office/")
        page.get_by_role("button", name="Release orders to the floor").press("Enter")
        page.wait_for_url("**/office/work*")
        yield page
        context.close()


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_axe_finds_nothing_at_the_desk(chief: "Page", theme: str) -> None:
    chief.goto("/settings")
    chief.locator(f"[name=theme][value={theme}]").check(force=True)
    chief.get_by_role("button", name="Keep").press("Enter")
    chief.wait_for_selector(f"html[data-theme={theme}]", state="attached")
    found = {}
    for path in PAGES:
        chief.goto(path)
        chief.evaluate(AXE.read_text())
        result = chief.evaluate("(tags) => axe.run(document, { runOnly: tags })", TAGS)
        found[path] = [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in result["violations"]]
    assert not {path: violations for path, violations in found.items() if violations}


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_runs_over_the_edge(chief: "Page", width: int) -> None:
    chief.set_viewport_size({"width": width, "height": 640})
    wide = []
    for path in PAGES:
        chief.goto(path)
        if chief.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    assert not wide
