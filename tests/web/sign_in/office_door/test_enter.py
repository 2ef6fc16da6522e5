"""Who is let into the office, with what, and for how long."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.web.conftest import PIN
from tests.web.sign_in.office_door.door import (
    PASSWORD,
    Browse,
    Telephone,
    enter,
    id_of,
    is_inside,
    recovery_codes,
    set_up,
)
from tests.web.sign_in.test_sign_in import later, try_pin

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, Page


@pytest.mark.parametrize("badge", ["office", "supervisor", "admin", "auditor"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_badge_and_pin_alone_do_not_open_the_office(browse: Browse, badge: str) -> None:
    client = browse(badge)
    answer = client.get("/office/orders")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/office-sign-in")
    assert "/office-sign-in/set-up" in client.get("/office-sign-in").text
    changing = client.post("/office/people", data={})
    assert (changing.status_code, changing.headers.get("Location")) in {(303, "/office-sign-in"), (403, None)}
    by_cookie = client.post("/api/v1/adjustments", json={})
    assert (by_cookie.status_code, by_cookie.json["code"]) in {(403, "password_needed"), (403, "role_missing")}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_floor_and_programs_need_no_password(browse: Browse, token: Callable[..., dict[str, str]]) -> None:
    assert browse("picker").get("/").status_code == 200
    assert browse("supervisor").get("/").status_code == 200
    assert browse("").get("/api/v1/movements", headers=token("office", "office")).status_code == 200


def test_no_code_opens_twice_and_no_earlier_one_after_it(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    telephone, _done = set_up(browse("office"))
    assert enter(browse(""), "office", PASSWORD, telephone.code()) == 422, "that one was used to set it up"
    later(monkeypatch, seconds=30)
    code = telephone.code()
    assert enter(browse(""), "office", PASSWORD, code) == 303
    assert enter(browse(""), "office", PASSWORD, code) == 422
    assert enter(browse(""), "office", PASSWORD, telephone.code(steps=-1)) == 422
    assert enter(browse(""), "office", PASSWORD, telephone.code(steps=1)) == 303, "a clock may run half a minute ahead"
    assert enter(browse(""), "office", PASSWORD, telephone.code(steps=2)) == 422


@pytest.mark.parametrize(
    ("badge", "password", "code"),
    [
        ("office", "not the right password", "right"),
        ("office", PIN, "right"),
        ("office", "", "right"),
        ("office", PASSWORD, "000000"),
        ("office", PASSWORD, ""),
        ("office", PASSWORD, "١٢٣٤٥٦"),
        ("auditor", PASSWORD, "right"),
        ("stranger", PASSWORD, "right"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_wrong_is_not_told(
    browse: Browse, monkeypatch: pytest.MonkeyPatch, badge: str, password: str, code: str
) -> None:
    telephone, _done = set_up(browse("office"))
    later(monkeypatch, seconds=30)
    typed = {"badge": badge, "password": password, "code": telephone.code() if code == "right" else code}
    client = browse("")
    answer = client.post("/office-sign-in", data=typed)
    assert answer.status_code == 422
    assert "Badge, password or code is wrong" in answer.text
    assert PASSWORD not in answer.text
    assert not is_inside(client)


def test_a_right_pin_between_wrong_codes_does_not_forget_them(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    telephone, _done = set_up(browse("office"))
    later(monkeypatch, seconds=30)
    client = browse("")
    for _ in range(3):
        assert enter(client, "office", "not the right password", telephone.code()) == 422
    assert enter(client, "office", PASSWORD, "000000") == 422, "the right password does not forget them"
    assert try_pin(client, "office", PIN).status_code == 303, "nor does the right PIN"
    unlock = {"badge": "office", "supervisor": "admin", "pin": PIN}
    assert client.post("/unlocks", data=unlock).status_code == 200, "nor do a badge and a PIN, even an admin's"
    assert enter(client, "office", "not the right password", telephone.code()) == 422
    assert enter(client, "office", PASSWORD, telephone.code()) == 422
    assert "office is locked" in client.post("/office-sign-in", data={"badge": "office"}).text
    assert try_pin(client, "office", PIN).status_code == 303, "the floor is another door"
    later(monkeypatch, minutes=16)
    assert enter(client, "office", PASSWORD, telephone.code()) == 303


def test_the_office_is_opened_again_by_an_admin_alone(
    browse: Browse, shop: "Flask", monkeypatch: pytest.MonkeyPatch
) -> None:
    telephone, _done = set_up(browse("office"))
    admin, chief, client = browse("admin"), browse("supervisor"), browse("")
    set_up(admin)
    set_up(chief)
    later(monkeypatch, seconds=30)
    for _ in range(5):
        enter(client, "office", PASSWORD, "000000")
    path = f"/office/people/{id_of(shop, 'office')}"
    chief.post(f"{path}/unlocks")
    assert enter(client, "office", PASSWORD, telephone.code()) == 422
    assert f"{path}/unlocks" in admin.get(path).text
    assert admin.post(f"{path}/unlocks").status_code == 303
    assert f"{path}/unlocks" not in admin.get(path).text
    assert enter(client, "office", PASSWORD, telephone.code()) == 303


def test_a_recovery_code_opens_once(browse: Browse) -> None:
    _telephone, done = set_up(browse("office"))
    first, second, *_others = recovery_codes(done.text)
    assert enter(browse(""), "office", PASSWORD, first) == 303
    assert enter(browse(""), "office", PASSWORD, first) == 422
    assert enter(browse(""), "office", PASSWORD, f" {second.upper()} ") == 303


def test_a_desk_is_left_alone_longer_than_a_handheld(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, handheld = browse("office"), browse("supervisor")
    set_up(desk)
    later(monkeypatch, minutes=20)
    assert is_inside(desk)
    assert handheld.get("/").status_code == 401
    later(monkeypatch, minutes=32)
    assert not is_inside(desk)


def test_a_password_keeps_a_handheld_open_no_longer_than_a_pin(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, handheld = browse("office"), browse("")
    telephone, _done = set_up(desk)
    later(monkeypatch, seconds=30)
    handheld.environ_base["HTTP_USER_AGENT"] = (
        "Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 Mobile Safari/537.36"
    )
    assert enter(handheld, "office", PASSWORD, telephone.code()) == 303
    later(monkeypatch, minutes=5)
    assert is_inside(handheld)
    later(monkeypatch, minutes=7)
    assert not is_inside(handheld)
    assert is_inside(desk)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_way_in_is_gone_with_the_keyboard_alone_and_axe_finds_nothing(shop: "Flask", browser: "Browser") -> None:
    from tests import servers
    from tests.axe import violations

    found: dict[str, list[str]] = {}

    def look(page: "Page") -> None:
        found[page.title()] = violations(page)
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            found[page.title()].append("runs over the edge")

    with servers.in_thread(shop) as server:
        context = browser.new_context(base_url=server.url, viewport={"width": 360, "height": 640}, locale="en-GB")
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto("/sign-in")
        page.fill("#badge", "admin")
        page.press("#badge", "Enter")
        page.fill("[name=pin]", PIN)
        page.press("[name=pin]", "Enter")
        page.wait_for_selector("nav")
        page.goto("/office/people")
        page.wait_for_url("**/office-sign-in")
        look(page)
        page.get_by_role("link", name="Set both up").press("Enter")
        page.wait_for_url("**/set-up")
        look(page)
        telephone = Telephone(page.content())
        page.focus("[name=code]")
        for typed in (telephone.code(), PASSWORD, PASSWORD, PIN):
            page.keyboard.type(typed)
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector(".recovery-codes")
        look(page)
        page.get_by_role("link", name="To the desk").press("Enter")
        page.wait_for_url("**/office/")
        page.goto("/office/people")
        page.get_by_role("link", name="picker").press("Enter")
        page.wait_for_url("**/office/people/*")
        look(page)
        page.get_by_role("checkbox", name="Packer").press("Space")
        page.get_by_role("button", name="Save").press("Enter")
        page.get_by_text("picker → packer, picker").wait_for()
        context.clear_cookies()
        page.goto("/office-sign-in")
        look(page)
        context.close()
    assert len(found) == 4, list(found)
    assert not {title: faults for title, faults in found.items() if faults}
