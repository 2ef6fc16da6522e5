"""The security log: who came in and who did not, what was locked and who opened it, and from where; and no secret."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from app import clock
from app.db import reading, transact
from app.people import security_log, sign_in
from app.people.models import Operator, SecurityEvent
from app.people.tokens import create_api_token
from app.work import JOBS, run_once
from tests.test_cli import commands_of
from tests.web.conftest import PIN

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

Browse = Callable[[str], "FlaskClient"]
ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def try_pin(client: "FlaskClient", badge: str, pin: str) -> "TestResponse":
    return client.post("/sign-in", data={"badge": badge, "pin": pin})


def told(app: "Flask") -> list[tuple[str, str, str]]:
    """What, about whom, by whom; oldest first."""
    with app.app_context(), reading() as session:
        return [(line.what, line.who, line.by) for line in reversed(security_log.lines(session, before=None, limit=99))]


def operator_id(app: "Flask", badge: str) -> int:
    with app.app_context(), reading() as session:
        return session.execute(select(Operator.id).where(Operator.badge == badge)).scalar_one()


def test_it_tells_who_came_in_who_did_not_and_who_opened_what(shop: "Flask", browse: Browse) -> None:
    client = browse("")
    for _each in range(5):
        try_pin(client, "picker", "0009")
    client.post("/unlocks", data={"badge": "picker", "supervisor": "supervisor", "pin": PIN})
    try_pin(client, "picker", PIN)
    client.post("/sign-out")
    assert told(shop) == [
        *[("pin_wrong", "picker", "")] * 5,
        ("pin_locked", "picker", ""),
        ("unlocked", "picker", "supervisor"),
        ("signed_in", "picker", ""),
        ("signed_out", "picker", ""),
    ]


def test_a_lock_is_told_only_where_the_try_was_wrong(shop: "Flask", browse: Browse) -> None:
    """Each try is charged before it is looked at: the fifth one locks, and may be right."""
    client = browse("")
    for _each in range(4):
        try_pin(client, "picker", "0009")
    assert try_pin(client, "picker", PIN).status_code == 303
    assert "pin_locked" not in {what for what, _who, _by in told(shop)}


def test_rights_and_pins_that_are_given_are_told_with_their_giver(shop: "Flask", browse: Browse) -> None:
    admin, picker = browse("admin"), operator_id(shop, "picker")
    admin.post(f"/office/people/{picker}", data={"name": "picker", "roles": ["picker", "packer"]})
    admin.post(f"/office/people/{picker}/pins", data={"pin": "80531"})
    admin.post(f"/office/people/{picker}/unlocks")
    assert [(what, who, by) for what, who, by in told(shop) if by] == [
        ("roles", "picker", "admin"),
        ("pin", "picker", "admin"),
        ("unlocked", "picker", "admin"),
    ]


def test_whoever_gains_a_role_signs_in_again(shop: "Flask", browse: Browse) -> None:
    """A session that was open before, or was copied, gains no rights."""
    admin, picker = browse("admin"), browse("picker")
    person = operator_id(shop, "picker")
    admin.post(f"/office/people/{person}", data={"name": "Mia", "roles": ["picker"]})
    assert picker.get("/").status_code == 200, "another name is no right"
    admin.post(f"/office/people/{person}", data={"name": "Mia", "roles": ["picker", "supervisor"]})
    assert picker.get("/").status_code == 401


def test_only_admins_and_auditors_read_it_on_a_page_and_as_a_file(shop: "Flask", browse: Browse) -> None:
    try_pin(browse(""), "picker", "0009")
    for role in ("picker", "supervisor", "office"):
        for address in ("/office/security-log", "/office/security-log.csv"):
            assert browse(role).get(address).status_code == 403
    for role in ("admin", "auditor"):
        page = browse(role).get("/office/security-log")
        assert page.status_code == 200
        assert "Wrong PIN" in page.text
        assert 'href="/office/security-log"' in browse(role).get("/office/ledger").text, "an auditor finds it"
        assert "127.0.0.1" in page.text
        file = browse(role).get("/office/security-log.csv").text.removeprefix("\ufeff")
        rows = list(csv.DictReader(io.StringIO(file)))
        assert ("pin_wrong", "picker", "127.0.0.1") in [(row["what"], row["who"], row["address"]) for row in rows]


@ONE_ENGINE
def test_it_goes_on_over_pages(shop: "Flask", browse: Browse) -> None:
    with shop.app_context():
        transact(lambda session: [security_log.tell(session, "signed_in", detail=f"n{n}") for n in range(120)])
    admin, seen, address = browse("admin"), 0, "/office/security-log"
    while address:
        page = admin.get(address).text
        seen += page.count("Signed in: n")
        _before, found, rest = page.partition('href="/office/security-log?before=')
        address = "/office/security-log?before=" + rest.partition('"')[0] if found else ""
    assert seen == 120


def test_no_secret_and_nothing_that_a_stranger_typed_is_in_it(shop: "Flask", browse: Browse) -> None:
    client = browse("")
    try_pin(client, "24681357", "97531")
    client.post("/sign-in", data={"badge": "24681357"})
    try_pin(client, "picker", "97531")
    try_pin(client, "picker", PIN)
    token = client.get_cookie("trueshelf")
    assert token is not None
    with shop.app_context(), reading() as session:
        cells = " ".join(str(cell) for row in security_log.cells(session, limit=99) for cell in row)
    for secret in ("24681357", "97531", PIN, token.value):
        assert secret not in cells


def test_strangers_make_few_lines_of_it(shop: "Flask", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security_log, "STRANGERS_AN_HOUR", 3)
    with shop.app_context():
        for address in range(8):
            for _each in range(20):
                transact(
                    lambda s, at=f"203.0.113.{address}": sign_in.name_behind(
                        s, "a stranger's", device_key="", address=at
                    )
                )
        with reading() as session:
            assert session.execute(select(func.count()).select_from(SecurityEvent)).scalar_one() == 3


def test_it_is_kept_as_long_as_the_setting_says(shop: "Flask", monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(shop.config["SETTINGS"], keep_security_log_days=30)
    forget = next(job for job in JOBS if job.name == "forget")
    with shop.app_context():
        transact(lambda session: security_log.tell(session, "signed_in"))
        for days, left in ((29, 1), (31, 0)):
            moment = clock.now() + timedelta(days=days)
            with monkeypatch.context() as then:
                then.setattr(clock, "now", lambda moment=moment: moment)
                run_once(settings, forget)
            with reading() as session:
                assert session.execute(select(func.count()).select_from(SecurityEvent)).scalar_one() == left


def test_tokens_of_programs_are_told_and_can_end_by_themselves(
    shop: "Flask", client: "FlaskClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    flask = commands_of(shop)
    token = flask.say("token", "create", "erp", "--scope", "office", "--days", "30").strip()
    assert " until " in flask.say("token", "list")
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/openapi.json", headers=headers).status_code == 200
    assert client.get("/api/v1/labels/templates", headers=headers).status_code == 200
    number = flask.say("token", "list").split()[0]
    moment = clock.now() + timedelta(days=31)
    with monkeypatch.context() as then:
        then.setattr(clock, "now", lambda: moment)
        assert client.get("/api/v1/labels/templates", headers=headers).status_code == 401
    flask.say("token", "revoke", number)
    assert [what for what, _who, _by in told(shop) if what.startswith("token")] == ["token_made", "token_revoked"]


def test_a_command_unlocks_a_badge(shop: "Flask", browse: Browse) -> None:
    client = browse("")
    for _each in range(5):
        try_pin(client, "admin", "0009")
    assert "locked" in try_pin(client, "admin", PIN).text
    assert "can sign in again" in commands_of(shop).say("operator", "unlock", "admin")
    assert try_pin(client, "admin", PIN).status_code == 303
    assert "operator_unknown" in commands_of(shop).refuse("operator", "unlock", "nobody-there")


def test_people_see_and_end_their_own_sessions_and_nobody_elses(shop: "Flask", browse: Browse) -> None:
    here, there, elsewhere, other = browse("picker"), browse("picker"), browse("picker"), browse("packer")
    with shop.app_context():
        acts_for = operator_id(shop, "picker")
        robot = transact(lambda s: create_api_token(s, name="robot", scopes=["floor"], operator_id=acts_for))
    page = here.get("/settings/sessions").text
    ends = [part.partition('"')[0] for part in page.split('action="')[1:] if "/settings/sessions/" in part[:40]]
    assert len([each for each in ends if each != "/settings/sessions/ends"]) == 2
    assert page.count("here") >= 1
    assert other.post(ends[0]).status_code == 404
    assert here.post(ends[0]).status_code == 303
    assert sorted(each.get("/").status_code for each in (there, elsewhere)) == [200, 401]
    assert here.post("/settings/sessions/ends").status_code == 303
    assert [each.get("/").status_code for each in (here, there, elsewhere, other)] == [200, 401, 401, 200]
    assert (
        shop.test_client().get("/api/v1/labels/templates", headers={"Authorization": f"Bearer {robot}"}).status_code
        == 200
    )
