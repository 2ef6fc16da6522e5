"""Long work of the desk takes no thread that a scan waits for, and nobody keeps the sign of life waiting."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.cli.server.bridge import Bridge, Scope
from app.db import db, transact
from app.web.gate.lanes import ALIVE, DRAWN, LONG, SCANS, THREADS, lane_of


def scope(method: str, path: str) -> Scope:
    return {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [],
        "http_version": "1.1", "scheme": "http", "client": ("127.0.0.1", 1), "server": ("localhost", 80),
        "more_time": lambda _bytes: None,
    }  # fmt: skip


async def status_of(bridge: Bridge, method: str, path: str) -> int:
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    await bridge(scope(method, path), receive, send)
    return int(said[0]["status"])


@pytest.mark.parametrize(
    ("method", "path", "lane"),
    [
        ("POST", "/api/v1/imports/orders", LONG),
        ("POST", "/api/v1/waves", LONG),
        ("POST", "/office/imports", LONG),
        ("POST", "/office/imports/7", LONG),
        ("POST", "/office/waves", LONG),
        ("GET", "/office/imports", SCANS),
        ("POST", "/api/v1/tasks/1/scans", SCANS),
        ("POST", "/photos", DRAWN),
        ("POST", "/api/v1/barcodes/photos", DRAWN),
        ("POST", "/api/v1/labels", DRAWN),
        ("POST", "/api/v1/labels/previews", DRAWN),
        ("GET", "/api/v1/labels/templates", SCANS),
        ("GET", "/labels/bin/A-01.pdf", DRAWN),
        ("POST", "/print-jobs/7/openings", DRAWN),
        ("GET", "/office/label-sheets.pdf", DRAWN),
        ("GET", "/office/label-sheets", SCANS),
        ("GET", "/healthz", ALIVE),
        ("GET", "/readyz", ALIVE),
    ],
)
def test_each_request_has_its_lane(method: str, path: str, lane: str) -> None:
    assert lane_of({"REQUEST_METHOD": method, "PATH_INFO": path}) == lane


def test_whatever_is_long_at_the_desk_scans_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    end = Event()

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if lane_of(environ) == LONG:
            assert end.wait(20)
        start("200 OK", [("Content-Length", "0")])
        return []

    bridge = Bridge(
        app,
        knows=lambda _environ: True,
        threads=THREADS,
        most={},
        lane_of=lane_of,
        largest_body=1000,
        requests_per_address=100,
        is_behind_proxy=False,
    )

    async def day() -> list[int]:
        desk = [asyncio.ensure_future(status_of(bridge, "POST", "/api/v1/waves")) for _ in range(5)]
        await asyncio.sleep(0)
        quick = [("POST", "/api/v1/tasks/1/scans"), ("GET", "/healthz"), ("GET", "/office/imports")]
        answers = [await asyncio.wait_for(status_of(bridge, *each), 15) for each in quick * 3]
        assert not any(each.done() for each in desk)
        end.set()
        return answers + list(await asyncio.gather(*desk))

    with ThreadPoolExecutor(1) as apart:  # a browser of another test may have a loop in this thread
        assert apart.submit(asyncio.run, day()).result() == [200] * 14


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_sign_of_life_waits_for_no_writer(app: Flask) -> None:
    """The writer's turn is held while it is asked: whoever waited for it would wait for ever."""
    with app.app_context():
        assert transact(lambda _session: app.test_client().get("/healthz").status_code) == 200


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_whether_work_can_be_done_is_answered_while_somebody_writes(app: Flask) -> None:
    """The writer's turn is held while it is asked; it waited for it until now, and whoever watches took it for dead."""

    def asked() -> dict[str, Any]:
        answers: list[Any] = []

        def ask() -> None:
            with app.app_context():
                answers.append(app.test_client().get("/readyz"))

        asking = Thread(target=ask, daemon=True)
        asking.start()
        asking.join(15)
        assert answers, "it waits"
        assert answers[0].status_code == 200
        return answers[0].json  # type: ignore[no-any-return]

    def write(session: Session) -> dict[str, Any]:
        if session.get_bind().dialect.name == "postgresql":  # where a row is enough, nobody is in the way
            session.execute(text("LOCK TABLE serial IN ACCESS EXCLUSIVE MODE"))
        return asked()

    with app.app_context():
        during = transact(write)
        after = asked()
    assert (during["status"], during["checks"]["database"]) == ("degraded", "busy")
    assert (during["checks"]["disk"], during["checks"]["jobs"], after["checks"]["database"]) == ("ok", "ok", "ok")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_program_that_draws_no_number_is_not_waited_for_either(app: Flask) -> None:
    with app.app_context():
        other = sqlite3.connect(db.engine.url.database or "", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        answer = app.test_client().get("/readyz")
        other.execute("ROLLBACK")
        other.close()
        assert answer.json["checks"]["database"] == "busy"
        assert db.session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar() == 20_000
