"""The fault runs, short and seeded; ``make soak`` is as long as you like."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browser.conftest import HANDHELD
from tests.servers import Server
from tests.soak import api
from tests.soak.device import FAULTS, Worker
from tests.soak.house import fill, read_books
from tests.soak.proxy import proxy

SEED = 20_26


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_handheld_loses_nothing_and_doubles_nothing_through_ten_faults(
    browser: Browser, app: Flask, live_server: Server
) -> None:
    fill(app, workers=1)
    with proxy(int(live_server.url.rsplit(":", 1)[1]), seed=SEED) as network:
        device = browser.new_context(base_url=network.url, viewport=HANDHELD, locale="en-GB")
        device.set_default_timeout(30_000)
        walk = Worker(device, network, seed=SEED).work(len(FAULTS) + 2)
        device.close()
    assert walk.faults(read_books(app)) == [], str(walk)
    assert set(walk.cuts) == set(FAULTS)
    assert walk.units > 20


def test_what_was_acknowledged_survives_lost_answers_and_a_killed_server(sqlite_url: str, tmp_path: Path) -> None:
    outcome = api.run(tmp_path, seed=SEED, workers=8, scans=12, kills=1, database_url=sqlite_url)
    assert outcome.faults() == [], str(outcome)
    assert outcome.kills == 1
    assert outcome.units == 96
    assert outcome.weather.lost_answers > 10
    assert outcome.weather.lost_requests > 3
