"""What no database keeps, sent by hand: every page says no, and none breaks."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.web.conftest import OWN, PIN

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

Browse = Callable[[str], "FlaskClient"]
ENDLESS = "9" * 25


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in?badge=%00",
        "/office/stock?q=a%00b",
        "/office/orders?q=%00",
        "/history?q=%00",
        "/office/balances?location=%00",
        "/office/items/a%00b",
        "/labels/item/a%00b.pdf",
    ],
)
def test_a_nul_in_an_address_is_refused(browse: Browse, path: str) -> None:
    answer = browse("admin").get(path, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "bad_text" in answer.text


@pytest.mark.parametrize("path", [f"/tasks/{ENDLESS}", f"/office/orders/{ENDLESS}"])
def test_a_number_without_end_is_no_page(browse: Browse, path: str) -> None:
    assert browse("admin").get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/sign-in", {"badge": "a\x00b", "pin": PIN}),
        ("/unlocks", {"badge": "a\x00b", "supervisor": "admin", "pin": PIN}),
        ("/scans", {"scan_id": "\x00", "code": "A-01"}),
        ("/settings", {"warehouse": "\x00"}),
        ("/office/short-closures", {"number": "\x00"}),
    ],
)
def test_a_nul_in_a_form_is_refused(browse: Browse, path: str, fields: dict[str, str]) -> None:
    answer = browse("admin").post(path, data=fields, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "bad_text" in answer.text


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_outside_the_calendar_is_a_wrong_field(browse: Browse, moment: str) -> None:
    fields = {"scan_id": "s", "code": "A-01", "scanned_at": moment}
    answer = browse("picker").post("/scans", data=fields, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "bad_field" in answer.text


def test_a_digit_that_is_no_number_breaks_no_page(browse: Browse) -> None:
    assert browse("admin").get("/office/work?released=%C2%B2").status_code == 200


def test_a_correction_that_was_sent_twice_is_posted_once(browse: Browse) -> None:
    chief = browse("supervisor")
    once = {"sku": "MUG", "location": "A-01", "quantity": "3", "direction": "more", "reason": "found", "key": "k-1"}
    assert chief.post("/office/adjustments", data=once).status_code == 303
    again = chief.post("/office/adjustments", data=once, headers={"HX-Request": "true"})
    assert again.status_code == 409
    assert "already_posted" in again.text
    assert "A-01,,,,,available,13," in chief.get("/office/balances.csv?sku=MUG").text


def test_one_scan_at_home_that_arrives_four_times_at_once_is_one_answer(shop: "Flask", browse: Browse) -> None:
    cookies = browse("counter").get_cookie("trueshelf")
    assert cookies is not None
    statuses: list[int] = []

    def send(scan_id: str, start: threading.Barrier) -> None:
        client = shop.test_client()
        client.set_cookie("trueshelf", cookies.value)
        start.wait()
        fields = {"scan_id": scan_id, "code": "MUG"}
        statuses.append(client.post("/scans", data=fields, headers=OWN).status_code)

    for number in range(5):
        start = threading.Barrier(4)
        senders = [threading.Thread(target=send, args=(f"s-{number}", start)) for _sender in range(4)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    assert set(statuses) == {200}


def test_a_supervisor_lets_no_admin_in_again(browse: Browse, shop: "Flask") -> None:
    from sqlalchemy import select

    from app.db import reading
    from app.people.models import Operator

    with shop.app_context(), reading() as session:
        found = select(Operator.id).where(Operator.badge == "picker")
        admin = session.scalar(select(Operator.id).where(Operator.badge == "admin"))
        other = session.scalar(found)
    assert browse("admin").post(f"/office/people/{other}/departures").status_code == 303
    assert browse("supervisor").post(f"/office/people/{other}/returns").status_code == 303
    assert browse("supervisor").post(f"/office/people/{admin}/returns").status_code == 403
