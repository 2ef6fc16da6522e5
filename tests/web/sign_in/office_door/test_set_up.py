"""Password and telephone are set up once, set up anew, and taken back."""

import re
from typing import TYPE_CHECKING

import pytest

from app.people import totp
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
from tests.web.sign_in.test_sign_in import later

if TYPE_CHECKING:
    from flask import Flask


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


def test_the_token_that_a_pin_gave_does_not_come_into_the_office(browse: Browse) -> None:
    """Setting up gives rights: whoever copied the cookie of badge and PIN does not get them."""
    supervisor = browse("supervisor")
    before = supervisor.get_cookie("trueshelf")
    assert before is not None
    old = {"Authorization": f"Bearer {before.value}"}
    assert supervisor.get("/api/v1/availability", headers=old).status_code in {200, 403}
    _telephone, answer = set_up(supervisor)
    assert answer.status_code == 200
    after = supervisor.get_cookie(before.key)
    assert after is not None
    assert after.value != before.value
    assert supervisor.get("/office/").status_code == 200
    assert browse("").get("/api/v1/availability", headers=old).status_code == 401
