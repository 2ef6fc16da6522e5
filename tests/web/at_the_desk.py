"""The desk in a real browser: somebody signed in, and what axe finds on the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests import servers
from tests.web.conftest import PIN

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, Page

AXE = next((Path(__file__).parents[1] / "browser" / "vendor").glob("axe-*.min.js"))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def at_the_desk(shop: "Flask", browser: "Browser", badge: str) -> Iterator["Page"]:
    """A page of whoever has this badge, at the size of a desk's screen."""
    with servers.in_thread(shop) as server:
        context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 800}, locale="en-GB")
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto("/sign-in")
        page.fill("#badge", badge)
        page.press("#badge", "Enter")
        page.fill("[name=pin]", PIN)
        page.press("[name=pin]", "Enter")
        page.wait_for_url("**/")
        yield page
        context.close()


def violations(page: "Page") -> list[tuple[str, list[str]]]:
    """The rules of WCAG 2.2 AA that this page breaks, each with the elements that do."""
    page.evaluate(AXE.read_text())
    result = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", TAGS)
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in result["violations"]]
