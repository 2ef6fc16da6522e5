"""People at the desk: who may make whom, what happens to a PIN, and what is written down about it."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.web.conftest import PIN

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

Browse = Callable[[str], "FlaskClient"]


@pytest.fixture
def ids(shop: "Flask") -> dict[str, int]:
    """Badge -> id."""
    from app.db import reading
    from app.people.models import Operator

    with shop.app_context(), reading() as session:
        return {row.badge: row.id for row in session.execute(select(Operator.badge, Operator.id))}


def try_pin(client: "FlaskClient", badge: str, pin: str) -> int:
    return client.post("/sign-in", data={"badge": badge, "pin": pin}).status_code


def new_person(**changes: object) -> dict[str, object]:
    return {"name": "Zoë Ng", "badge": "ZOE-1", "pin": "1357", "roles": ["picker", "packer"], **changes}


def test_a_supervisor_adds_a_picker_who_signs_in_at_once(browse: Browse) -> None:
    added = browse("supervisor").post("/office/people", data=new_person())
    assert added.status_code == 303
    page = browse("supervisor").get(added.headers["Location"]).text
    assert "Zoë Ng" in page
    assert "packer, picker" in page, "what was given is written down"
    assert "/labels/badge/ZOE-1.pdf" in page
    zoe = browse("")
    assert try_pin(zoe, "ZOE-1", "1357") == 303
    assert zoe.get("/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"badge": "PICKER"}, "belongs to picker"),
        ({"badge": " "}, "needs a name and a badge"),
        ({"badge": "B" * 33}, "needs a name and a badge"),
        ({"name": ""}, "needs a name and a badge"),
        ({"name": "x" * 61}, "needs a name and a badge"),
        ({"pin": "12"}, "four to eight digits"),
        ({"pin": ""}, "four to eight digits"),
        ({"roles": ["king"]}, "no role king"),
        ({"roles": []}, "Tick at least one role"),
        ({"roles": ["supervisor"]}, "Only an admin"),
        ({"roles": ["picker", "admin"]}, "Only an admin"),
    ],
)
def test_who_cannot_be_added_is_refused_and_the_form_keeps_what_was_typed(
    browse: Browse, changes: dict[str, object], words: str
) -> None:
    answer = browse("supervisor").post("/office/people", data=new_person(**changes))
    assert answer.status_code in {403, 409, 422}
    assert words in answer.text
    assert f'value="{new_person(**changes)["name"]}"' in answer.text
    assert "1357" not in answer.text
    assert try_pin(browse(""), "ZOE-1", "1357") == 422


def test_the_last_role_is_not_taken_away(browse: Browse, ids: dict[str, int]) -> None:
    chief, path = browse("supervisor"), f"/office/people/{ids['picker']}"
    answer = chief.post(path, data={"name": "picker"})
    assert (answer.status_code, "Tick at least one role" in answer.text) == (422, True)
    assert browse("picker").get("/").status_code == 200


def test_only_an_admin_makes_and_changes_those_who_decide(browse: Browse, ids: dict[str, int]) -> None:
    chief, admin = browse("supervisor"), browse("admin")
    for badge in ("office", "auditor", "admin", "supervisor"):
        path = f"/office/people/{ids[badge]}"
        assert chief.post(path, data={"name": badge, "roles": ["picker"]}).status_code in {403, 422}, badge
        assert chief.post(f"{path}/pins", data={"pin": "7294"}).status_code in {403, 422}, badge
        assert try_pin(browse(""), badge, "7294") == 422, badge
        for verb in ("unlocks", "departures", "returns"):
            assert chief.post(f"{path}/{verb}").status_code in {403, 422}, (badge, verb)
            assert f"{path}/{verb}" not in chief.get(path).text, "what is refused is not offered"
        assert try_pin(browse(""), badge, PIN) == 303, "nobody was switched off"
    for verb in ("unlocks", "departures", "returns"):
        assert admin.post(f"/office/people/{ids['auditor']}/{verb}").status_code == 303, verb
    assert admin.post("/office/people", data=new_person(roles=["supervisor"])).status_code == 303
    assert admin.post(f"/office/people/{ids['office']}/pins", data={"pin": "7294"}).status_code == 303
    assert try_pin(browse(""), "office", "7294") == 303


def test_other_roles_count_from_the_next_request_on(browse: Browse, ids: dict[str, int]) -> None:
    office, admin = browse("office"), browse("admin")
    assert office.get("/office/orders").status_code == 200
    changed = admin.post(f"/office/people/{ids['office']}", data={"name": "Olga", "roles": ["picker"]})
    assert changed.status_code == 303
    assert office.get("/office/orders").status_code == 403
    page = admin.get(f"/office/people/{ids['office']}").text
    assert "office → picker" in page
    assert "office → Olga" in page


def test_nobody_changes_their_own_roles_so_that_an_admin_stays(browse: Browse, ids: dict[str, int]) -> None:
    admin = browse("admin")
    assert admin.post(f"/office/people/{ids['admin']}", data={"name": "admin", "roles": ["picker"]}).status_code == 422
    assert admin.post(f"/office/people/{ids['admin']}", data={"name": "Ada", "roles": ["admin"]}).status_code == 303
    assert admin.post(f"/office/people/{ids['admin']}/pins", data={"pin": "7294"}).status_code == 422
    assert admin.get("/office/people").status_code == 200


def test_a_new_pin_opens_a_locked_badge_and_ends_what_the_old_one_began(browse: Browse, ids: dict[str, int]) -> None:
    picker, stranger = browse("picker"), browse("")
    for _ in range(5):
        assert try_pin(stranger, "picker", "0000") == 422
    page = browse("supervisor").get(f"/office/people/{ids['picker']}").text
    assert "Locked" in page
    assert browse("supervisor").post(f"/office/people/{ids['picker']}/pins", data={"pin": "7294"}).status_code == 303
    assert picker.get("/").status_code == 401
    assert try_pin(stranger, "picker", PIN) == 422
    assert try_pin(stranger, "picker", "7294") == 303


def test_unlocking_and_switching_off_are_written_down_with_who_did_it(browse: Browse, ids: dict[str, int]) -> None:
    chief = browse("supervisor")
    for verb in ("unlocks", "departures", "returns"):
        assert chief.post(f"/office/people/{ids['picker']}/{verb}").status_code == 303
        assert chief.post(f"/office/people/987654/{verb}").status_code == 404
    page = chief.get(f"/office/people/{ids['picker']}").text
    rows = re.findall(r'<td class="wide">(.*?)</td>\s*<td>(.*?)</td>', page)
    assert rows == [("Switched on", "supervisor"), ("Switched off", "supervisor"), ("Unlocked", "supervisor")]


def test_ones_own_pin_is_changed_with_the_old_one(browse: Browse) -> None:
    here, elsewhere = browse("picker"), browse("picker")
    form = {"pin": PIN, "new": "8642", "again": "8642"}
    assert here.get("/settings/pin").status_code == 200
    assert here.post("/settings/pin", data=form | {"again": "8643"}).status_code == 422
    assert here.post("/settings/pin", data=form | {"new": "12", "again": "12"}).status_code == 422
    assert here.post("/settings/pin", data=form | {"pin": "0000"}).status_code == 422
    assert elsewhere.get("/").status_code == 200
    assert here.post("/settings/pin", data=form).status_code == 200
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 401, "signed in with the old one"
    assert try_pin(browse(""), "picker", PIN) == 422
    assert try_pin(browse(""), "picker", "8642") == 303


def test_guessing_the_old_pin_locks_the_badge_as_at_the_door(browse: Browse) -> None:
    picker = browse("picker")
    for _ in range(5):
        assert picker.post("/settings/pin", data={"pin": "0000", "new": "8642", "again": "8642"}).status_code == 422
    last = picker.post("/settings/pin", data={"pin": PIN, "new": "8642", "again": "8642"})
    assert "locked" in last.text
    assert try_pin(picker, "picker", PIN) == 422
    assert try_pin(browse(""), "picker", PIN) == 303, "whoever sits at one device locks nobody out at another"


@pytest.mark.parametrize("badge", ["api:erp", "API:erp", " Api:shop"])
def test_no_person_takes_a_badge_that_a_program_may_get(browse: Browse, badge: str) -> None:
    """A token made for ERP later would give its rights to whoever carries api:ERP."""
    answer = browse("admin").post("/office/people", data=new_person(badge=badge))
    assert answer.status_code == 422
    assert "those of programs" in answer.text


def test_a_token_never_joins_somebody_who_signs_in(shop: "Flask", browse: Browse) -> None:
    """Also where the badge was taken before badges of programs were kept for them; and a program gets no PIN."""
    from app.db import transact
    from app.people.operators import save_program
    from app.refusal import Refused

    with shop.app_context():
        transact(lambda session: _from_earlier_days(session, "API:erp"))
        with pytest.raises(Refused) as refusal:
            transact(lambda session: save_program(session, name="erp", roles=["office"]))
        assert refusal.value.code == "badge_is_persons"
        for _again in range(2):
            program = transact(lambda session: save_program(session, name="shop", roles=["picker"]))
        assert (program.badge, program.roles, program.pin_hash) == ("api:shop", ["picker"], None)
    answer = browse("supervisor").post(f"/office/people/{program.id}/pins", data={"pin": "7294"})
    assert (answer.status_code, "is a program" in answer.text) == (422, True)


def _from_earlier_days(session: "Session", badge: str) -> None:
    from app import clock
    from app.people.models import Operator

    session.add(Operator(name="Eve", badge=badge, pin_hash="kept", roles=["supervisor"], created_at=clock.now()))
