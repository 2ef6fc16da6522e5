"""How many statements one posting scan sends, and where its time goes, with the app in this very process."""

import cProfile
import pstats
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from app.config import Settings
from app.db import db
from app.factory import create_app
from tests.bench.clients import Request


@contextmanager
def in_process(database_url: str, folder: Path) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database_url, data_dir=folder / "data", log_level="ERROR"))
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def count(app: Flask, one: Request) -> int:
    """The statements of one request, that which looks up the token included; BEGIN and COMMIT are not."""
    return len(_watched(app, [one]))


def calls(app: Flask, requests: list[Request]) -> int:
    """How many functions Python calls for one request, the test client's few hundred included.

    A busy machine cannot change this number: it tells two versions apart where milliseconds cannot.
    """
    client = app.test_client()
    profiler = cProfile.Profile()
    profiler.enable()
    for one in requests:
        send(client, one)
    profiler.disable()
    found: Any = pstats.Stats(profiler)
    return round(found.total_calls / len(requests))


def cost(app: Flask, requests: list[Request]) -> list[tuple[float, str]]:
    """The statements of one request, each with its median milliseconds in the driver, in the order of their going."""
    turns = [_watched(app, [one]) for one in requests]
    usual = turns[-1]
    alike = [turn for turn in turns if [text for _time, text in turn] == [text for _time, text in usual]]
    return [(median(turn[n][0] for turn in alike), text) for n, (_time, text) in enumerate(usual)]


def shapes(seen: Iterable[str]) -> list[tuple[str, str]]:
    """What each statement does, and to which table: enough to tell whether two transactions are the same."""
    found = [_SHAPE.search(statement) for statement in seen]
    return [(each[1] or each[2] or each[3], each[4]) for each in found if each is not None]


def texts(app: Flask, one: Request) -> list[str]:
    """The statements of one request, without the one that looks up its token."""
    return [text for _time, text in _watched(app, [one]) if " token " not in text]


def texts_of(engine: Engine, work: Callable[[], object]) -> list[str]:
    """The statements that ``work`` sends over this engine."""
    with _watching(engine) as seen:
        work()
    return [text for _time, text in seen if not text.startswith("BEGIN")]


_SHAPE = re.compile(r"^(?:(SELECT) .*? FROM|(INSERT) INTO|(UPDATE|SAVEPOINT)) (\w+)")


def _watched(app: Flask, requests: list[Request]) -> list[tuple[float, str]]:
    with app.app_context():
        engine = db.engine
    with _watching(engine) as seen:
        for one in requests:
            send(app.test_client(), one)
    return [each for each in seen if not each[1].startswith("BEGIN")]


@contextmanager
def _watching(engine: Engine) -> Iterator[list[tuple[float, str]]]:
    seen: list[tuple[float, str]] = []
    begun = [0.0]

    def before(*_what: Any) -> None:
        begun[0] = time.perf_counter()

    def after(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(((time.perf_counter() - begun[0]) * 1000, " ".join(statement.split())))

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


def profile(app: Flask, requests: list[Request], *, lines: int = 40) -> None:
    """Print the functions in which most time is spent, by their own time and by their whole time."""
    client = app.test_client()
    warm, timed = requests[:4], requests[4:]
    for one in warm:
        send(client, one)
    profiler = cProfile.Profile()
    profiler.enable()
    for one in timed:
        send(client, one)
    profiler.disable()
    print(f"{len(timed)} requests")
    found = pstats.Stats(profiler)
    for order in ("tottime", "cumulative"):
        found.sort_stats(order).print_stats(lines)


def send(client: FlaskClient, one: Request) -> None:
    """The same bytes as over HTTP, taken apart again."""
    head, body = one.raw.split(b"\r\n\r\n", 1)
    first, *rest = head.decode().split("\r\n")
    method, path, _version = first.split(" ")
    headers = dict(line.split(": ", 1) for line in rest)
    headers.pop("Content-Length", None)
    cookie = headers.pop("Cookie", "")
    if cookie:
        client.set_cookie(*cookie.split("=", 1))
    answer = client.open(path, method=method, headers=headers, data=body)
    assert answer.status_code == one.status, (answer.status, answer.data[:500])
    assert one.marker in answer.data, answer.data[:500]
