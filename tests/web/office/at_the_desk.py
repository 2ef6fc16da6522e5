"""The desk in a real browser: somebody signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests import servers
from tests.web.conftest import PIN

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, Page


@contextmanager
def at_the_desk(shop: "Flask", browser: "Browser", badge: str, *, has_script: bool = True) -> Iterator["Page"]:
    """A page of whoever has this badge, at the size of a desk's screen. A breach of the policy fails the test."""
    broken: list[str] = []
    with servers.in_thread(shop) as server:
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": 1280, "height": 800},
            locale="en-GB",
            reduced_motion="reduce",
            java_script_enabled=has_script,
        )
        context.on("weberror", lambda error: broken.append(str(error.error)))
        context.on("console", lambda line: broken.append(line.text) if "Content Security Policy" in line.text else None)
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
        assert not broken, broken
