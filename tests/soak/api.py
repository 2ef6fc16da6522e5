"""Robots that scan over the API through a bad network, while the server is killed and started again.

Each scan has an id of its own and is sent until it is answered. At the end: what was acknowledged is there, nothing is
there twice, and the ledger agrees with itself.
"""

import json
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from app.config import Settings
from app.factory import create_app
from tests.soak.house import BARCODE, Books, open_house, read_books
from tests.soak.proxy import Proxy, Weather, proxy
from tests.soak.server import Plug

LOSE_REQUESTS, LOSE_ANSWERS = 0.10, 0.25
PATIENCE_SECONDS = 10  # for one answer; far more than it takes, as a lost one is a closed connection


@dataclass
class Outcome:
    """What the robots believe, and what the books say."""

    acknowledged: set[str] = field(default_factory=set)
    units: int = 0
    sent: int = 0
    replayed: int = 0
    kills: int = 0
    weather: Weather = field(default_factory=Weather)
    books: Books | None = None

    def faults(self) -> list[str]:
        """What is wrong, in words; empty where the promise was kept."""
        assert self.books is not None
        found = []
        lost = self.acknowledged - self.books.scan_ids
        if lost:
            found.append(f"acknowledged and not there: {len(lost)}")
        if self.books.scans != len(self.acknowledged):
            found.append(f"{self.books.scans} scans are there, {len(self.acknowledged)} were answered")
        if self.books.units_posted != self.units or self.books.on_hand != self.units:
            found.append(
                f"{self.units} units were scanned, {self.books.units_posted} posted, {self.books.on_hand} kept"
            )
        if not self.books.is_verified:
            found.append("the ledger does not agree with itself")
        return found

    def __str__(self) -> str:
        return (
            f"{len(self.acknowledged)} scans, {self.units} units, {self.sent} requests, {self.replayed} answers given "
            f"again; lost: {self.weather.lost_requests} requests, {self.weather.lost_answers} answers; "
            f"{self.kills} kills"
        )


class Robot(threading.Thread):
    """One worker with a delivery of its own: some units, then the dock, again and again."""

    def __init__(self, number: int, token: str, network: Proxy, outcome: Outcome, *, scans: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._number, self._token, self._network, self._outcome = number, token, network, outcome
        self._scans, self._dice = scans, random.Random(f"{seed}/{number}")
        self._lock = threading.Lock()
        self.error = ""

    def run(self) -> None:
        try:
            self._work()
        except AssertionError as error:
            self.error = str(error)

    def _work(self) -> None:
        opened = self._until_answered(
            "/api/v1/tasks", {"kind": "receive", "warehouse": "MAIN", "document": f"PO-{self._number}"}
        )
        path = f"/api/v1/tasks/{opened['task']['id']}/scans"
        left = self._scans
        while left > 0:
            units = min(left, self._dice.randint(1, 6))
            for code in (*[BARCODE] * units, "DOCK-1"):
                scan_id = str(uuid.UUID(int=self._dice.getrandbits(128), version=4))
                answer = self._until_answered(path, {"scan_id": scan_id, "code": code})
                assert answer["outcome"] == "accepted", answer
                self._outcome.acknowledged.add(scan_id)
                self._outcome.replayed += answer["replayed"]
                self._outcome.units += code == BARCODE
            left -= units

    def _until_answered(self, path: str, body: dict[str, str]) -> dict[str, object] | dict[str, dict[str, object]]:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            self._outcome.sent += 1
            connection = HTTPConnection("localhost", self._network.port, timeout=PATIENCE_SECONDS)
            try:
                headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
                connection.request("POST", path, json.dumps(body), headers)
                response = connection.getresponse()
                data = response.read()
                if response.status < 500 and response.status != 429:
                    assert response.status in {200, 201, 422}, data
                    found: dict[str, object] = json.loads(data)
                    return found
            except (OSError, HTTPException):
                time.sleep(0.05)
            finally:
                connection.close()
        raise AssertionError("no answer for two minutes")


def run(folder: Path, *, database_url: str, seed: int, workers: int = 8, scans: int = 100, kills: int = 1) -> Outcome:
    """``scans`` units for each of the ``workers``, with ``kills`` of the server spread over the work."""
    dice = random.Random(seed)
    outcome = Outcome()
    data = folder / "data"
    data.mkdir()
    tokens = open_house(database_url, data, workers=workers)
    plug = Plug(database_url, folder)
    weather = Weather(lose_requests=LOSE_REQUESTS, lose_answers=LOSE_ANSWERS)
    outcome.weather = weather
    try:
        with proxy(plug.start(), seed=seed, weather=weather) as network:
            robots = [
                Robot(n, token, network, outcome, scans=scans, seed=seed) for n, token in enumerate(tokens, start=1)
            ]
            marks = sorted(dice.sample(range(1, workers * scans), kills))
            for robot in robots:
                robot.start()
            for mark in marks:
                while outcome.units < mark and any(robot.is_alive() for robot in robots):
                    time.sleep(0.005)
                plug.kill()
                outcome.kills += 1
                network.upstream = plug.start()
            for robot in robots:
                robot.join()
    finally:
        plug.stop()
    assert not (errors := [robot.error for robot in robots if robot.error]), errors
    outcome.books = read_books(create_app(Settings(database_url=database_url, data_dir=data)))
    return outcome
