"""The worker sets on hold what expires."""

from datetime import date

from flask import Flask

from app import work
from app.config import Settings
from app.db import db, reading, transact
from tests.stock.house import House
from tests.work.test_jobs import job


def test_the_worker_holds_what_has_expired(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]

    def stock(session: object) -> None:
        house = House(session)  # type: ignore[arg-type]
        for number in range(60):  # more than one portion
            house.stock("MILK", 1, f"A-{number:02}", lot=house.lot("MILK", "OLD", date(2020, 1, 1)))

    with app.app_context():
        transact(stock)
        assert work.run_once(settings, job("expire")) == 60
        assert work.run_once(settings, job("expire")) == 0
        with reading(db.engine) as session:
            assert House(session).sums("MILK") == (60, 60, 0, 0)
