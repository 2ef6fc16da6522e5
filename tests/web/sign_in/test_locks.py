"""Who may lock out whom: strangers nobody who works, and nobody guesses more for having many addresses."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from app import clock
from app.config import Settings
from app.db import reading, transact
from app.people import locks, sign_in
from app.people.addresses import is_this_machine, subscriber
from app.people.devices import new_device
from app.people.models import Device, Operator, Stranger
from app.refusal import Refused
from app.work import JOBS, run_once
from tests.web.conftest import PEOPLE, PIN

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

AT_HOME = {"base_url": "https://localhost", "headers": {"Sec-Fetch-Site": "same-origin"}}


def try_pin(client: "FlaskClient", badge: str, pin: str, address: str = "127.0.0.1") -> "TestResponse":
    form = {"badge": badge, "pin": pin}
    return client.post("/sign-in", data=form, environ_overrides={"REMOTE_ADDR": address}, **AT_HOME)


def guess(badge: str, address: str) -> str:
    """One wrong PIN of a stranger, as far as the database is asked: the code of the refusal, or ``looked_at``."""
    try:
        transact(lambda session: sign_in.begin(session, badge, device_key="", address=address))
    except Refused as refusal:
        return refusal.code
    return "looked_at"


def count(model: type[Stranger] | type[Device]) -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(model)).scalar_one()


def later(monkeypatch: pytest.MonkeyPatch, **time: float) -> None:
    moment = clock.now() + timedelta(**time)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_strangers_lock_nobody_out_of_a_device_on_which_they_work(shop: "Flask") -> None:
    """45 tries from three addresses locked all nine badges, the admin's too: a shift was locked out by a stranger."""
    people = [name for name, roles in PEOPLE.items() if roles]
    clients = {name: shop.test_client() for name in people}
    for number, (name, client) in enumerate(clients.items()):
        assert try_pin(client, name, PIN, f"10.0.0.{number}").status_code == 303
        client.post("/sign-out", **AT_HOME)
    for number, name in enumerate(people):
        for _each in range(5):
            assert try_pin(shop.test_client(), name, "0000", f"203.0.113.{number}").status_code == 422
        assert "locked" in try_pin(shop.test_client(), name, PIN, "198.51.100.7").text, "everywhere else"
    for name, client in clients.items():
        assert try_pin(client, name, PIN, "203.0.113.1").status_code == 303, name


def test_wrong_pins_on_ones_own_device_lock_the_badge_there_alone(shop: "Flask") -> None:
    here, there = shop.test_client(), shop.test_client()
    for client in (here, there):
        assert try_pin(client, "picker", PIN).status_code == 303
    for _each in range(5):
        try_pin(here, "picker", "0000")
    assert "badge is locked" in try_pin(here, "picker", PIN).text
    assert try_pin(here, "packer", PIN).status_code == 303, "another badge"
    assert try_pin(there, "picker", PIN).status_code == 303, "another device"
    assert try_pin(shop.test_client(), "picker", PIN).status_code == 303, "a new device"
    chief = {"badge": "picker", "supervisor": "supervisor", "pin": PIN}
    assert here.post("/unlocks", data=chief, **AT_HOME).status_code == 200
    assert try_pin(here, "picker", PIN).status_code == 303


def test_a_right_pin_on_ones_own_device_gives_strangers_no_more_tries(shop: "Flask") -> None:
    own = shop.test_client()
    assert try_pin(own, "picker", PIN).status_code == 303
    with shop.app_context():
        for _each in range(4):
            assert guess("picker", "203.0.113.1") == "looked_at"
    assert try_pin(own, "picker", PIN).status_code == 303
    with shop.app_context():
        assert guess("picker", "203.0.113.2") == "looked_at"
        assert guess("picker", "203.0.113.3") == "badge_locked"


def test_ten_thousand_guesses_over_badges_and_addresses_are_hardly_looked_at(
    shop: "Flask", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each badge five in the first quarter of an hour, then five in half an hour, and so on; rows are bounded."""
    monkeypatch.setattr(locks, "MOST_STRANGERS", 50)
    badges = [name for name, roles in PEOPLE.items() if roles]
    with shop.app_context():
        answers = [guess(badges[n % len(badges)], f"203.0.{n // 40}.{n % 250}") for n in range(2_000)]
        assert answers.count("looked_at") <= 5 * len(badges)
        assert count(Stranger) <= 50 + 1
        for minutes in (16, 31, 61):
            later(monkeypatch, minutes=minutes)
            answers = [guess(badges[n % len(badges)], f"198.51.{n // 40}.{n % 250}") for n in range(500)]
            assert answers.count("looked_at") <= 5 * len(badges)
            assert count(Stranger) <= 50 + 1
        devices = count(Device)
    assert devices == 0, "a stranger is no device"
    later(monkeypatch, days=2)
    with shop.app_context():
        settings: Settings = shop.config["SETTINGS"]
        run_once(settings, next(job for job in JOBS if job.name == "forget"))
        assert count(Stranger) == 0


def test_strangers_for_whom_there_is_no_row_left_share_one(shop: "Flask", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "MOST_STRANGERS", 3)
    with shop.app_context():
        answers = [guess("nobody-at-all", f"203.0.113.{n}") for n in range(40)]
        assert answers[-1] == "device_locked"
        assert answers.count("looked_at") == 3 + locks.DEVICE_TRIES


def test_an_ipv6_subscriber_is_one_address(shop: "Flask") -> None:
    with shop.app_context():
        answers = [guess(f"no-badge-{n}", f"2001:db8:1:2::{n:x}") for n in range(25)]
        assert answers.count("looked_at") == locks.DEVICE_TRIES
        assert guess("no-badge", "2001:db8:1:3::1") == "looked_at"
        assert count(Stranger) == 2


@pytest.mark.parametrize(
    ("address", "stands_for"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("?", "?"),
    ],
)
def test_an_address_is_counted_as_its_subscriber(address: str, stands_for: str) -> None:
    assert subscriber(address) == stands_for


@pytest.mark.parametrize(
    ("address", "is_local"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("?", False),
    ],
)
def test_this_machine_is_known_by_its_address(address: str, is_local: bool) -> None:
    assert is_this_machine(address) == is_local


def test_the_office_is_locked_for_strangers_and_not_on_the_desk_where_its_person_works(shop: "Flask") -> None:
    keys: list[str] = []
    with shop.app_context():

        def own(session) -> None:
            admin = session.scalars(select(Operator).where(Operator.badge == "admin")).one()
            device, key = new_device(session)
            keys.append(key)
            locks.make_own(session, admin.id, device.id, locks.OFFICE)

        transact(own)

        def begin(key: str, address: str) -> str:
            try:
                transact(lambda session: sign_in.begin_at_office(session, "admin", device_key=key, address=address))
            except Refused as refusal:
                return refusal.code
            return "looked_at"

        assert [begin("", f"203.0.113.{n}") for n in range(6)] == ["looked_at"] * 5 + ["office_locked"]
        assert begin(keys[0], "203.0.113.1") == "looked_at"


def test_a_day_without_a_lock_forgets_how_long_the_last_one_was(shop: "Flask", monkeypatch: pytest.MonkeyPatch) -> None:
    with shop.app_context():
        for minutes in (15, 30):
            assert [guess("picker", f"203.0.113.{minutes + n}") for n in range(5)] == ["looked_at"] * 5
            later(monkeypatch, minutes=minutes, seconds=1)
        later(monkeypatch, days=2)
        assert [guess("picker", f"203.0.114.{n}") for n in range(5)] == ["looked_at"] * 5
        later(monkeypatch, minutes=15, seconds=1)
        assert guess("picker", "203.0.115.1") == "looked_at"
