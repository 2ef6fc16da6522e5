"""Availability, balances, movements, explanations, adjustments and the proof, over the API."""

from typing import TYPE_CHECKING

import pytest

from app.control.adjustments import Correction, adjust
from app.db import transact
from app.people.actor import Actor
from tests.api.conftest import MakeApi, order, sums
from tests.api.contract import Api
from tests.stock.house import STOCKING

if TYPE_CHECKING:
    from flask import Flask


def test_availability_says_every_sum(house: Api) -> None:
    house("POST", "/orders", order("O-1", ("MUG", 3)))
    assert sums(house, "MUG") == {
        "on_hand": 10,
        "unavailable": 0,
        "committed": 3,
        "available": 7,
        "inbound": 0,
        "atp": 7,
    }


def test_balances_name_the_place_and_leave_out_empty_ones(house: Api) -> None:
    rows = house("GET", "/balances?warehouse=MAIN").json["items"]
    assert {(row["sku"], row["location"], row["quantity"]) for row in rows} == {
        ("MUG", "A-01", 10),
        ("LAMP", "A-02", 4),
    }
    assert [row["sku"] for row in house("GET", "/balances?location=A-02").json["items"]] == ["LAMP"]
    assert house("GET", "/balances?sku=NOTHING").json["items"] == []


def test_movements_are_a_feed_in_posting_order(house: Api) -> None:
    house("POST", "/adjustments", adjustment(quantity=-2, note="broken"))
    rows = house("GET", "/movements?sku=MUG").json["items"]
    assert [(row["quantity"], row["source"], row["target"], row["reason"]) for row in rows] == [
        (10, "ADJUSTMENT", "A-01", "opening"),
        (2, "A-01", "ADJUSTMENT", "damage"),
    ]
    assert rows[0]["id"] < rows[1]["id"]
    assert rows[1]["recorded_at"].endswith("Z")


def adjustment(**changes: object) -> dict[str, object]:
    body = {"warehouse": "MAIN", "location": "A-01", "sku": "MUG", "quantity": 1, "reason": "damage"}
    return {**body, **changes}


def test_an_adjustment_posts_with_its_reason(house: Api) -> None:
    answer = house("POST", "/adjustments", adjustment(quantity=-4))
    assert answer.status == 201
    assert sums(house, "MUG")["on_hand"] == 6
    last = house("GET", "/movements?sku=MUG").json["items"][-1]
    assert (answer.json["posting"], answer.json["movements"]) == (last["posting"], [last["id"]])


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"warehouse": "NOWHERE"}, 404, "unknown_warehouse"),
        ({"location": "Z-99"}, 404, "unknown_location"),
        ({"sku": "NOTHING"}, 404, "unknown_sku"),
        ({"container": "TOTE-9"}, 404, "unknown_container"),
        ({"quantity": 0}, 422, "nothing_to_adjust"),
        ({"quantity": -11}, 422, "not_enough_stock"),
        ({"reason": "because"}, 422, "unknown_reason"),
        ({"condition": "lovely"}, 422, "unknown_value"),
        ({"sku": "MILK"}, 422, "lot_needed"),
        ({"quantity": 2_000_000_000}, 422, "out_of_range"),
        ({"quantity": 1.5}, 422, "wrong_type"),
        ({"on_hand": 9}, 422, "unknown_field"),
    ],
)
def test_an_adjustment_that_cannot_be_is_refused_and_changes_nothing(
    house: Api, changes: dict[str, object], status: int, code: str
) -> None:
    answer = house("POST", "/adjustments", adjustment(**changes))
    assert (answer.status, answer.code) == (status, code)
    assert sums(house, "MUG")["on_hand"] == 10


@pytest.mark.parametrize("role", ["supervisor", "office", "admin"])
def test_above_the_limit_nobody_posts_alone(house: Api, make_api: MakeApi, role: str) -> None:
    """The program hears 202 and a number; a person approves at the desk, and the program can ask what became of it."""
    program = make_api(f"{role}-erp", roles=(role,), scopes=("office",))
    asked = program("POST", "/adjustments", adjustment(quantity=1_000_000))
    assert (asked.status, asked.json["posting"], asked.json["movements"]) == (202, None, [])
    assert sums(house, "MUG")["on_hand"] == 10
    shown = program("GET", f"/adjustments/approvals/{asked.json['approval']}")
    assert (shown.status, shown.json["decision"], shown.json["quantity"]) == (200, "", 1_000_000)
    assert program("GET", "/adjustments/approvals/999").code == "unknown_change"


def test_every_number_of_an_item_is_explained(house: Api) -> None:
    house("POST", "/orders", order("O-1", ("MUG", 3)))
    found = house("GET", "/items/MUG/explanation?warehouse=MAIN").json
    assert found["available"] == 7
    assert [(row["order_ref"], row["quantity"]) for row in found["reservations"]] == [("O-1", 3)]
    assert [step["on_hand_after"] for step in found["movements"]] == [10]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/items/NOTHING/explanation?warehouse=MAIN", 404, "unknown_sku"),
        ("/items/MUG/explanation?warehouse=NOWHERE", 404, "unknown_warehouse"),
        ("/items/MUG/explanation", 422, "missing_field"),
        ("/items/M%00G/explanation?warehouse=MAIN", 422, "bad_text"),
        ("/balances?sku=M%00G", 422, "bad_text"),
        ("/movements?sku=" + "x" * 65, 422, "wrong_length"),
        ("/availability?colour=red", 422, "unknown_field"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(house: Api, path: str, status: int, code: str) -> None:
    answer = house("GET", path)
    assert (answer.status, answer.code) == (status, code)


def test_an_item_whose_sku_has_a_slash_is_explained(house: Api) -> None:
    house("POST", "/imports/items", csv="sku,name\nA/B,Slash\n")
    assert house("GET", "/items/A%2FB/explanation?warehouse=MAIN").json["sku"] == "A/B"


def test_the_ledger_verifies(house: Api) -> None:
    found = house("POST", "/ledger/verification", {}).json
    assert found == {"ok": True, "items": 2, "movements": 2, "differences": []}


def test_an_auditor_reads_the_books_and_writes_nothing(house: Api, make_api: MakeApi) -> None:
    auditor = make_api("auditor", roles=("auditor",), scopes=("office",))
    assert auditor("GET", "/movements").status == 200
    assert auditor("POST", "/ledger/verification", {}).json["ok"]
    assert auditor("POST", "/adjustments", adjustment()).code == "role_missing"


def test_more_units_than_thirty_two_bits_hold_are_counted_as_they_are(house: Api, app: "Flask") -> None:
    wanted = Correction(warehouse="MAIN", location="A-01", sku="MUG", quantity=1_000_000_000, reason="found")
    for _time in range(3):
        with app.app_context():
            transact(lambda session: adjust(session, Actor(1, "Sue", frozenset({"supervisor"})), STOCKING, wanted))
    assert sums(house, "MUG")["on_hand"] == 3_000_000_010
    for ref in ("BIG-1", "BIG-2", "BIG-3"):
        assert house("POST", "/orders", order(ref, ("MUG", 1_000_000_000))).status == 201
    assert sums(house, "MUG")["committed"] == 3_000_000_000


def test_a_bin_is_blocked_and_unblocked_and_the_sums_say_so(house: Api) -> None:
    place = {"warehouse": "MAIN", "location": "A-01"}
    answer = house("POST", "/locations/blocks", place | {"reason": "shelf broken"})
    assert (answer.status, answer.json) == (201, {"location": "A-01", "is_blocked": True, "units": 10})
    assert sums(house, "MUG")["available"] == 0
    refused = house("POST", "/orders", order("O-1", ("MUG", 1), policy="refuse"))
    assert (refused.status, refused.json["code"]) == (409, "insufficient_stock")
    assert house("POST", "/locations/blocks", place | {"reason": "again"}).json["code"] == "blocked_already"
    assert house("POST", "/locations/releases", place).json["units"] == 10
    assert sums(house, "MUG")["available"] == 10
    assert house("POST", "/locations/releases", place).json["code"] == "not_blocked"


def test_nothing_is_adjusted_for_sale_into_a_place_where_nothing_is_sold(house: Api) -> None:
    wanted = adjustment(location="RETURNS-1", reason="found")
    assert house("POST", "/adjustments", wanted | {"condition": "available"}).json["code"] == "not_for_sale_here"
    assert house("POST", "/adjustments", wanted).status == 201
    assert sums(house, "MUG")["unavailable"] == 1


def test_what_waits_for_a_decision_is_a_list_of_pages(house: Api) -> None:
    for sku in ("MUG", "LAMP"):
        house("POST", "/adjustments", adjustment(sku=sku, location="RETURNS-1", quantity=2, reason="found"))
    page = house("GET", "/undecided?warehouse=MAIN&limit=1").json
    assert [(row["sku"], row["location"], row["condition"], row["units"]) for row in page["items"]] == [
        ("MUG", "RETURNS-1", "quarantine", 2)
    ]
    assert (page["items"][0]["why"], page["items"][0]["task_id"]) == ("found", None)
    rest = house("GET", f"/undecided?warehouse=MAIN&after={page['next']}").json
    assert ([row["sku"] for row in rest["items"]], rest["next"]) == (["LAMP"], None)
    task = house("POST", "/tasks", {"kind": "inspect", "warehouse": "MAIN", "document": "RETURNS-1"})
    assert (task.status, task.json["task"]["lines"]) == (201, 2)
    assert {row["task_kind"] for row in house("GET", "/undecided").json["items"]} == {"inspect"}
