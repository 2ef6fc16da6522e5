"""What axe finds on a page: the rules of WCAG 2.2 AA, in every theme.

A theme is an attribute of the page and changes colours and borders, nothing else. So a page is asked everything in the
first theme, and in the others again what colours and borders decide.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = next((Path(__file__).parent / "browser" / "vendor").glob("axe-*.min.js")).read_text()
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
THEMES = ("light", "dark", "contrast")
LOOKS = ("color-contrast", "link-in-text-block", "target-size")


def violations(page: "Page", *tags: str) -> list[str]:
    """What the rules with these tags find, each with the element; without tags those of WCAG."""
    return _run(page, {"type": "tag", "values": tags or WCAG})


def violations_in_themes(page: "Page", *tags: str) -> dict[str, list[str]]:
    """The same in each theme; the page is left in the last one."""
    found = {}
    for theme in THEMES:
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
        looks = {"type": "rule", "values": LOOKS}
        found[theme] = violations(page, *tags) if theme == THEMES[0] else _run(page, looks)
    return found


def _run(page: "Page", what: dict[str, object]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    # Which elements: a test needs no words for what passed, and no more than that for what did not.
    result = page.evaluate("(what) => axe.run(document, { runOnly: what, resultTypes: ['violations'] })", what)
    return [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary']}"
        for fault in result["violations"]
        for node in fault["nodes"]
    ]
