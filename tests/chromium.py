"""Which Chromium the tests drive.

Debian packs the same engine twice: the whole browser, and a shell without a window of its own. Pages live the same life
in both, and the shell costs less: measured, 75 s of processor time for 65 tests where the whole browser took 121.
"""

import shutil

from playwright.sync_api import BrowserType

_SHELL = "chromium-headless-shell"
_WHOLE = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage")
"""No sandbox inside a container, and nothing that a machine without a screen or with little shared memory lacks."""


def program(chromium: BrowserType, *, is_whole: bool = False) -> str | None:
    """The program to start; None where there is none. ``is_whole``: with a camera, or a profile on disk."""
    names = (*_WHOLE, chromium.executable_path) if is_whole else (_SHELL, *_WHOLE, chromium.executable_path)
    return next(filter(None, map(shutil.which, names)), None)
