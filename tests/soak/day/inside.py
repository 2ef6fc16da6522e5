"""A house that is asked without sockets, one request after the other: for replays, quick and always the same."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path

from flask import Flask

from app.config import Settings
from app.db import db
from app.factory import create_app
from tests.soak.day.servers import failures_in
from tests.soak.day.wire import Answer, Asked


class Inside:
    """As ``Wire``, into an app of this process."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client(use_cookies=False)
        self._answer: Answer | None = None

    def ask(self, token: str, asked: Asked) -> Answer:
        headers = {"Host": "localhost", **asked.headers(token)}
        response = self._client.open(asked.address, method=asked.method, headers=headers, data=asked.data())
        return Answer(response.status_code, response.json if response.data and "json" in response.mimetype else None)

    def send(self, token: str, asked: Asked) -> None:
        self._answer = self.ask(token, asked)

    def receive(self) -> Answer:
        assert self._answer is not None, "nothing was sent"
        return self._answer

    def hang_up(self) -> None:
        """Nothing is open."""


class House:
    """An app on a database, and what it wrote down of its failures."""

    def __init__(self, app: Flask, log: io.StringIO) -> None:
        self.app, self._log = app, log

    def failures(self) -> dict[str, str]:
        return failures_in(self._log.getvalue())


@contextmanager
def inside(database_url: str, folder: Path) -> Iterator[House]:
    app = create_app(Settings(database_url=database_url, data_dir=folder / "data", log_level="ERROR"))
    log = io.StringIO()
    with redirect_stderr(log):
        try:
            yield House(app, log)
        finally:
            with app.app_context():
                db.engine.dispose()
