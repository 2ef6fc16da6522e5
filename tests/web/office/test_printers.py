"""Printers at the desk: set up, tried, and what is asked when nobody knows; and the same for programs."""

import io
import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from app.barcode.internal import InternalKind, encode
from app.db import reading, transact
from app.labels.models import Printer, PrintJob
from tests.web.floor.test_floor import scan, shown

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

Browse = Callable[[str], "FlaskClient"]
DESK = {"code": "DESK", "name": "Desk", "kind": "folder", "address": "desk", "language": "zpl", "dpi": "203"}


@pytest.fixture
def chief(browse: Browse) -> "FlaskClient":
    client = browse("supervisor")
    assert client.post("/office/printers", data=DESK).status_code == 303
    return client


def the_job(shop: "Flask", number: int = -1) -> PrintJob:
    with shop.app_context(), reading() as session:
        return session.query(PrintJob).order_by(PrintJob.id).all()[number]


def becomes(shop: "Flask", job: PrintJob, state: str) -> None:
    with shop.app_context():
        transact(lambda session: setattr(session.get_one(PrintJob, job.id), "state", state))


def test_a_printer_is_set_up_asked_and_shown(shop: "Flask", chief: "FlaskClient") -> None:
    page = chief.get("/office/printers").text
    assert "Desk" in page
    assert "Ready" in page
    assert chief.get("/labels/printer/DESK.pdf").data.startswith(b"%PDF")


@pytest.mark.parametrize("address", ["127.0.0.1:9100", "169.254.169.254:9100", "localhost:9100", "8.8.8.8:9100"])
def test_a_printer_outside_the_allowed_networks_is_refused_and_not_kept(
    shop: "Flask", browse: Browse, address: str
) -> None:
    answer = browse("supervisor").post("/office/printers", data={**DESK, "kind": "tcp", "address": address})
    assert answer.status_code == 422
    with shop.app_context(), reading() as session:
        assert session.query(Printer).count() == 0


@pytest.mark.parametrize("change", [{"code": "a b"}, {"kind": "ftp"}, {"language": "pcl"}, {"dpi": "9"}, {"name": " "}])
def test_a_printer_that_is_none_is_refused(browse: Browse, change: dict[str, str]) -> None:
    assert browse("supervisor").post("/office/printers", data=DESK | change).status_code in {404, 422}


def test_only_chiefs_set_up_and_others_only_print(browse: Browse) -> None:
    assert browse("office").post("/office/printers", data=DESK).status_code == 403
    assert browse("auditor").get("/office/printers").status_code == 200
    assert browse("packer").get("/office/printers").status_code == 403


def test_a_test_print_is_one_job(shop: "Flask", chief: "FlaskClient") -> None:
    assert chief.post("/office/printers/1/tests").status_code == 303
    assert (the_job(shop).template, the_job(shop).state) == ("bin", "queued")
    assert "Test print" in chief.get("/office/printers").text


def test_did_it_print_is_asked_and_answered(shop: "Flask", chief: "FlaskClient") -> None:
    chief.post("/office/printers/1/tests")
    becomes(shop, the_job(shop), "unknown")
    assert "Did it print?" in chief.get("/office/printers?only=undecided").text
    assert chief.post("/office/print-jobs/1/answers", data={"answer": "maybe"}).status_code == 422
    chief.post("/office/print-jobs/1/answers", data={"answer": "no"})
    assert (the_job(shop, 0).state, the_job(shop).reprint_of) == ("failed", 1)
    becomes(shop, the_job(shop), "unknown")
    chief.post("/office/print-jobs/2/answers", data={"answer": "yes"})
    assert the_job(shop).state == "done"
    assert chief.post("/office/print-jobs/2/answers", data={"answer": "yes"}).status_code == 409


def test_jobs_are_reprinted_moved_and_cancelled(shop: "Flask", chief: "FlaskClient") -> None:
    chief.post("/office/printers", data=DESK | {"code": "DESK-2", "name": "Other"})
    chief.post("/office/printers/1/tests")
    chief.post("/office/print-jobs/1/moves", data={"printer": "DESK-2"})
    assert the_job(shop).printer_id == 2
    chief.post("/office/print-jobs/1/cancellations")
    assert the_job(shop).state == "cancelled"
    chief.post("/office/print-jobs/1/reprints", data={"reason": "damaged"})
    assert (the_job(shop).state, the_job(shop).reprint_of) == ("queued", 1)
    assert chief.get("/office/printers").status_code == 200


def test_a_batch_of_bins_shows_how_far_it_is(shop: "Flask", chief: "FlaskClient") -> None:
    chief.post("/office/label-batches", data={"printer": "DESK", "prefix": "A-"})
    page = chief.get("/office/printers").text
    assert "<progress" in page
    job = the_job(shop)
    chief.post(f"/office/label-batches/{job.batch}/cancellations")
    assert the_job(shop).state == "cancelled"
    assert chief.post("/office/label-batches", data={"printer": "DESK", "prefix": "NONE"}).status_code == 422


def test_a_range_becomes_sheets_of_labels(chief: "FlaskClient", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.office.label_sheets.PER_FILE", 1)
    page = chief.get("/office/label-sheets?what=bin&sheet=a4-2x5&start=10").text
    files = re.findall(r'href="(/office/label-sheets\.pdf[^"]*)"', page.replace("&amp;", "&"))
    assert len(files) == 2, "one field of the first sheet is left, the rest is a second file"
    assert [chief.get(file).data[:4] for file in files] == [b"%PDF", b"%PDF"]
    assert "A-01 – A-01" in page
    narrow = chief.get("/office/label-sheets?what=bin&first=A-02&last=A-02").text
    assert "A-02 – A-02" in narrow
    items = chief.get("/office/label-sheets?what=item&prefix=M").text
    assert "MUG – MUG" in items
    assert "Nothing is in this range" in chief.get("/office/label-sheets?what=item&prefix=NONE").text


def test_a_range_beyond_reason_or_sense_is_refused(chief: "FlaskClient", monkeypatch: pytest.MonkeyPatch) -> None:
    assert chief.get("/office/label-sheets?what=badge").status_code == 422
    assert chief.get("/office/label-sheets.pdf?what=bin&sheet=nonsense").status_code == 422
    assert chief.get("/office/label-sheets.pdf?what=bin&sheet=a4-2x5&part=9").status_code == 422
    monkeypatch.setattr("app.web.office.label_sheets.MOST_LABELS", 1)
    assert chief.get("/office/label-sheets?what=bin").status_code == 422
    assert chief.post("/office/label-batches", data={"printer": "DESK"}).status_code == 422


def test_items_are_printed_as_a_batch_too(shop: "Flask", chief: "FlaskClient") -> None:
    assert chief.post("/office/label-batches", data={"printer": "DESK", "what": "item"}).status_code == 303
    assert (the_job(shop).template, the_job(shop).title) == ("item", "Items")


def test_a_station_has_its_printers(chief: "FlaskClient") -> None:
    chief.post("/office/stations", data={"name": "Pack 1", "location": "PACK"})
    chief.post("/office/stations/1/printers", data={"label": "carton", "printer": "DESK"})
    assert re.search(r"carton:\s+Desk", chief.get("/office/printers").text)
    chief.post("/office/stations/1/printers", data={"label": "carton", "printer": ""})
    assert "carton: Desk" not in chief.get("/office/printers").text
    chief.post("/office/stations/1/closures")
    assert "Pack 1" not in chief.get("/office/printers").text


def test_a_label_is_seen_as_it_will_be_printed_and_then_printed(shop: "Flask", chief: "FlaskClient") -> None:
    page = chief.get("/office/labels/item/MUG").text
    assert "/labels/item/MUG.png" in page
    assert "Desk" in page
    assert chief.get("/labels/item/MUG.png").data.startswith(b"\x89PNG")
    assert chief.post("/office/labels/item/MUG", data={"printer": "DESK", "copies": "3"}).status_code == 303
    assert (the_job(shop).template, the_job(shop).copies, the_job(shop).title) == ("item", 3, "Item MUG")
    assert chief.post("/office/labels/item/MUG", data={"printer": "DESK", "copies": "5000"}).status_code == 422
    assert chief.get("/office/labels/item/NOTHING").status_code == 404


def test_an_order_leads_to_its_papers(shop: "Flask", chief: "FlaskClient") -> None:
    assert "pick_list" not in chief.get("/office/orders/1").text
    chief.post("/office/waves", data={"order_id": "1"})
    assert "/office/labels/pick_list/SO-1" in chief.get("/office/orders/1").text
    assert "1 page" not in chief.get("/office/labels/pick_list/SO-1").text
    assert chief.get("/labels/pick_list/SO-1.pdf").data.startswith(b"%PDF")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_a_chief_sees_a_badge_at_the_desk_too(browse: Browse) -> None:
    assert browse("office").get("/office/labels/badge/admin").status_code == 403
    assert browse("office").get("/labels/badge/admin.png").status_code == 403
    assert browse("supervisor").get("/office/labels/badge/picker").status_code == 200


def badge(**changes: object) -> dict[str, object]:
    fields = {"code": encode(InternalKind.BADGE, "admin"), "name": "Admin"}
    return {"template": "badge", "fields": fields, **changes}


def test_a_badge_is_printed_by_a_chief_alone_at_every_door(
    shop: "Flask", chief: "FlaskClient", browse: Browse, token: Callable[..., dict[str, str]]
) -> None:
    robot, client = token("office", "floor", "office"), shop.test_client()
    for body in (badge(), badge(template="bin")):  # any label with its code signs on as well
        for path in ("/labels", "/labels/previews"):
            answers = (chief.post(f"/api/v1{path}", json=body), client.post(f"/api/v1{path}", json=body, headers=robot))
            assert [answer.status_code for answer in answers] == [200, 403], (path, body["template"])
        answer = client.post("/api/v1/print-jobs", json=body | {"printer": "DESK"}, headers=robot)
        assert (answer.status_code, answer.json["code"]) == (403, "role_missing")
    assert chief.post("/api/v1/print-jobs", json=badge(printer="DESK")).status_code == 201
    job, desk = the_job(shop), browse("office")
    becomes(shop, job, "unknown")
    assert desk.post(f"/office/print-jobs/{job.id}/reprints", data={"reason": "lost"}).status_code == 403
    assert desk.post(f"/office/print-jobs/{job.id}/answers", data={"answer": "no"}).status_code == 403
    assert chief.post(f"/office/print-jobs/{job.id}/reprints", data={"reason": "lost"}).status_code == 303


def test_a_label_on_the_screen_is_for_who_asked_for_it_and_for_the_desk(chief: "FlaskClient", browse: Browse) -> None:
    chief.post("/office/printers", data={"code": "SCREEN", "name": "Screen", "kind": "browser", "language": "pdf"})
    packer, picker, desk = browse("packer"), browse("picker"), browse("office")
    bin_label = {"template": "bin", "subject": {"type": "bin", "code": "A-01"}, "printer": "SCREEN"}
    job = packer.post("/api/v1/print-jobs", json=bin_label).json["id"]
    assert picker.post(f"/print-jobs/{job}/openings").status_code == 403
    assert packer.post(f"/print-jobs/{job}/openings").status_code == 303
    seen = [who.get(f"/print-jobs/{job}.pdf").status_code for who in (packer, picker, desk)]
    assert seen == [200, 403, 200]
    of_chief = chief.post("/api/v1/print-jobs", json=badge(printer="SCREEN")).json["id"]
    assert desk.post(f"/print-jobs/{of_chief}/openings").status_code == 403
    assert chief.post(f"/print-jobs/{of_chief}/openings").status_code == 303
    assert desk.get(f"/print-jobs/{of_chief}.pdf").status_code == 403


def test_a_printer_scanned_at_home_is_said_and_stays_on_the_screen(chief: "FlaskClient", browse: Browse) -> None:
    packer, code = browse("packer"), encode(InternalKind.PRINTER, "DESK")
    form = {"scan_id": str(uuid.uuid4()), "code": code}
    for _again in range(2):  # the same scan sent twice says the same
        answer = packer.post("/scans", data=form, headers={"HX-Request": "true"})
        assert (answer.status_code, "HX-Redirect" in answer.headers) == (200, False)
        assert "Labels come out of Desk now." in answer.text
    assert "Labels come out of Desk." in packer.get("/").text
    chief.post("/office/printers/1/departures")
    assert "Labels come out of" not in packer.get("/").text
    answer = packer.post("/scans", data={"scan_id": str(uuid.uuid4()), "code": code}, headers={"HX-Request": "true"})
    assert (answer.status_code, "unknown_printer" in answer.text) == (422, True)


def test_a_carriers_file_is_printed_from_the_desk(shop: "Flask", chief: "FlaskClient") -> None:
    for data, status in ((b"^XA^XZ", 303), (b"hello", 422), (b"", 422)):
        answer = chief.post("/office/carrier-labels", data={"printer": "DESK", "file": (io.BytesIO(data), "dhl.zpl")})
        assert answer.status_code == status
    assert (the_job(shop).template, the_job(shop).title) == ("carrier", "dhl.zpl")


def test_a_label_is_opened_and_printed_in_the_browser_as_the_last_resort(
    shop: "Flask", chief: "FlaskClient", browse: Browse
) -> None:
    screen = {"code": "SCREEN", "name": "Screen", "kind": "browser", "language": "zpl"}
    assert chief.post("/office/printers", data=screen).status_code == 303
    chief.post("/office/labels/item/MUG", data={"printer": "SCREEN"})
    assert "Open and print" in chief.get("/office/printers").text
    assert chief.get("/print-jobs/1.pdf").status_code == 409
    opened = chief.post("/print-jobs/1/openings")
    assert (opened.status_code, opened.headers["Location"]) == (303, "/print-jobs/1.pdf")
    assert chief.get("/print-jobs/1.pdf").data.startswith(b"%PDF")
    page = chief.get("/office/printers?only=undecided").text
    assert "Did it print?" in page
    assert "Open again" in page
    chief.post("/office/print-jobs/1/answers", data={"answer": "yes"})
    assert chief.post("/print-jobs/1/openings").status_code == 409
    assert browse("auditor").post("/print-jobs/1/openings").status_code == 403


def test_a_cartons_label_is_opened_from_its_packing(chief: "FlaskClient", browse: Browse) -> None:
    chief.post("/office/printers", data={"code": "SCREEN", "name": "Screen", "kind": "browser", "language": "pdf"})
    chief.post("/office/stations", data={"name": "Pack 1"})
    chief.post("/office/stations/1/printers", data={"label": "", "printer": "SCREEN"})
    chief.post("/office/waves")
    worker = browse("supervisor")
    carton = ""
    for kind in ("pick", "pack"):
        url = worker.post("/tasks/next", data={"kind": kind}).headers["Location"]
        text = worker.get(url).text
        while (code := shown(text, "scan")) and not carton:
            text = scan(worker, f"{url}/scans", code).text
            found = re.search(r"labels/carton/(\d{18})/openings", text)
            carton = found[1] if found else ""
    opened = worker.post(f"/labels/carton/{carton}/openings")
    assert re.fullmatch(r"/print-jobs/\d+\.pdf", opened.headers["Location"])
    again = worker.post(f"/labels/carton/{carton}/openings")
    assert again.headers["Location"] == opened.headers["Location"]
    answered = opened.headers["Location"].removesuffix(".pdf")
    chief.post(f"/office{answered}/answers", data={"answer": "yes"})
    plain = worker.post(f"/labels/carton/{carton}/openings")
    assert plain.headers["Location"] == f"/labels/carton/{carton}.pdf"
    while (code := shown(text, "scan")) and shown(text, "status") != "done":
        text = scan(worker, f"{url}/scans", code).text
    page = chief.get("/office/orders/1").text
    for address in (f"carton/{carton}", f"logistic/{carton}", "packing_slip/SH-000001"):
        assert f"/office/labels/{address}" in page
        assert chief.get(f"/office/labels/{address}").status_code == 200
        assert chief.get(f"/labels/{address}.png").data.startswith(b"\x89PNG")


# Programs.


def test_a_program_prints_and_asks_what_became_of_it(
    shop: "Flask", chief: "FlaskClient", token: Callable[..., dict[str, str]]
) -> None:
    robot, client = token("packer", "floor"), shop.test_client()
    chief.post("/office/stations", data={"name": "Pack 1"})
    chief.post("/office/stations/1/printers", data={"label": "", "printer": "DESK"})
    for where in ({"printer": "DESK"}, {"station": "Pack 1"}):
        body = {"template": "bin", "subject": {"type": "bin", "code": "A-01"}, "copies": 2, **where}
        answer = client.post("/api/v1/print-jobs", json=body, headers=robot)
        assert answer.status_code == 201, answer.text
        found = client.get(f"/api/v1/print-jobs/{answer.json['id']}", headers=robot)
        assert (found.json["state"], found.json["copies"], found.json["printer"]) == ("queued", 2, "DESK")
    assert client.get("/api/v1/print-jobs/999", headers=robot).status_code == 404


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ({}, "printer_or_station"),
        ({"printer": "DESK", "station": "X"}, "printer_or_station"),
        ({"printer": "NO"}, "unknown_printer"),
        ({"station": "NO"}, "unknown_station"),
    ],
)
def test_a_program_is_told_where_it_cannot_print(
    shop: "Flask", chief: "FlaskClient", token: Callable[..., dict[str, str]], where: dict[str, str], code: str
) -> None:
    body = {"template": "bin", "fields": {"code": "L.A-01.XX", "name": "A-01"}, **where}
    answer = shop.test_client().post("/api/v1/print-jobs", json=body, headers=token("packer", "floor"))
    assert answer.json["code"] == code
