"""Labels and barcodes over the API."""

from typing import Any

import pytest

from app import clock
from app.barcode import interpretation
from tests import databases
from tests.api.conftest import MakeApi, order
from tests.api.contract import Api

PNG, PDF = b"\x89PNG\r\n\x1a\n", b"%PDF-"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_every_template_can_be_previewed_with_its_own_example(make_api: MakeApi) -> None:
    api = make_api(roles=("supervisor",))  # badges are among them
    found = api("GET", "/labels/templates").json["items"]
    assert {"bin", "item", "tote", "carton"} <= {each["name"] for each in found}
    for each in found:
        answer = api("POST", "/labels/previews", {"template": each["name"], "fields": each["example"]})
        assert answer.data.startswith(PNG), each["name"]


def test_a_label_is_made_for_a_thing(house: Api) -> None:
    for template, code in (("bin", "A-01"), ("item", "MUG"), ("tote", "TOTE-1")):
        body = {"template": template, "subject": {"type": template, "code": code, "warehouse": "MAIN"}}
        answer = house("POST", "/labels", body)
        assert answer.data.startswith(PDF)
        assert answer.headers["Content-Type"] == "application/pdf"


def test_the_papers_of_an_order_are_made_for_it(house: Api) -> None:
    house("POST", "/orders", order("O-1", ("MUG", 2)))
    subject = {"type": "order", "code": "O-1", "warehouse": "MAIN"}
    assert house("POST", "/labels", {"template": "pick_list", "subject": subject}).code == "nothing_to_pick"
    house("POST", "/waves", {"warehouse": "MAIN"})
    assert house("POST", "/labels", {"template": "pick_list", "subject": subject}).data.startswith(PDF)
    assert house("POST", "/labels/previews", {"template": "pick_list", "subject": subject}).data.startswith(PNG)
    assert house("POST", "/labels", {"template": "packing_slip", "subject": subject}).code == "nothing_packed"
    for type_, template, code in (
        ("shipment", "packing_slip", "unknown_shipment"), ("return", "return", "unknown_return"),
        ("lpn", "logistic", "unknown_container"), ("order", "pick_list", "unknown_order"),
    ):  # fmt: skip
        answer = house("POST", "/labels", {"template": template, "subject": {"type": type_, "code": "NOT-HERE"}})
        assert (answer.status, answer.code) == (404, code)


def test_copies_are_pages(house: Api) -> None:
    body: dict[str, Any] = {"template": "bin", "subject": {"type": "bin", "code": "A-01"}}
    assert house("POST", "/labels", {**body, "copies": 3}).data.count(b"/Type /Page\n") == 3
    assert house("POST", "/labels", {**body, "copies": 201}).code == "out_of_range"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"template": "../../x", "fields": {}}, 404, "unknown_template"),
        ({"template": "bin"}, 422, "fields_or_subject"),
        ({"template": "bin", "fields": {}, "subject": {"type": "bin", "code": "A-01"}}, 422, "fields_or_subject"),
        ({"template": "bin", "fields": {}}, 422, "label_field_missing"),
        ({"template": "bin", "fields": {"colour": "red"}}, 422, "label_field_unknown"),
        ({"template": "bin", "fields": {"code": 5}}, 422, "wrong_type"),
        ({"template": "bin", "subject": {"type": "bin", "code": "Z-9"}}, 404, "unknown_location"),
        ({"template": "bin", "subject": {"type": "bin", "code": "A-01", "warehouse": "X"}}, 404, "unknown_warehouse"),
        ({"template": "item", "subject": {"type": "item", "code": "NOTHING"}}, 404, "unknown_sku"),
        ({"template": "tote", "subject": {"type": "tote", "code": "TOTE-9"}}, 404, "unknown_container"),
        ({"template": "badge", "subject": {"type": "badge", "code": "badge-desk"}}, 422, "unknown_value"),
    ],
)
def test_a_label_that_cannot_be_made_is_refused(house: Api, body: dict[str, object], status: int, code: str) -> None:
    answer = house("POST", "/labels/previews", body)
    assert (answer.status, answer.code) == (status, code)


@ONE_DATABASE
def test_without_a_warehouse_there_is_no_bin(api: Api) -> None:
    body = {"template": "bin", "subject": {"type": "bin", "code": "A-01"}}
    assert api("POST", "/labels", body).code == "no_warehouse"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("2000000000015", [("item", "MUG")]),
        ("12000000000012", [("item", "MUG")]),
        ("MUG", [("item", "MUG")]),
        ("A-01", [("location", "A-01")]),
        ("TOTE-1", [("container", "TOTE-1")]),
        ("O-1", [("order", "O-1")]),
        ("PO-1", [("purchase_order", "PO-1")]),
        ("badge-desk", []),
        ("nothing", []),
        ("", []),
    ],
)
def test_what_a_code_names_here_is_said(house: Api, code: str, names: list[tuple[str, str]]) -> None:
    house("POST", "/orders", order("O-1", ("MUG", 1)))
    lines = [{"line": "1", "sku": "MUG", "quantity": 1}]
    house("POST", "/purchase-orders", {"number": "PO-1", "supplier": "A", "warehouse": "MAIN", "lines": lines})
    found = house("POST", "/barcodes/interpretations", {"code": code}).json
    assert [(each["type"], each["code"]) for each in found["names"]] == names


def test_a_gs1_label_is_taken_apart_and_names_its_item(house: Api) -> None:
    house("POST", "/imports/barcodes", csv="sku,barcode\nMUG,9506000134352\n")
    found = house("POST", "/barcodes/interpretations", {"code": "]C1010950600013435210L1"}).json
    assert (found["kind"], found["gtin"], found["lot"]) == ("elements", "09506000134352", "L1")
    assert found["names"] == [{"type": "item", "code": "MUG"}]


@ONE_DATABASE
def test_every_vector_reads_the_same_over_http(api: Api) -> None:
    rows = (databases.REPOSITORY / "tests/barcode/scans.tsv").read_text("utf-8").splitlines()[1:]
    for _number, text, _expected in (row.split("\t") for row in rows):
        code = text.replace("<GS>", "\x1d")
        found = api("POST", "/barcodes/interpretations", {"code": code}).json
        assert found == {**interpretation(code, today=clock.today()), "names": []}, text
