"""Devices: where enrolment is asked for, badge and PIN open nothing on one that no supervisor has let in."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.config import Settings, SettingsError
from app.db import reading
from app.people.models import Device, SecurityEvent
from tests.web.conftest import OWN, PIN

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

CHIEF = {"supervisor": "supervisor", "pin": PIN, "name": "Dock 1"}


@pytest.fixture
def strict(shop: "Flask") -> Iterator["Flask"]:
    before: Settings = shop.config["SETTINGS"]
    shop.config["SETTINGS"] = replace(before, device_enrolment="yes")
    yield shop
    shop.config["SETTINGS"] = before


def send(client: "FlaskClient", path: str, **form: str) -> "TestResponse":
    return client.post(path, data=form, headers=OWN)


def sign_in(client: "FlaskClient", badge: str = "picker") -> "TestResponse":
    return send(client, "/sign-in", badge=badge, pin=PIN)


def test_badge_and_pin_open_nothing_on_a_device_that_nobody_let_in(strict: "Flask") -> None:
    handheld = strict.test_client()
    for form in ({"badge": "picker"}, {"badge": "picker", "pin": PIN}, {"badge": "admin", "pin": PIN}):
        refused = send(handheld, "/sign-in", **form)
        assert refused.status_code == 403
        assert "/enrolments" in refused.text
    assert handheld.get("/").status_code == 401
    assert send(handheld, "/enrolments", **CHIEF).status_code == 200
    assert sign_in(handheld).status_code == 303
    assert sign_in(strict.test_client()).status_code == 403, "another device is another device"


def test_only_a_supervisor_with_the_right_pin_lets_a_device_in(strict: "Flask") -> None:
    handheld = strict.test_client()
    assert send(handheld, "/enrolments", **CHIEF | {"supervisor": "picker"}).status_code == 403
    assert send(handheld, "/enrolments", **CHIEF | {"pin": "0009"}).status_code == 422
    assert sign_in(handheld).status_code == 403
    for _each in range(4):
        send(handheld, "/enrolments", **CHIEF | {"pin": "0009"})
    assert "locked" in send(handheld, "/enrolments", **CHIEF).text, "guesses count here as at the door"


def test_a_device_has_a_name_of_its_own_or_a_number(strict: "Flask") -> None:
    first, second, third = (strict.test_client() for _each in range(3))
    assert send(first, "/enrolments", **CHIEF).status_code == 200
    taken = send(second, "/enrolments", **CHIEF | {"name": "dock 1"})
    assert taken.status_code == 409
    assert "Another device is called" in taken.text
    assert send(second, "/enrolments", **CHIEF | {"name": "x" * 41}).status_code == 422
    assert send(third, "/enrolments", **CHIEF | {"name": ""}).status_code == 200
    with strict.app_context(), reading() as session:
        names = list(session.scalars(select(Device.name).order_by(Device.id)))
    assert names[0] == "Dock 1"
    assert names[1].startswith("D-")


def test_a_device_that_was_lost_is_retired_and_whoever_is_signed_in_there_is_out(strict: "Flask") -> None:
    lost, desk = strict.test_client(), strict.test_client()
    for client, name in ((lost, "Lost"), (desk, "Desk")):
        assert send(client, "/enrolments", **CHIEF | {"name": name}).status_code == 200
    assert sign_in(lost).status_code == 303
    assert sign_in(desk, "supervisor").status_code == 303
    page = desk.get("/office/devices")
    assert page.status_code == 200
    assert "Lost" in page.text
    with strict.app_context(), reading() as session:
        number = session.execute(select(Device.id).where(Device.name == "Lost")).scalar_one()
    assert send(lost, f"/office/devices/{number}/retirements").status_code == 403
    assert send(desk, f"/office/devices/{number}/retirements").status_code == 303
    assert lost.get("/").status_code == 401
    assert sign_in(lost).status_code == 403
    assert send(desk, "/office/devices/99999/retirements").status_code == 404
    with strict.app_context(), reading() as session:
        told = list(session.execute(select(SecurityEvent.what, SecurityEvent.detail).order_by(SecurityEvent.id)))
    assert ("device_enrolled", "Lost") in told
    assert ("device_retired", "Lost") in told


def test_tokens_of_programs_need_no_device(
    strict: "Flask", client: "FlaskClient", token: Callable[..., dict[str, str]]
) -> None:
    assert client.get("/api/v1/labels/templates", headers=token("picker", "floor")).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_enrolment_everybody_signs_in_anywhere(shop: "Flask") -> None:
    assert sign_in(shop.test_client()).status_code == 303


def test_production_asks_for_it_unless_told_otherwise() -> None:
    keys = {"secret_key": "a" * 32, "pepper": "b" * 32}
    assert Settings(mode="production", **keys).checked().wants_enrolment
    assert not Settings(mode="production", device_enrolment="no", **keys).wants_enrolment
    assert not Settings().wants_enrolment
    with pytest.raises(SettingsError, match="DEVICE_ENROLMENT"):
        Settings(device_enrolment="maybe").checked()
