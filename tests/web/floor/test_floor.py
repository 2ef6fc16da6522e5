"""The floor's screens over real requests: a whole job by what the screen shows, and every wrong turn on the way."""

import html
import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from app.barcode.internal import InternalKind, encode
from app.web.shared.screens import outcome_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

Browse = Callable[[str], "FlaskClient"]
QUEUE = {"HX-Request": "true"}


def scan(client: "FlaskClient", url: str, code: str, scan_id: str = "") -> "TestResponse":
    """As the page's queue sends it."""
    form = {"scan_id": scan_id or str(uuid.uuid4()), "code": code, "scanned_at": "2026-01-05T08:00:00.000Z"}
    return client.post(url, data=form, headers=QUEUE)


def shown(text: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', text)
    return html.unescape(found[1]) if found else ""


@pytest.fixture
def job(browse: Browse) -> tuple["FlaskClient", str]:
    """A picker who has taken the one pick job; its address."""
    browse("office").post("/office/waves")
    picker = browse("picker")
    answer = picker.post("/tasks/next")
    assert answer.status_code == 303
    return picker, answer.headers["Location"]


def test_a_job_is_finished_by_scanning_what_the_screen_offers(job: tuple["FlaskClient", str]) -> None:
    picker, url = job
    text = picker.get(url).text
    for _ in range(20):
        code = shown(text, "scan")
        if not code:
            break
        answer = scan(picker, f"{url}/scans", code)
        assert (answer.status_code, shown(answer.text, "outcome")) == (200, "accepted"), code
        text = answer.text
    assert shown(text, "status") == "done"
    assert shown(text, "done-lines") == "1"
    assert "TOTE-7" in picker.get("/history?q=MUG").text


def test_a_wrong_scan_is_422_says_why_and_loses_nothing(job: tuple["FlaskClient", str]) -> None:
    picker, url = job
    scan(picker, f"{url}/scans", encode(InternalKind.LOCATION, "A-01"))
    scan(picker, f"{url}/scans", "4006381333931")
    before = picker.get(url).text
    refused = scan(picker, f"{url}/scans", encode(InternalKind.LOCATION, "A-02"))
    assert (refused.status_code, shown(refused.text, "outcome")) == (422, "refused")
    assert refused.text.lstrip().startswith('<div id="task"'), "a fragment, swapped over the old one"
    assert shown(before, "expects") == shown(picker.get(url).text, "expects")


def test_a_question_and_what_was_cancelled_look_like_nobodys_mistake() -> None:
    assert outcome_of({"code": "other_bin", "outcome": "refused", "asked": True}) == "warned"
    assert outcome_of({"code": "line_gone", "outcome": "accepted", "asked": False}) == "warned"
    assert outcome_of({"code": "wrong_bin", "outcome": "refused", "asked": False}) == "refused"
    assert outcome_of({"code": "picked", "outcome": "accepted"}) == "accepted"
    assert outcome_of({"code": "", "outcome": None}) == ""


def test_the_same_scan_twice_is_one_scan(job: tuple["FlaskClient", str]) -> None:
    picker, url = job
    code, scan_id = encode(InternalKind.LOCATION, "A-01"), str(uuid.uuid4())
    first = scan(picker, f"{url}/scans", code, scan_id)
    again = scan(picker, f"{url}/scans", code, scan_id)
    assert (first.status_code, first.text) == (again.status_code, again.text)
    other = scan(picker, f"{url}/scans", "something else", scan_id)
    assert (other.status_code, shown(other.text, "code")) == (409, "idempotency_key_reused")


def test_the_page_says_when_a_label_was_read_so_that_a_second_read_counts_nothing(
    job: tuple["FlaskClient", str],
) -> None:
    picker, url = job
    for _ in range(2):  # at one and the same moment, as ``scan`` sends it
        assert (
            shown(scan(picker, f"{url}/scans", encode(InternalKind.LOCATION, "A-01")).text, "code") == "bin_confirmed"
        )
    form = {"scan_id": str(uuid.uuid4()), "code": encode(InternalKind.LOCATION, "A-01")}
    late = picker.post(f"{url}/scans", data=form | {"scanned_at": "2026-01-05T08:00:03.000Z"}, headers=QUEUE)
    assert shown(late.text, "code") == "item_confirmed"


def test_an_action_is_taken_as_a_scan_is(job: tuple["FlaskClient", str]) -> None:
    picker, url = job
    form = {"action_id": str(uuid.uuid4()), "name": "no such thing"}
    refused = picker.post(f"{url}/actions", data=form, headers=QUEUE)
    assert (refused.status_code, shown(refused.text, "code")) == (422, "unknown_action")
    barcode = form | {"name": "quantity", "quantity": "4006381333931", "action_id": str(uuid.uuid4())}
    assert shown(picker.post(f"{url}/actions", data=barcode, headers=QUEUE).text, "code") == "bad_field"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"scan_id": "1"},
        {"scan_id": "1", "code": " "},
        {"scan_id": "1" * 65, "code": "A"},
        {"scan_id": "1", "code": "A" * 1001},
        {"scan_id": "1", "code": "A", "scanned_at": "yesterday"},
        {"scan_id": "1", "code": "A", "scanned_at": "2026-01-05T08:00:00"},
    ],
)
def test_a_malformed_scan_is_refused_by_the_name_of_its_field(
    job: tuple["FlaskClient", str], form: dict[str, str]
) -> None:
    picker, url = job
    answer = picker.post(f"{url}/scans", data=form, headers=QUEUE)
    assert (answer.status_code, shown(answer.text, "code")) == (422, "bad_field")


def test_two_workers_never_hold_one_job_unless_one_takes_it_over(
    job: tuple["FlaskClient", str], browse: Browse
) -> None:
    picker, url = job
    chief = browse("supervisor")
    offered = chief.get(url).text
    assert "picker is working on this." in offered
    assert scan(chief, f"{url}/scans", "A-01").status_code == 409
    assert chief.post(f"{url}/takeovers").headers["Location"] == url
    assert scan(picker, f"{url}/scans", "A-01").status_code == 409
    assert chief.post(f"{url}/releases").status_code == 303
    assert "Not started yet." in picker.get(url).text


def test_the_first_scan_opens_the_right_job_or_asks(job: tuple["FlaskClient", str], browse: Browse) -> None:
    receiver = browse("receiver")
    opened = scan(receiver, "/scans", "PO-1")
    assert opened.status_code == 200
    assert re.fullmatch(r"/tasks/\d+", opened.headers["HX-Redirect"])
    assert receiver.get(opened.headers["HX-Redirect"]).status_code == 200
    picker, url = job
    assert scan(picker, "/scans", "4006381333931").headers["HX-Redirect"] == url, "the item of the job that I hold"
    asked = scan(picker, "/scans", "CUP")
    assert asked.headers["HX-Redirect"].startswith("/enquiry?")
    unknown = scan(browse("picker"), "/scans", "4444444")
    assert unknown.status_code in {404, 422}
    assert shown(unknown.text, "outcome") == "refused"


def test_asking_changes_nothing_and_says_where_things_are(browse: Browse) -> None:
    picker = browse("picker")
    page = picker.get("/enquiry?code=4006381333931").text
    assert "Blue mug" in page
    assert "A-01" in page
    assert "Blue mug" in scan(picker, "/enquiry", "MUG").text
    refused = scan(picker, "/enquiry", "4444444")
    assert shown(refused.text, "outcome") == "refused"


def test_no_work_is_said_and_not_an_error(browse: Browse) -> None:
    answer = browse("counter").post("/tasks/next")
    assert answer.status_code == 200
    assert "No work is waiting" in answer.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_operator_chooses_how_the_screen_looks_and_speaks(browse: Browse) -> None:
    picker = browse("picker")
    picker.post("/settings", data={"hand": "left", "theme": "dark", "text": "150", "sound": "off", "lang": "de"})
    page = picker.get("/").text
    for word in ('lang="de"', 'data-theme="dark"', 'data-hand="left"', 'data-text="150"', 'data-sound="off"'):
        assert word in page
    picker.post("/settings", data={"theme": "<script>", "text": "9", "lang": "xx"})
    assert 'data-theme="dark"' in picker.get("/").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_codes_are_drawn_and_labels_printed_for_those_who_are_signed_in(browse: Browse) -> None:
    picker = browse("picker")
    bars = picker.get("/barcodes.svg", query_string={"code": "4006381333931"})
    assert bars.content_type.startswith("image/svg+xml")
    assert picker.get("/barcodes.svg", query_string={"code": "x" * 201}).status_code == 422
    for address in ("bin/A-01", "item/MUG", "tote/TOTE-7"):
        answer = picker.get(f"/labels/{address}.pdf")
        assert answer.data.startswith(b"%PDF"), address
    assert picker.get("/labels/badge/picker.pdf").status_code == 403, "a badge is half of signing in"
    assert browse("supervisor").get("/labels/badge/picker.pdf").data.startswith(b"%PDF")
    assert picker.get("/labels/bin/NOWHERE.pdf").status_code == 404
    assert picker.get("/labels/..%2f..%2fx/A-01.pdf").status_code == 404
    assert browse("").get("/barcodes.svg?code=1").status_code == 401
    badge = encode(InternalKind.BADGE, "supervisor")
    for code in (badge, f" {badge} ", "supervisor", "SUPERVISOR"):
        assert picker.get("/barcodes.svg", query_string={"code": code}).status_code == 403, code
        assert browse("supervisor").get("/barcodes.svg", query_string={"code": code}).status_code == 200, code


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_the_desk_says_in_which_warehouse_a_device_works(shop: "Flask", browse: Browse) -> None:
    from app.db import transact
    from app.places.warehouses import open_warehouse

    with shop.app_context():
        transact(lambda session: open_warehouse(session, "NORTH"))
    for badge, status in (("picker", 403), ("receiver", 403), ("supervisor", 303), ("office", 303)):
        worker = browse(badge)
        assert ('name="warehouse"' in worker.get("/settings").text) is (status == 303), badge
        assert worker.post("/settings", data={"warehouse": "NORTH"}).status_code == status, badge
        assert worker.post("/settings", data={"theme": "dark"}).status_code == 303, badge


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_drawn_code_is_what_a_scanner_reads(browse: Browse) -> None:
    """The picture's modules are painted and read back."""
    import zxingcpp
    from PIL import Image, ImageDraw

    for code in ("4006381333931", encode(InternalKind.LOCATION, "A-01"), "x" * 90):
        svg = browse("picker").get("/barcodes.svg", query_string={"code": code}).text
        box = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
        assert box is not None
        image = Image.new("L", (int(box[1]) * 3, int(box[2]) * 3), 255)
        pen = ImageDraw.Draw(image)
        for x, y, width, height in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", svg):
            left, top = int(x) * 3, int(y) * 3
            pen.rectangle((left, top, left + int(width) * 3 - 1, top + int(height) * 3 - 1), fill=0)
        assert [found.text for found in zxingcpp.read_barcodes(image)] == [code]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_installation_without_a_warehouse_says_so(app: "Flask") -> None:
    client = app.test_client()
    assert client.get("/sign-in").status_code == 200


def test_a_badge_in_the_middle_of_a_job_asks_for_its_pin_and_leaves_the_job_as_it_is(
    job: tuple["FlaskClient", str], browse: Browse
) -> None:
    picker, url = job
    browse("supervisor")
    before = picker.get(url).text
    answer = scan(picker, f"{url}/scans", encode(InternalKind.BADGE, "supervisor"))
    assert answer.headers["HX-Redirect"].startswith("/sign-in?badge=")
    assert "PIN" in picker.get(answer.headers["HX-Redirect"]).text
    assert shown(picker.get(url).text, "expects") == shown(before, "expects")
    at_home = scan(picker, "/scans", encode(InternalKind.BADGE, "supervisor"))
    assert at_home.headers["HX-Redirect"].startswith("/sign-in?badge=")


def test_a_queued_scan_of_somebody_else_is_not_posted(job: tuple["FlaskClient", str]) -> None:
    picker, url = job
    form = {"scan_id": str(uuid.uuid4()), "code": encode(InternalKind.LOCATION, "A-01")}
    answer = picker.post(f"{url}/scans", data=form, headers=QUEUE | {"X-Operator": "999999"})
    assert answer.status_code == 401
    assert picker.post(f"{url}/scans", data=form, headers=QUEUE).status_code == 200, "the maker's own still counts"


def test_a_scan_at_home_is_kept_and_the_same_one_gets_the_same_answer(browse: Browse, app: "Flask") -> None:
    from sqlalchemy import select

    from app.db import reading
    from app.floor.models import Scan

    receiver, scan_id = browse("receiver"), str(uuid.uuid4())
    first = scan(receiver, "/scans", "PO-1", scan_id)
    assert scan(receiver, "/scans", "PO-1", scan_id).headers["HX-Redirect"] == first.headers["HX-Redirect"]
    scan(receiver, "/scans", "4444444")
    with app.app_context(), reading() as session:
        kept = session.execute(select(Scan.code, Scan.outcome).where(Scan.expected == "home").order_by(Scan.id)).all()
    assert [tuple(row) for row in kept] == [("PO-1", "accepted"), ("4444444", "refused")]
