"""An unknown barcode is put on its item on the spot."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.barcode.gtin import with_check_digit
from app.catalog.models import Item, ItemBarcode
from app.control.barcode_links import link_barcode
from app.db import reading, transact
from app.people.actor import Actor
from app.refusal import Refused

NEW, OTHER = "4012345678901", "5901234123457"
CLERK = Actor(operator_id=1, name="Ada", roles=frozenset({"receiver"}))


def linked(app: Flask) -> dict[str, tuple[str, str | None, int]]:
    statement = select(ItemBarcode, Item.sku).join(Item, Item.id == ItemBarcode.item_id).order_by(ItemBarcode.id)
    with app.app_context(), reading() as session:
        return {it.barcode: (sku, it.gtin, it.quantity) for it, sku in session.execute(statement)}


def link(app: Flask, barcode: str, *, sku: str = "CUP", quantity: int = 1, actor: Actor = CLERK) -> str:
    """What was refused, or nothing."""
    with app.app_context():
        try:
            transact(lambda session: link_barcode(session, actor, sku=sku, barcode=barcode, quantity=quantity))
        except Refused as refused:
            return refused.code
    return ""


def test_from_the_refused_scan_to_the_counted_one(shop: Flask, browse: Callable[[str], FlaskClient]):
    clerk = browse("receiver")
    task = clerk.post("/tasks", data={"kind": "receive", "document": "PO-1"}).headers["Location"]
    refused = clerk.post(f"{task}/scans", data={"scan_id": "1", "code": NEW})
    assert refused.status_code == 422
    assert f"/barcodes/link?code={NEW}" in refused.text
    assert clerk.get("/barcodes/link", query_string={"code": NEW, "back": task}).status_code == 200
    page = clerk.get("/barcodes/link", query_string={"code": NEW, "item": "4006381333931", "back": task})
    assert "Blue mug" in page.text, "another barcode of the item names it"
    done = clerk.post("/barcodes/link", data={"code": NEW, "sku": "MUG", "quantity": "6", "back": task})
    assert (done.status_code, done.headers["Location"]) == (303, task)
    counted = clerk.post(f"{task}/scans", data={"scan_id": "2", "code": NEW})
    assert counted.status_code == 200
    assert "6 of 24" in counted.text
    assert linked(shop)[NEW] == ("MUG", "0" + NEW, 6)


def test_only_those_who_may_link_are_offered_it(browse: Callable[[str], FlaskClient]):
    for badge, may in (
        ("picker", False),
        ("receiver", True),
        ("supervisor", True),
        ("office", True),
        ("auditor", False),
    ):
        client = browse(badge)
        answer = client.post("/enquiry", data={"code": NEW})
        assert answer.status_code == 422
        assert ("/barcodes/link" in answer.text) == may, badge
        assert (client.get(f"/barcodes/link?code={NEW}").status_code == 200) == may, badge
        assert "/barcodes/link" not in client.post("/enquiry", data={"code": "MUG"}).text


def test_where_no_item_is_expected_nothing_is_offered(browse: Callable[[str], FlaskClient]):
    clerk = browse("receiver")
    task = clerk.post("/tasks", data={"kind": "receive", "document": "PO-1"}).headers["Location"]
    clerk.post(f"{task}/scans", data={"scan_id": "1", "code": "4006381333931"})
    clerk.post(f"{task}/actions", data={"action_id": "2", "name": "quantity", "quantity": "24"})
    refused = clerk.post(f"{task}/scans", data={"scan_id": "3", "code": NEW})
    assert refused.status_code == 422
    assert "/barcodes/link" not in refused.text


def test_a_label_that_names_no_item_is_not_offered_to_be_linked(browse: Callable[[str], FlaskClient]):
    answer = browse("receiver").post("/enquiry", data={"code": "]C13748"})
    assert answer.status_code == 422
    assert "/barcodes/link" not in answer.text


def test_nobody_else_may_link(shop: Flask):
    for role in ("picker", "packer", "counter", "auditor"):
        assert link(shop, NEW, actor=Actor(operator_id=1, name="Eve", roles=frozenset({role}))) == "role_missing"
    assert NEW not in linked(shop)


def test_of_a_gs1_label_the_article_number_is_linked_and_never_its_lot(shop: Flask):
    assert link(shop, f"]C1010{NEW}10LOT-1") == ""
    assert linked(shop)["0" + NEW] == ("CUP", "0" + NEW, 1)
    assert link(shop, NEW) == "", "the same number in thirteen digits is linked already"
    assert link(shop, NEW, sku="MUG") == "barcode_taken"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_our_own_labels_and_pallets_are_reserved(shop: Flask):
    from app.barcode import InternalKind, encode
    from app.barcode.gtin import sscc

    for kind in (InternalKind.LOCATION, InternalKind.CONTAINER, InternalKind.BADGE, InternalKind.ITEM):
        assert link(shop, encode(kind, "A-01")) == "barcode_reserved"
    number = sscc("0", "9506000", "1")
    assert link(shop, number) == "barcode_reserved"
    assert link(shop, "]C100" + number) == "barcode_reserved"
    assert set(linked(shop)) == {"4006381333931"}


def test_a_barcode_names_one_item(shop: Flask):
    assert link(shop, "4006381333931", sku="CUP") == "barcode_taken"
    assert link(shop, "]C10104006381333931", sku="CUP") == "barcode_taken"
    assert link(shop, "4006381333931", sku="MUG") == "", "it is there already"
    assert link(shop, "4006381333931", sku="MUG", quantity=6) == "barcode_taken", "for another count"
    assert link(shop, "MUG", sku="CUP") == "barcode_taken", "another item's SKU"
    assert linked(shop) == {"4006381333931": ("MUG", "04006381333931", 1)}


def test_what_cannot_be_is_refused_and_nothing_is_linked(shop: Flask):
    assert link(shop, NEW, sku="NONE") == "unknown_sku"
    assert link(shop, NEW, quantity=0) == "bad_quantity"
    assert link(shop, NEW, quantity=1_000_000) == "bad_quantity"
    assert link(shop, "]C10104012345678902") == "bad_check_digit"
    for misread in ("4012345678902", "401234567892", "095060001343528000"):
        assert link(shop, misread) == "bad_check_digit"
    assert link(shop, "x" * 81) == "too_long"
    assert link(shop, "\r\n") == "empty"
    assert set(linked(shop)) == {"4006381333931"}


def test_a_refusal_is_said_on_the_page_and_the_way_back_stays_in_the_house(browse: Callable[[str], FlaskClient]):
    clerk = browse("receiver")
    answer = clerk.post("/barcodes/link", data={"code": "4006381333931", "sku": "CUP", "quantity": "1"})
    assert answer.status_code == 422
    assert "MUG has this barcode" in answer.text
    for back in ("https://evil.example/", "//evil.example", "/tasks/1/../../x", "javascript:alert(1)"):
        page = clerk.get("/barcodes/link", query_string={"code": OTHER, "back": back})
        assert "evil" not in page.text
        done = clerk.post("/barcodes/link", data={"code": OTHER, "sku": "CUP", "quantity": "1", "back": back})
        assert done.headers["Location"] == "/"


def test_a_plain_text_is_linked_as_it_stands(shop: Flask):
    assert link(shop, "ACME-778") == ""
    assert linked(shop)["ACME-778"] == ("CUP", None, 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_linked_what_is_in_the_log(browse: Callable[[str], FlaskClient], capfd: pytest.CaptureFixture[str]):
    browse("receiver").post("/barcodes/link", data={"code": OTHER, "sku": "CUP", "quantity": "2"})
    line = next(line for line in capfd.readouterr().err.splitlines() if '"barcode_linked"' in line)
    assert f'"barcode": "{OTHER}"' in line
    assert '"sku": "CUP"' in line


def test_a_scales_label_is_linked_for_every_weight(shop: Flask, browse: Callable[[str], FlaskClient]):
    first, second, other = map(with_check_digit, ("211234501234", "211234500777", "215432101234"))
    clerk = browse("receiver")
    assert clerk.post("/barcodes/link", data={"code": first, "sku": "CUP", "quantity": "1"}).status_code == 422
    shop.config["SETTINGS"] = replace(shop.config["SETTINGS"], restricted_layouts=("21IIIIIMMMMMC",))
    assert clerk.post("/enquiry", data={"code": first}).status_code == 422
    assert clerk.post("/barcodes/link", data={"code": first, "sku": "CUP", "quantity": "1"}).status_code == 303
    assert linked(shop)[with_check_digit("211234500000")] == ("CUP", None, 1)
    for code, status in ((first, 200), (second, 200), ("]E0" + second, 200), (other, 422)):
        assert clerk.post("/enquiry", data={"code": code}).status_code == status, code
    answer = clerk.post("/scanner/readings", data={"code": second})
    assert "CUP" in answer.text, "the test page names the same"
