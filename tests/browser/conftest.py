"""A handheld in front of the stub server."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.stub import Stub, serving

HANDHELD = {"width": 360, "height": 640}


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(Stub()) as stub:
        yield stub


@pytest.fixture
def device(browser: Browser, stub: Stub) -> Iterator[BrowserContext]:
    """One handheld: its tabs share the queue. An error in a script, or a breach of the policy, fails the test."""
    context = browser.new_context(base_url=stub.url, viewport=HANDHELD, locale="en-GB")
    context.set_default_timeout(10_000)
    broken: list[str] = []
    context.on("weberror", lambda error: broken.append(str(error.error)))
    context.on("console", lambda line: broken.append(line.text) if "Content Security Policy" in line.text else None)
    yield context
    context.close()
    assert not broken, broken


@pytest.fixture
def floor(device: BrowserContext) -> Page:
    """The task's screen, ready to scan."""
    return open_task(device)


def open_task(device: BrowserContext) -> Page:
    page = device.new_page()
    page.goto("/tasks/7")
    expect(page.locator("#scan")).to_be_focused()
    return page


def scan(page: Page, code: str) -> None:
    """A wedge scanner: keys within a few milliseconds, then Enter."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def until(page: Page, is_so: Callable[[], Any], seconds: float = 15) -> None:
    """Waits, so that a slow machine is no failure; a thing that never comes is one."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        page.wait_for_timeout(20)
