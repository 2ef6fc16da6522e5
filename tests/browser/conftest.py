"""A handheld in front of the stub server."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from tests.browser.stub import Stub, serving

HANDHELD = {"width": 360, "height": 640}


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(Stub()) as stub:
        yield stub


@contextmanager
def a_device(browser: Browser, url: str, **how: Any) -> Iterator[BrowserContext]:
    """One handheld: its tabs share the queue. An error in a script, or a breach of the policy, fails the test."""
    context = browser.new_context(**{"base_url": url, "viewport": HANDHELD, "locale": "en-GB"} | how)
    context.set_default_timeout(10_000)
    broken: list[str] = []
    context.on("weberror", lambda error: broken.append(str(error.error)))
    context.on("console", lambda line: broken.append(line.text) if "Content Security Policy" in line.text else None)
    yield context
    context.close()
    assert not broken, broken


@pytest.fixture
def device(browser: Browser, stub: Stub) -> Iterator[BrowserContext]:
    with a_device(browser, stub.url) as context:
        yield context


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


def press_at(keyboard: CDPSession, key: str, at: float) -> None:
    """A key with the scanner's own time, in seconds, however long the browser takes to hear of it."""
    text = {"Enter": "\r"}.get(key, key)
    code = {"Enter": 13}.get(key, ord(key[0]))
    event = {"key": key, "text": text, "timestamp": at, "windowsVirtualKeyCode": code}
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown"} | event)
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key, "windowsVirtualKeyCode": code})


def burst(page: Page, keys: Iterable[str]) -> None:
    """A wedge scanner whose keys carry their own times, 5 ms apart."""
    keyboard = page.context.new_cdp_session(page)
    start = time.time()
    for n, key in enumerate(keys):
        press_at(keyboard, key, start + n * 0.005)


def until(page: Page, is_so: Callable[[], Any], seconds: float = 15) -> None:
    """Waits, so that a slow machine is no failure; a thing that never comes is one."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        page.wait_for_timeout(20)
