"""The shop of everywhere, but its office asks for a password."""

from typing import TYPE_CHECKING

import pytest

from tests.web.conftest import fill
from tests.web.sign_in.test_sign_in import later

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask


@pytest.fixture
def shop(database_url: str, tmp_path: "Path", monkeypatch: pytest.MonkeyPatch) -> "Iterator[Flask]":
    """As everywhere, but the office asks for a password; and the clock stands, so that no code grows old meanwhile."""
    later(monkeypatch)
    from app.config import Settings
    from tests import apps

    with apps.made_with(
        Settings(database_url=database_url, data_dir=tmp_path, secret_key="for-tests", office_sign_in="password")
    ) as app:
        fill(app)
        yield app
