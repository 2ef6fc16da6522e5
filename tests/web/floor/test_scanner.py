"""The scanner's test page, and a device that remembers how its scanner speaks."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.db import reading
from app.floor.models import Scan
from app.people.models import Device

KEPT = {"prefix": "%", "suffix": "#", "separators": "| ~", "idle_ms": "250", "pace_ms": "60", "sends_aim": "yes"}


def test_anybody_may_test_a_scanner_but_only_those_who_signed_in_hear_what_it_names(
    browse: Callable[[str], FlaskClient],
):
    for badge in ("", "picker", "auditor"):
        client = browse(badge)
        assert client.get("/scanner").status_code == 200
        answer = client.post("/scanner/readings", data={"code": "4006381333931", "ends": "Enter", "gaps": "5,5,5,5"})
        assert answer.status_code == 200
        assert "04006381333931" in answer.text
        assert ("MUG" in answer.text) == bool(badge)


def test_both_test_labels_are_pictures_for_everybody(browse: Callable[[str], FlaskClient]):
    for name in ("text", "gs1"):
        answer = browse("").get(f"/scanner/{name}.svg")
        assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert browse("").get("/scanner/other.svg").status_code == 404


def test_a_label_that_cannot_be_read_says_why_and_what_to_set(browse: Callable[[str], FlaskClient]):
    answer = browse("").post("/scanner/readings", data={"code": "]d20109506000134352" + "10AB-1|17291231"})
    assert 'data-finding="separator_other"' in answer.text
    assert 'data-finding="no_suffix"' in answer.text
    assert "DataWedge" in answer.text
    wrong = browse("").post("/scanner/readings", data={"code": "]C10109506000134353"})
    assert 'data-kind="refused"' in wrong.text
    assert "check digit" in wrong.text


@pytest.mark.parametrize("data", [{}, {"code": " "}, {"code": "x" * 5000}])
def test_a_reading_without_a_code_is_refused(browse: Callable[[str], FlaskClient], data: dict[str, str]):
    answer = browse("").post("/scanner/readings", data=data, headers={"HX-Request": "true"})
    assert answer.status_code == 422


def test_what_stands_in_a_barcode_stays_text(browse: Callable[[str], FlaskClient]):
    answer = browse("picker").post("/scanner/readings", data={"code": "<script>alert(1)</script>{{7*7}}"})
    assert "<script>" not in answer.text
    assert "{{7*7}}" in answer.text


def test_a_kept_profile_reaches_the_page_and_the_reading_of_this_device_s_scans_only(
    shop: Flask, browse: Callable[[str], FlaskClient], token: Callable[..., dict[str, str]]
):
    here, elsewhere = browse("picker"), browse("picker")
    assert here.post("/scanner/profile", data=KEPT | {"has_camera": "no"}).status_code == 303
    page = here.get("/enquiry").text
    assert 'data-idle="250"' in page
    assert 'data-pace="60"' in page
    assert "data-camera=" not in page
    assert 'data-idle="100"' in elsewhere.get("/enquiry").text
    assert "data-camera=" in elsewhere.get("/enquiry").text

    assert here.post("/enquiry", data={"code": "%4006381333931#"}).status_code == 200
    assert elsewhere.post("/enquiry", data={"code": "%4006381333931#"}).status_code == 422
    with shop.app_context(), reading() as session:
        name = session.scalars(select(Device.name).where(Device.name.like("D-%")).order_by(Device.id)).first()
    code = {"code": "%]C10104006381333931" + "10L|17291231#", "device": name}
    said = here.post("/api/v1/barcodes/interpretations", json=code, headers=token("picker", "floor")).json
    assert (said["lot"], said["expiry"]) == ("L", "2029-12-31")
    assert {"type": "item", "code": "MUG"} in said["names"]
    said = here.post(
        "/api/v1/barcodes/interpretations", json=code | {"device": ""}, headers=token("picker", "floor")
    ).json
    assert said["kind"] == "plain"


def test_a_task_s_scan_is_read_with_the_device_s_profile_and_remembered_as_it_came(
    shop: Flask, browse: Callable[[str], FlaskClient]
):
    client = browse("receiver")
    client.post("/scanner/profile", data=KEPT | {"has_camera": "yes"})
    opened = client.post("/tasks", data={"kind": "receive", "document": "PO-1"})
    task = opened.headers["Location"]
    answer = client.post(f"{task}/scans", data={"scan_id": "s-1", "code": "%4006381333931#"})
    assert answer.status_code == 200, answer.text
    with shop.app_context(), reading() as session:
        assert session.scalars(select(Scan.code).where(Scan.scan_id == "s-1")).one() == "%4006381333931#"


def test_a_scan_at_home_is_read_with_the_device_s_profile(browse: Callable[[str], FlaskClient]):
    client = browse("receiver")
    client.post("/scanner/profile", data=KEPT | {"has_camera": "yes"})
    answer = client.post("/scans", data={"scan_id": "h-1", "code": "%PO-1#"}, headers={"HX-Request": "true"})
    assert "/tasks/" in answer.headers.get("HX-Redirect", ""), answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"idle_ms": "10"},
        {"idle_ms": "9999"},
        {"pace_ms": "0"},
        {"pace_ms": "250"},
        {"separators": "A"},
        {"separators": "a b c d e"},
        {"separators": "123456789"},
        {"prefix": "x" * 17},
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_profile_that_cannot_be_right_is_refused_and_nothing_changes(
    browse: Callable[[str], FlaskClient], wrong: dict[str, str]
):
    client = browse("picker")
    answer = client.post("/scanner/profile", data=KEPT | wrong, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "bad_scanner_profile" in answer.text
    assert 'data-idle="100"' in client.get("/enquiry").text


def test_nobody_keeps_a_profile_without_signing_in(browse: Callable[[str], FlaskClient]):
    assert browse("").post("/scanner/profile", data=KEPT, headers={"HX-Request": "true"}).status_code == 401
