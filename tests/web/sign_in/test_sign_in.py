"""Badge, then PIN: what opens the door, what locks it, and who may open it again."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app import clock
from tests.web.conftest import PIN

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

Browse = Callable[[str], "FlaskClient"]


def try_pin(client: "FlaskClient", badge: str, pin: str) -> "TestResponse":
    return client.post("/sign-in", data={"badge": badge, "pin": pin})


def later(monkeypatch: pytest.MonkeyPatch, **time: float) -> None:
    moment = clock.now() + timedelta(**time)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_a_badge_and_its_pin_begin_the_shift(browse: Browse) -> None:
    client = browse("")
    asked = client.post("/sign-in", data={"badge": "picker"})
    assert asked.status_code == 200
    assert 'name="pin"' in asked.text
    entered = try_pin(client, "picker", PIN)
    assert (entered.status_code, entered.headers["Location"]) == (303, "/")
    assert client.get("/").status_code == 200


def test_a_scanned_badge_carries_a_letter_and_a_check(browse: Browse) -> None:
    from app.barcode.internal import InternalKind, encode

    assert try_pin(browse(""), encode(InternalKind.BADGE, "picker"), PIN).status_code == 303


@pytest.mark.parametrize(
    ("badge", "pin"), [("picker", "0000"), ("stranger", PIN), ("picker", ""), ("picker", "x" * 60)]
)
def test_nothing_else_opens_the_door(browse: Browse, badge: str, pin: str) -> None:
    client = browse("")
    try_pin(client, badge, pin)
    assert client.get("/").status_code == 401


def test_five_wrong_pins_lock_the_badge_even_for_the_right_one(browse: Browse) -> None:
    client = browse("")
    for _ in range(5):
        assert try_pin(client, "picker", "0000").status_code == 422
    assert "locked" in try_pin(client, "picker", PIN).text
    assert client.get("/").status_code == 401
    assert try_pin(client, "packer", PIN).status_code == 303, "another badge on the same device is not locked"


def test_a_lock_opens_by_itself_and_the_next_one_lasts_twice_as_long(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browse("")
    for minutes in (15, 30, 60, 120, 240, 240):
        for _ in range(5):
            try_pin(client, "picker", "0000")
        later(monkeypatch, minutes=minutes - 1)
        assert "badge is locked for" in try_pin(client, "picker", PIN).text, minutes
        later(monkeypatch, minutes=1, seconds=1)
        assert client.post("/sign-in", data={"badge": "picker"}).status_code == 200, minutes
    assert try_pin(client, "picker", PIN).status_code == 303
    for _ in range(4):
        try_pin(client, "picker", "0000")
    assert try_pin(client, "picker", PIN).status_code == 303, "the right PIN forgets the wrong ones"


def test_twenty_wrong_tries_lock_the_device_and_only_it(browse: Browse) -> None:
    intruder, colleague = browse(""), browse("packer")
    for number in range(20):
        try_pin(intruder, f"guess-{number}", "0000")
    assert "on this device" in try_pin(intruder, "receiver", PIN).text
    colleague.post("/sign-out")
    assert try_pin(colleague, "packer", PIN).status_code == 303, "an enrolled device is counted by itself"


def test_guesses_that_come_at_once_are_charged_before_they_are_looked_at(shop: "Flask") -> None:
    from app.db import transact
    from app.people import sign_in
    from app.refusal import Refused

    with shop.app_context():
        charged = [transact(lambda s: sign_in.begin(s, "picker", device_key="", address="x")) for _ in range(5)]
        assert len(charged) == 5
        with pytest.raises(Refused) as refusal:
            transact(lambda s: sign_in.begin(s, "picker", device_key="", address="x"))
    assert refusal.value.code == "badge_locked"


def test_a_supervisor_unlocks_a_badge_and_a_picker_does_not(browse: Browse) -> None:
    client = browse("")
    for _ in range(5):
        try_pin(client, "picker", "0000")
    form = {"badge": "picker", "pin": PIN}
    assert client.post("/unlocks", data=form | {"supervisor": "packer"}).status_code == 403
    assert client.post("/unlocks", data=form | {"supervisor": "supervisor", "pin": "0000"}).status_code == 422
    assert client.get("/").status_code == 401
    assert client.post("/unlocks", data=form | {"supervisor": "supervisor"}).status_code == 200
    admins = {"badge": "admin", "pin": PIN}
    assert client.post("/unlocks", data=admins | {"supervisor": "supervisor"}).status_code == 403, (
        "no tries without end"
    )
    assert client.post("/unlocks", data=admins | {"supervisor": "admin"}).status_code == 200
    assert try_pin(client, "picker", PIN).status_code == 303


def test_signing_out_ends_the_token_wherever_it_was_copied_to(browse: Browse) -> None:
    client, thief = browse("picker"), browse("")
    cookie = client.get_cookie("trueshelf")
    assert cookie is not None
    thief.set_cookie("trueshelf", cookie.value)
    assert thief.get("/").status_code == 200
    assert client.post("/sign-out").status_code == 303
    assert thief.get("/").status_code == 401


def test_a_disabled_operators_next_request_is_401(
    shop: "Flask", browse: Browse, token: Callable[..., dict[str, str]]
) -> None:
    from sqlalchemy import select, update

    from app.db import reading, transact
    from app.people.models import Operator

    with shop.app_context(), reading() as session:
        operator_id = session.execute(select(Operator.id).where(Operator.badge == "picker")).scalar_one()
    picker, chief, robot = browse("picker"), browse("supervisor"), token("picker", "floor")
    assert picker.get("/").status_code == 200
    with shop.app_context():
        transact(lambda session: session.execute(update(Operator).values(is_active=Operator.badge != "picker")))
    assert picker.get("/").status_code == 401, "known at the next request, even before any token is revoked"
    assert chief.post(f"/office/people/{operator_id}/departures").status_code == 303
    assert picker.get("/").status_code == 401
    assert picker.get("/api/v1/anything", headers=robot).status_code in {401, 404}
    assert try_pin(browse(""), "picker", PIN).status_code == 422


def test_a_shift_ends_by_itself_and_an_idle_one_earlier(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browse("picker")
    for _ in range(3):
        later(monkeypatch, minutes=5)
        assert client.get("/").status_code == 200, "whoever works is not idle"
    later(monkeypatch, minutes=7)
    assert client.get("/").status_code == 401
    other = browse("picker")
    for _ in range(12 * 12):
        later(monkeypatch, minutes=5, seconds=1)
        last = other.get("/help")
    assert last.status_code == 200, "that page is public"
    assert other.get("/").status_code == 401, "twelve hours are over"


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http(shop: "Flask") -> None:
    client = shop.test_client()
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = client.post(
        "/sign-in", data={"badge": "picker", "pin": PIN}, headers=headers, base_url="https://localhost"
    )
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("__Host-trueshelf="))
    for word in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_pin_is_kept_under_the_pepper_and_never_as_it_is(shop: "Flask") -> None:
    from dataclasses import replace

    from app.people.pins import check_pin, hash_pin
    from app.refusal import Refused

    settings = shop.config["SETTINGS"]
    kept = hash_pin(settings, "2791", badge="MIA")
    assert "2791" not in kept
    assert check_pin(settings, kept, "2791")
    assert not check_pin(settings, kept, "2792")
    assert not check_pin(replace(settings, pepper="another"), kept, "2791")
    assert not check_pin(settings, None, "2791")
    for wrong in ("123", "123456789", "12a4", "", "１２３４"):
        with pytest.raises(Refused) as refusal:
            hash_pin(settings, wrong, badge="MIA")
        assert refusal.value.code == "pin_malformed"
