"""What a browser is given for the dead spots, and what is kept of scans that were left out by hand."""

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import reading
from app.floor.models import Scan
from tests.web.conftest import OWN

Browse = Callable[[str], FlaskClient]
LEFT = {"scan_id": "scan-1", "code": "MUG", "reason": "Scanned by mistake", "scanned_at": "2026-01-02T03:04:05Z"}


def test_a_page_says_whose_it_is_and_for_which_shell_it_was_made(browse: Browse) -> None:
    mia, nobody = browse("picker"), browse("")
    worker = nobody.get("/sw.js").get_data(as_text=True)
    found = re.search(r'"version": "(\w+)"', worker)
    assert found is not None
    home = mia.get("/")
    assert home.headers["X-Operator"].isdigit()
    assert home.headers["X-Shell"] == found[1]
    assert nobody.get("/sign-in").headers["X-Operator"] == ""


def test_everything_in_the_shell_can_be_had_by_anybody(browse: Browse) -> None:
    nobody = browse("")
    files = re.findall(r'"(/static/[^"]+)"', nobody.get("/sw.js").get_data(as_text=True))
    assert "/static/queue.js" in files
    assert not [path for path in (*files, "/offline") if nobody.get(path).status_code != 200]


def test_the_page_that_needs_no_server_is_nobodys(browse: Browse) -> None:
    assert 'data-operator=""' in browse("picker").get("/offline").get_data(as_text=True)


def test_a_scan_that_was_left_out_is_remembered_once_with_its_reason(browse: Browse, shop: Flask) -> None:
    mia = browse("picker")
    assert [mia.post("/left-out", data=LEFT, headers=OWN).status_code for _twice in range(2)] == [200, 200]
    with shop.app_context(), reading() as session:
        scan = session.scalars(select(Scan)).one()
        assert (scan.code, scan.outcome, scan.answer_code) == ("MUG", "refused", "left_out")
        assert scan.note == "Scanned by mistake"
        assert scan.said_at == "2026-01-02T03:04:05+00:00", "long ago: it is kept as it was said"


def test_what_was_left_out_is_not_taken_any_more(browse: Browse) -> None:
    mia = browse("picker")
    mia.post("/left-out", data=LEFT, headers=OWN)
    late = mia.post("/scans", data={"scan_id": "scan-1", "code": "MUG"}, headers=OWN | {"HX-Request": "true"})
    assert late.status_code == 409
    assert 'data-code="idempotency_key_reused"' in late.get_data(as_text=True)


def test_what_was_judged_already_cannot_be_left_out(browse: Browse) -> None:
    mia = browse("picker")
    mia.post("/scans", data={"scan_id": "scan-1", "code": "NO-SUCH"}, headers=OWN)
    late = mia.post("/left-out", data=LEFT, headers=OWN | {"HX-Request": "true"})
    assert late.status_code == 409
    assert 'data-code="already_answered"' in late.get_data(as_text=True)


def test_a_scan_that_could_not_be_judged_waits_at_the_desk_until_it_is_looked_after(
    browse: Browse, shop: Flask
) -> None:
    mia, chief = browse("picker"), browse("supervisor")
    aside = LEFT | {"reason": "The server could not judge this", "failure": "c0ffee00"}
    assert [mia.post("/left-out", data=aside, headers=OWN).status_code for _twice in range(2)] == [200, 200]
    with shop.app_context(), reading() as session:
        scan = session.scalars(select(Scan)).one()
        assert (scan.outcome, scan.answer_code, scan.note) == ("refused", "set_aside", aside["reason"])
    page = chief.get("/office/exceptions").text
    assert page.count("c0ffee00") == 1
    assert "Looked after" in page
    assert "Looked after" not in browse("auditor").get("/office/exceptions").text, "who only reads ticks nothing off"
    assert mia.post("/office/exceptions/unjudged/1/settlements", headers=OWN).status_code == 403
    for _twice in range(2):
        assert chief.post("/office/exceptions/unjudged/1/settlements", headers=OWN).status_code == 303
    assert "c0ffee00" not in chief.get("/office/exceptions").text
    assert chief.post("/office/exceptions/unjudged/99/settlements", headers=OWN).status_code == 404
