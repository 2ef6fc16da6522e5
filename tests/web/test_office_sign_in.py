"""The office's door where a password is wanted: badge, password, and a code that is good once."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.people import totp
from tests.web.conftest import PIN, fill
from tests.web.test_sign_in import later, try_pin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, Page
    from werkzeug.test import TestResponse

Browse = Callable[[str], "FlaskClient"]
PASSWORD = "nine blue mugs on a shelf"


@pytest.fixture
def shop(database_url: str, tmp_path: "Path", monkeypatch: pytest.MonkeyPatch) -> "Iterator[Flask]":
    """As everywhere, but the office asks for a password; and the clock stands, so that no code grows old meanwhile."""
    later(monkeypatch)
    from app.config import Settings
    from tests import apps

    with apps.made_with(
        Settings(database_url=database_url, data_dir=tmp_path, secret_key="for-tests", office_sign_in="password")
    ) as app:
        fill(app)
        yield app


class Telephone:
    """An authenticator: it knows what the page showed, and the time."""

    def __init__(self, page: str) -> None:
        import base64

        found = re.search(r'class="telephone-text">([A-Z2-7]+)<', page)
        assert found is not None, page
        self.secret = base64.b32decode(found[1])
        nonce = re.search(r'name="nonce" value="([^"]+)"', page)
        assert nonce is not None
        self.nonce = unescape(nonce[1])

    def code(self, *, steps: int = 0) -> str:
        return totp.code_at(self.secret, totp.step_at(clock.now()) + steps)


def set_up(client: "FlaskClient", **changes: str) -> "tuple[Telephone, TestResponse]":
    telephone = Telephone(client.get("/office-sign-in/set-up").text)
    form = {"nonce": telephone.nonce, "code": telephone.code(), "password": PASSWORD, "again": PASSWORD, "pin": PIN}
    return telephone, client.post("/office-sign-in/set-up", data=form | changes)


def enter(client: "FlaskClient", badge: str, password: str, code: str) -> int:
    return client.post("/office-sign-in", data={"badge": badge, "password": password, "code": code}).status_code


def recovery_codes(page: str) -> list[str]:
    return re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", page)


def id_of(shop: "Flask", badge: str) -> int:
    from sqlalchemy import select

    from app.db import reading
    from app.people.models import Operator

    with shop.app_context(), reading() as session:
        return session.scalars(select(Operator.id).where(Operator.badge == badge)).one()


def is_inside(client: "FlaskClient") -> bool:
    answer = client.get("/office/orders")
    assert answer.status_code in {200, 303, 401, 403}
    return answer.status_code == 200


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


def test_password_and_telephone_are_set_up_once_and_open_the_office(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = browse("office"), browse("office")
    telephone, done = set_up(here)
    assert done.status_code == 200
    assert len(set(recovery_codes(done.text))) == 10
    assert is_inside(here)
    assert elsewhere.get("/").status_code == 401, "what was signed in by PIN is signed out"
    later(monkeypatch, seconds=30)
    desk = browse("")
    assert enter(desk, "office", PASSWORD, telephone.code()) == 303
    assert is_inside(desk)


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


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "000000"}, "not the code of now"),
        ({"again": PASSWORD + "x"}, "typed in two ways"),
        ({"password": "too short", "again": "too short"}, "15 to 200"),
        ({"password": "a" * 20, "again": "a" * 20}, "guessed soon"),
        ({"password": "trueshelfofficeoffice", "again": "trueshelfofficeoffice"}, "guessed soon"),
        ({"password": "x" * 201, "again": "x" * 201}, "15 to 200"),
        ({"pin": "0000"}, "wrong"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_set_up_is_refused(browse: Browse, changes: dict[str, str], words: str) -> None:
    client = browse("office")
    telephone, answer = set_up(client, **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert telephone.nonce in answer.text, "the telephone need not read the picture again"
    assert not is_inside(client)


def test_badge_and_pin_do_not_set_a_new_password_where_there_is_one(browse: Browse) -> None:
    inside = browse("office")
    set_up(inside)
    thief = browse("office")
    assert thief.get("/office-sign-in/set-up").status_code == 409
    assert thief.post("/office-sign-in/set-up", data={"nonce": "x"}).status_code == 409
    assert not is_inside(thief)
    assert inside.get("/office-sign-in/set-up").status_code == 200, "from inside it can be done again"
    assert browse("picker").get("/office-sign-in/set-up").status_code == 422


def test_from_inside_it_is_set_up_anew_with_the_old_password_only(browse: Browse) -> None:
    inside = browse("office")
    assert 'name="old"' not in inside.get("/office-sign-in/set-up").text, "there is none yet"
    set_up(inside)
    assert 'name="old"' in inside.get("/office-sign-in/set-up").text
    new = {"password": PASSWORD + "!", "again": PASSWORD + "!"}
    for old in ("", PIN, PASSWORD + "!"):
        _telephone, answer = set_up(inside, **new, old=old)
        assert (answer.status_code, "password until now is wrong" in answer.text) == (422, True)
    telephone, answer = set_up(inside, **new, old=PASSWORD)
    assert answer.status_code == 200
    assert is_inside(inside)
    assert enter(browse(""), "office", PASSWORD, telephone.code(steps=1)) == 422
    assert enter(browse(""), "office", PASSWORD + "!", telephone.code(steps=1)) == 303


def test_the_old_password_is_not_guessed_from_inside_either(browse: Browse) -> None:
    inside = browse("office")
    set_up(inside)
    for _ in range(5):
        assert set_up(inside, old="not the right password")[1].status_code == 422
    assert "office is locked" in set_up(inside, old=PASSWORD)[1].text


def test_of_two_who_set_up_at_once_the_second_is_refused(browse: Browse, shop: "Flask") -> None:
    from app.db import transact
    from app.people import office_sign_in
    from app.refusal import Conflict

    thief = browse("office")  # was let through while there was no password
    set_up(thief)
    settings, operator_id = shop.config["SETTINGS"], id_of(shop, "office")
    facts = {"password_hash": "x", "nonce": "x", "step": 1, "token_id": 1, "begun": None}
    with shop.app_context(), pytest.raises(Conflict) as refusal:
        transact(lambda session: office_sign_in.set_up(session, settings, operator_id, **facts))
    assert refusal.value.code == "already_set_up"
    assert is_inside(thief)


def test_an_admin_takes_a_password_back_and_a_supervisor_does_not(browse: Browse, shop: "Flask") -> None:
    office, admin, chief = browse("office"), browse("admin"), browse("supervisor")
    for client in (office, admin, chief):
        set_up(client)
    lost = id_of(shop, "office")
    path = f"/office/people/{lost}/password-losses"
    assert path in admin.get(f"/office/people/{lost}").text
    assert chief.post(path).status_code == 403
    assert is_inside(office)
    assert admin.post(path).status_code == 303
    assert not is_inside(office)
    again = browse("office")
    set_up(again)
    assert is_inside(again)


def test_the_last_admin_finds_help_on_the_command_line(browse: Browse, shop: "Flask") -> None:
    admin = browse("admin")
    set_up(admin)
    run = shop.test_cli_runner().invoke
    assert "no-such-badge" in run(args=["operator", "forget-password", "no-such-badge"]).output
    assert is_inside(admin)
    assert run(args=["operator", "forget-password", "admin"]).exit_code == 0
    assert not is_inside(admin)
    again = browse("admin")
    set_up(again)
    assert is_inside(again)


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
    from tests.web.at_the_desk import violations

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


# RFC 6238, appendix B, its SHA-1 rows cut to six digits: (seconds since 1970, code).
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    secret, moment = b"12345678901234567890", datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert totp.code_at(secret, totp.step_at(moment)) == code
    assert totp.matching_step(secret, code, moment) == totp.step_at(moment)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_telephone_reads_the_picture(browse: Browse) -> None:
    """Drawn again as a bitmap, because no reader here takes SVG."""
    import base64

    import PIL.Image
    import zxingcpp

    page = browse("office").get("/office-sign-in/set-up").text
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert found is not None
    drawn = base64.b64decode(found[1]).decode()
    size = int(re.search(r'viewBox="0 0 (\d+) ', drawn)[1])  # type: ignore[index]
    picture = PIL.Image.new("L", (size, size), 255)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", drawn):
        picture.putpixel((int(x), int(y)), 0)
    [read] = zxingcpp.read_barcodes(picture.resize((size * 4, size * 4), PIL.Image.Resampling.NEAREST))
    secret = Telephone(page).secret
    assert read.text == totp.address(secret, name="office")
    assert read.text.startswith("otpauth://totp/Trueshelf:office?secret=")
