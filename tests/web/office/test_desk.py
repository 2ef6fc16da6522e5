"""The desk over real requests: every list, every page, and what its buttons change."""

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

Browse = Callable[[str], "FlaskClient"]
GOODS = {"/office/orders", "/office/purchase-orders", "/office/stock"}
PAGES = [
    "/office/",
    "/office/orders",
    "/office/orders?status=waiting&q=SO",
    "/office/orders/1",
    "/office/purchase-orders",
    "/office/purchase-orders/PO-1",
    "/office/stock",
    "/office/stock?q=mug&only=out",
    "/office/balances",
    "/office/balances?location=A-01",
    "/office/items/MUG",
    "/office/work",
    "/office/work/ended",
    "/office/returns",
    "/office/exceptions",
    "/office/undecided",
    "/office/undecided.csv",
    "/office/people",
    "/office/people/1",
    "/office/printers",
    "/office/label-sheets?what=bin",
    "/office/labels/item/MUG",
    "/office/imports",
    "/office/first-steps",
    "/office/ledger",
]


def row_of(page: str, word: str) -> list[str]:
    """The cells of the first table row that says ``word``, without their markup."""
    row = next(row for row in re.findall(r"<tr>(.*?)</tr>", page, re.S) if word in row and "<td" in row)
    return [" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.S)]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_the_desk_is_there(browse: Browse, path: str) -> None:
    assert browse("admin").get(path).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "path", [path for path in PAGES if "/1" not in path and "MUG" not in path and "PO-1" not in path]
)
def test_every_page_of_an_empty_installation_is_there(app: "Flask", path: str) -> None:
    """Nothing but one admin and one warehouse."""
    from app import clock
    from app.db import transact
    from app.people.models import Operator
    from app.people.pins import hash_pin
    from app.places.warehouses import open_warehouse
    from tests.web.conftest import OWN, PIN

    def work(session: object) -> None:
        open_warehouse(session, "MAIN")  # type: ignore[arg-type]
        pin_hash = hash_pin(app.config["SETTINGS"], PIN, badge="")
        session.add(  # type: ignore[attr-defined]
            Operator(name="A", badge="A", pin_hash=pin_hash, roles=["admin"], created_at=clock.now())
        )

    with app.app_context():
        transact(work)
    client = app.test_client()
    client.post("/sign-in", data={"badge": "A", "pin": PIN}, headers=OWN)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/office/orders/99", "/office/purchase-orders/NO", "/office/items/NO", "/office/returns/NO"]
)
def test_what_is_not_there_is_404_and_says_what_to_do(browse: Browse, path: str) -> None:
    answer = browse("admin").get(path)
    assert answer.status_code == 404
    listed = path.rsplit("/", 1)[0].replace("items", "stock")
    assert f'href="{listed}">Back to the list</a>' in answer.text
    assert 'aria-current="page"' in answer.text, "the desk's frame stays, with the list that it was"


def test_a_page_below_a_list_leads_back_to_it_and_names_the_goods(browse: Browse) -> None:
    office = browse("admin")
    for path, up in {
        "/office/orders/1": "/office/orders",
        "/office/purchase-orders/PO-1": "/office/purchase-orders",
        "/office/balances": "/office/stock",
        "/office/items/MUG": "/office/stock",
        "/office/people/1": "/office/people",
        "/office/label-sheets": "/office/printers",
        "/office/labels/item/MUG": "/office/printers",
    }.items():
        page = office.get(path).text
        assert re.findall(r'class="desk-up" href="([^"]+)"', page) == [up]
        assert "desk-up" not in office.get(up).text
        assert ("Blue mug" in page) == (up in GOODS), path


def test_somebody_of_the_office_alone_finds_their_own_settings(browse: Browse) -> None:
    page = browse("office").get("/office/").text
    assert re.search(r'<a\s+href="/settings">.*?office<span\s+class="hidden">:\s+Settings', page, re.S)
    assert browse("office").get("/settings").status_code == 200


def test_an_unknown_address_keeps_the_frame_and_the_language(browse: Browse) -> None:
    office, picker = browse("office"), browse("picker")
    at_desk = office.get("/office/nowhere")
    assert (at_desk.status_code, "To the overview" in at_desk.text, "desk-nav" in at_desk.text) == (404, True, True)
    assert "Nothing is at this address." in at_desk.text
    assert "desk-nav" not in picker.get("/office/nowhere").text
    assert "Back to work" in office.get("/nowhere").text
    office.post("/settings", data={"lang": "de", "hand": "right", "theme": "auto", "text": "100", "sound": "on"})
    in_german = office.get("/office/nowhere").text
    assert "An dieser Adresse ist nichts." in in_german
    assert '<html lang="de"' in in_german


def test_what_is_given_out_is_found_under_files(browse: Browse) -> None:
    page = browse("office").get("/office/imports").text
    assert re.search(r'aria-current="page">.*?<span>Files</span>', page)
    for kind in ("items", "barcodes", "suppliers", "locations", "purchase-orders"):
        assert f'href="/office/exports/{kind}.csv"' in page


def test_an_order_shows_how_far_it_is_and_can_be_cancelled(browse: Browse) -> None:
    office = browse("office")
    line = row_of(office.get("/office/orders/1").text, "MUG")
    assert line == ["1", "MUG Blue mug", "2", "2", "0", "0", "0", "0", "0", "0"]
    assert office.post("/office/waves").headers["Location"] == "/office/work?released=1"
    assert row_of(office.get("/office/work").text, "SO-1")[-1] == "0 / 1"
    assert office.post("/office/orders/1/cancellations", data={"reason": "customer"}).status_code == 303
    assert row_of(office.get("/office/orders/1").text, "MUG")[8] == "2"
    assert "No work is waiting" in office.get("/office/work").text
    assert row_of(office.get("/office/stock").text, "MUG")[5] == "10"


def test_a_purchase_order_is_closed_short_and_inbound_falls(browse: Browse) -> None:
    office = browse("office")
    assert row_of(office.get("/office/stock").text, "MUG")[-1] == "24"
    office.post("/office/short-closures", data={"number": "PO-1"})
    assert row_of(office.get("/office/purchase-orders/PO-1").text, "MUG")[4:6] == ["24", "0"]
    assert row_of(office.get("/office/stock").text, "MUG")[-1] == "0"


def test_stock_is_corrected_once_however_often_the_form_is_sent(browse: Browse) -> None:
    chief = browse("supervisor")
    key = re.search(r'name="key" value="([^"]+)"', chief.get("/office/items/MUG").text)
    assert key is not None
    form = {"sku": "MUG", "location": "A-01", "direction": "less", "quantity": "3", "reason": "damage", "key": key[1]}
    chief.post("/office/adjustments", data=form)
    chief.post("/office/adjustments", data=form)
    assert row_of(chief.get("/office/stock").text, "MUG")[2] == "7"
    refused = chief.post("/office/adjustments", data=form | {"quantity": "99", "key": "another"})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert 'name="quantity" value="99"' in refused.text, "what was typed stays"
    assert 'class="desk-up" href="/office/stock"' in refused.text
    assert row_of(chief.get("/office/stock").text, "MUG")[2] == "7"


def test_a_large_correction_waits_for_somebody_else_at_the_desk(browse: Browse) -> None:
    chief, admin, office = browse("supervisor"), browse("admin"), browse("office")
    form = {"sku": "MUG", "location": "A-01", "direction": "more", "reason": "found", "note": "behind"}
    for units in ("500", "600", "700"):
        asked = chief.post("/office/adjustments", data=form | {"quantity": units})
        assert asked.headers["Location"].endswith("/office/exceptions#corrections")
    assert row_of(chief.get("/office/stock").text, "MUG")[2] == "10", "nothing is posted yet"
    page = admin.get("/office/exceptions").text
    assert "+500" in page
    assert "behind" in page
    verbs = re.findall(r'action="(/office/exceptions/corrections/\d+/(?:approvals|refusals))"', page)
    assert len(verbs) == 6
    assert "/approvals" not in office.get("/office/exceptions").text.split('id="corrections"')[1]
    assert office.post(verbs[0]).status_code == 403
    assert office.post(verbs[1]).status_code == 403
    assert chief.post(verbs[0]).status_code == 422
    assert admin.post(verbs[0]).status_code == 303
    assert row_of(chief.get("/office/stock").text, "MUG")[2] == "510"
    assert admin.post(verbs[0]).status_code == 409
    assert admin.post(verbs[3]).status_code == 303
    assert chief.post(verbs[5]).status_code == 303, "whoever asked takes it back"
    page = admin.get("/office/exceptions").text
    assert "+600" not in page
    assert "+700" not in page
    assert row_of(chief.get("/office/stock").text, "MUG")[2] == "510"


def test_an_order_shows_who_cancelled_it_and_why(browse: Browse) -> None:
    chief = browse("supervisor")
    order = re.search(r"/office/orders/(\d+)", chief.get("/office/orders").text)
    assert order is not None
    chief.post(f"{order[0]}/cancellations", data={"reason": "changed their mind"})
    page = chief.get(order[0]).text
    assert "changed their mind" in page
    assert "Cancelled" in page


def test_a_bin_is_blocked_with_its_reason_and_unblocked(browse: Browse) -> None:
    chief = browse("admin")
    assert "Block this place" in chief.get("/office/balances?location=A-01").text
    form = {"location": "A-01", "reason": "shelf broken"}
    assert chief.post("/office/blocks", data=form).status_code == 303
    page = chief.get("/office/balances?location=A-01").text
    for words in ("is blocked since", "shelf broken", "On hold"):
        assert words in page
    assert chief.post("/office/unblocks", data={"location": "A-01"}).status_code == 303
    assert "is blocked since" not in chief.get("/office/balances?location=A-01").text


def test_what_is_not_for_sale_waits_for_a_decision_with_its_place_and_reason(browse: Browse) -> None:
    chief = browse("admin")
    assert "Nothing waits for a decision." in chief.get("/office/undecided").text
    chief.post("/office/blocks", data={"location": "A-01", "reason": "shelf broken"})
    row = row_of(chief.get("/office/undecided").text, "A-01")
    assert row[0].startswith("MUG")
    assert row[1] == "A-01"
    assert row[3] == "On hold"
    assert "Bin blocked" in row[6]
    assert "shelf broken" in row[6]
    assert row[7] == "nobody yet"
    assert "/office/undecided" in chief.get("/office/exceptions").text


def test_an_oversold_item_names_the_order_that_it_hits(browse: Browse) -> None:
    chief = browse("supervisor")
    form = {"sku": "MUG", "location": "A-01", "direction": "less", "quantity": "9", "reason": "lost"}
    assert chief.post("/office/adjustments", data=form).status_code == 303
    row = row_of(chief.get("/office/exceptions").text, "MUG")
    assert row[3] == "1"
    assert "SO-1" in row[4]
    assert "MUG" in chief.get("/office/stock?only=short").text


def test_a_short_pick_names_the_item_and_the_bin(browse: Browse) -> None:
    chief, picker = browse("supervisor"), browse("picker")
    chief.post("/office/waves")
    job = picker.post("/tasks/next").headers["Location"]
    picker.post(f"{job}/actions", data={"action_id": "too-few", "name": "short"})
    row = row_of(chief.get("/office/exceptions").text, "MUG")
    assert row[1].startswith("Too few in the bin")
    assert row[2:6] == ["MUG", "A-01", "2", "SO-1"]
    picker.post(f"{job}/actions", data={"action_id": "found", "name": "undo"})
    assert "No short pick was reported" in chief.get("/office/exceptions").text, "it was taken back"


def test_a_count_that_waits_for_approval_says_what_it_would_change(browse: Browse) -> None:
    chief, counter, picker = browse("supervisor"), browse("counter"), browse("picker")
    chief.post("/office/waves")
    pick = picker.post("/tasks/next").headers["Location"]
    for code in ("A-01", "4006381333931"):
        picker.post(f"{pick}/scans", data={"scan_id": f"pick {code}", "code": code})
    job = counter.post("/tasks", data={"kind": "count", "location": "A-01"}).headers["Location"]
    assert "No count waits for a decision" in chief.get("/office/exceptions").text
    counter.post(f"{job}/scans", data={"scan_id": "bin", "code": "A-01"})
    for turn in ("first", "second", "third"):
        counter.post(f"{job}/scans", data={"scan_id": f"{turn} item", "code": "4006381333931"})
        counter.post(f"{job}/actions", data={"action_id": f"{turn} quantity", "name": "quantity", "quantity": "40"})
        counter.post(f"{job}/actions", data={"action_id": f"{turn} done", "name": "done"})
    row = row_of(chief.get("/office/exceptions").text, "A-01")
    assert row[1].startswith("MUG Blue mug")
    assert [" ".join(cell.split()) for cell in row[2:6]] == ["10", "1 taken picker", "40", "+30"]
    assert row[7].startswith("counter")
    assert row[8] == "Decide"
    assert "Decide" not in browse("auditor").get("/office/exceptions").text
    assert chief.post(f"{job}/takeovers").status_code == 303
    chief.post(f"{job}/actions", data={"action_id": "yes", "name": "approve"})
    assert "No count waits for a decision" in chief.get("/office/exceptions").text
    assert row_of(chief.get("/office/stock").text, "MUG")[2] == "40"


def test_a_supervisor_gives_work_away_puts_it_first_and_takes_it_back(browse: Browse) -> None:
    chief, picker = browse("supervisor"), browse("picker")
    chief.post("/office/waves")
    page = chief.get("/office/work").text
    packer = re.search(r'<option value="(\d+)"\s*>packer', page)
    own = re.search(r'<option value="(\d+)"\s*>picker', page)
    assert packer is not None
    assert own is not None
    assert chief.post("/office/work/1/assignments", data={"operator_id": packer[1]}).status_code == 403
    assert chief.post("/office/work/1/assignments", data={"operator_id": own[1]}).status_code == 303
    assert chief.post("/office/work/1/priorities").status_code == 303
    assert "First" in chief.get("/office/work").text
    assert picker.post("/tasks/next").headers["Location"] == "/tasks/1"
    assert "picker" in row_of(chief.get("/office/work").text, "SO-1")[3]
    assert chief.post("/office/work/1/releases").status_code == 303
    assert "picker" not in row_of(chief.get("/office/work").text, "SO-1")[2]


def test_a_supervisor_ends_a_job_and_its_worker_hears_why(browse: Browse) -> None:
    chief, picker = browse("supervisor"), browse("picker")
    chief.post("/office/waves")
    picker.post("/tasks/next")
    assert picker.post("/office/work/1/ends", data={"reason": "mine"}).status_code == 403
    assert chief.post("/office/work/1/ends", data={"reason": " "}).status_code == 422
    assert chief.post("/office/work/1/ends", data={"reason": "the aisle is shut"}).status_code == 303
    heard = picker.post("/tasks/1/scans", data={"scan_id": "late", "code": "A-01"})
    assert heard.status_code == 422
    assert "the aisle is shut" in heard.text
    assert "the aisle is shut" in picker.get("/tasks/1").text
    row = row_of(chief.get("/office/work/ended").text, "SO-1")
    assert {"supervisor", "the aisle is shut", "picker"} <= set(row)
    assert chief.post("/office/waves").headers["Location"] == "/office/work?released=1"


def test_a_file_is_looked_at_first_then_taken_and_a_wrong_one_is_not(browse: Browse) -> None:
    office = browse("office")

    def send(text: str, **more: str) -> tuple[int, str]:
        file = (io.BytesIO(text.encode()), "items.csv")
        answer = office.post("/office/imports", data={"kind": "items", "file": file, **more})
        return answer.status_code, answer.text

    status, page = send("sku,name\nNEW,New one\n", dry_run="on")
    assert (status, "nothing was written" in page) == (200, True)
    assert office.get("/office/items/NEW").status_code == 404
    status, page = send("sku,name\nNEW,\n")
    assert (status, row_of(page, "name")[:2]) == (422, ["2", "name"])
    assert send("sku,name\nNEW,New one\n")[0] == 200
    assert office.get("/office/items/NEW").status_code == 200
    assert office.post("/office/imports", data={"kind": "items"}).status_code == 422
    status, page = send("sku,name,image_url\nNEW,New one,https://shop.example/new.png\n", dry_run="on")
    assert (status, row_of(page, "image_url")[:2]) == (200, ["2", "image_url"])
    assert "Put the file into the folder pictures" in row_of(page, "image_url")[2]


def test_a_return_is_announced_only_for_what_was_shipped(browse: Browse) -> None:
    refused = browse("office").post("/office/orders/1/returns", data={"line:1": "1", "reason": "too big"})
    assert refused.status_code == 422
    assert "not shipped" in refused.text


def test_the_ledger_proves_itself(browse: Browse, shop: "Flask") -> None:
    from sqlalchemy import text

    from app.db import transact

    auditor = browse("auditor")
    assert "Every number is right." in auditor.post("/office/ledger/verifications").text
    with shop.app_context():
        transact(lambda session: session.execute(text("UPDATE availability SET inbound = inbound + 1")))
    assert "Some numbers differ." in auditor.post("/office/ledger/verifications").text


def test_lists_are_pages_that_lose_no_row(browse: Browse, shop: "Flask") -> None:
    from sqlalchemy.orm import Session

    from app.db import transact
    from app.orders.place import LineRequest, OrderRequest, place

    def work(session: Session) -> None:
        for number in range(2, 122):
            line = LineRequest(line_ref="1", sku="CUP", quantity=1)
            place(session, OrderRequest(channel="web", order_ref=f"SO-{number}", lines=[line]))

    with shop.app_context():
        transact(work)
    office, url, seen = browse("office"), "/office/orders?status=open", []
    for _ in range(9):
        page = office.get(url).text
        seen += re.findall(r">(SO-\d+)</a>", page)
        more = re.search(r'rel="next"\s+href="([^"]+)"', page)
        if more is None:
            break
        url = more[1].replace("&amp;", "&")
    assert seen == [f"SO-{number}" for number in range(121, 0, -1)]


def test_nobody_switches_themselves_off_and_only_an_admin_an_admin(browse: Browse, shop: "Flask") -> None:
    from sqlalchemy import select

    from app.db import reading
    from app.people.models import Operator

    with shop.app_context(), reading() as session:
        ids = {row.badge: row.id for row in session.execute(select(Operator.badge, Operator.id))}
    chief = browse("supervisor")
    assert chief.post(f"/office/people/{ids['supervisor']}/departures").status_code == 422
    assert chief.post(f"/office/people/{ids['admin']}/departures").status_code == 403
    assert chief.post(f"/office/people/{ids['picker']}/departures").status_code == 303
    assert browse("admin").post(f"/office/people/{ids['picker']}/returns").status_code == 303
    assert browse("picker").get("/").status_code == 200


def test_a_token_is_ended_by_an_admin(browse: Browse, token: Callable[..., dict[str, str]], shop: "Flask") -> None:
    headers = token("picker", "floor")
    assert "robot" in browse("admin").get("/office/people").text
    assert browse("supervisor").post("/office/tokens/1/revocations").status_code == 403
    path = re.search(r"/office/tokens/\d+/revocations", browse("admin").get("/office/people").text)
    assert path is not None
    browse("admin").post(path[0])
    assert shop.test_client().get("/api/v1/tasks", headers=headers).status_code == 401
