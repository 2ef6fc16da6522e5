"""Orders, cancellations, waves, purchase orders and returns over the API."""

from typing import Any

import pytest

from tests.api.conftest import MakeApi, order, sums
from tests.api.contract import Api


def test_an_order_is_placed_and_reserved(house: Api) -> None:
    body = order(
        "O-1", ("MUG", 3), ("LAMP", 6), ship_to={"name": "Ann", "country": "GB"}, need_by="2027-01-01T00:00:00Z"
    )
    body["lines"][0]["price"] = "2.55"  # type: ignore[index]
    answer = house("POST", "/orders", body)
    assert answer.status == 201
    assert answer.json["status"] == "open"
    assert answer.json["ship_to"] == {"name": "Ann", "country": "GB"}
    assert answer.json["need_by"] == "2027-01-01T00:00:00Z"
    mug, lamp = answer.json["lines"]
    assert (mug["reserved"], mug["backordered"], mug["warehouse"], mug["price"]) == (3, 0, "MAIN", "2.55")
    assert (lamp["reserved"], lamp["backordered"]) == (4, 2)
    assert house("GET", f"/orders/{answer.json['id']}").json == answer.json


def test_the_same_order_again_changes_nothing(house: Api) -> None:
    first = house("POST", "/orders", order("O-1", ("MUG", 3)))
    again = house("POST", "/orders", order("O-1", ("MUG", 3)))
    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json
    assert sums(house, "MUG")["committed"] == 3


def test_all_or_nothing_leaves_nothing(house: Api) -> None:
    answer = house("POST", "/orders", order("O-1", ("MUG", 11), policy="refuse"))
    assert (answer.status, answer.code) == (409, "insufficient_stock")
    assert house("GET", "/orders").json["items"] == []
    assert sums(house, "MUG")["committed"] == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lines": [{"line_ref": "1", "sku": "NOTHING", "quantity": 1}]}, "unknown_sku"),
        ({"lines": [{"line_ref": "1", "sku": "MUG", "quantity": 1}] * 2}, "duplicate_line"),
        ({"lines": []}, "wrong_length"),
        ({"lines": [{"line_ref": "1", "sku": "MUG", "quantity": 0}]}, "out_of_range"),
        ({"lines": [{"line_ref": "1", "sku": "MUG", "quantity": True}]}, "wrong_type"),
        ({"policy": "maybe"}, "unknown_value"),
        ({"placed_at": "yesterday"}, "wrong_form"),
        ({"placed_at": "0213-09-24T05:55:02Z"}, "bad_time"),
        ({"need_by": "9998-12-31T00:00:00Z"}, "bad_time"),
        ({"ship_to": {"planet": "Mars"}}, "unknown_field"),
        ({"status": "shipped"}, "unknown_field"),
    ],
)
def test_an_order_that_cannot_be_read_is_refused(house: Api, changes: dict[str, Any], code: str) -> None:
    answer = house("POST", "/orders", {**order("O-1", ("MUG", 1)), **changes})
    assert (answer.status, answer.code) == (422, code)
    assert house("GET", "/orders").json["items"] == []


def test_orders_are_found_by_channel_reference_and_status(house: Api) -> None:
    for ref in ("O-1", "O-2"):
        house("POST", "/orders", order(ref, ("MUG", 1)))
    gone = house("POST", "/orders", order("O-3", ("MUG", 1))).json["id"]
    house("POST", f"/orders/{gone}/cancellations", {"reason": "customer"})

    def refs(query: str) -> list[str]:
        return [found["order_ref"] for found in house("GET", f"/orders?{query}").json["items"]]

    assert refs("status=open") == ["O-1", "O-2"]
    assert refs("status=cancelled") == ["O-3"]
    assert refs("channel=shop&order_ref=O-2") == ["O-2"]
    assert refs("channel=other") == []


def test_a_line_is_cancelled_in_part_then_the_rest(house: Api) -> None:
    id_ = house("POST", "/orders", order("O-1", ("MUG", 3), ("LAMP", 1))).json["id"]
    part = {"reason": "customer", "lines": [{"line_ref": "1", "quantity": 2}]}
    lines = house("POST", f"/orders/{id_}/cancellations", part).json["lines"]
    assert [(line["reserved"], line["cancelled"]) for line in lines] == [(1, 2), (1, 0)]
    assert house("POST", f"/orders/{id_}/cancellations", part).code == "cancel_too_many"
    whole = house("POST", f"/orders/{id_}/cancellations", {"reason": "customer"}).json
    assert whole["status"] == "cancelled"
    assert sums(house, "MUG")["committed"] == 0


def test_what_is_not_there_is_not_found(house: Api) -> None:
    id_ = house("POST", "/orders", order("O-1", ("MUG", 1))).json["id"]
    lines = [{"line_ref": "9", "quantity": 1}]
    for method, path, body, code in (
        ("GET", "/orders/999", None, "unknown_order"),
        ("GET", f"/orders/{2**63}", None, "not_found"),
        ("POST", "/orders/999/cancellations", {"reason": "x"}, "unknown_order"),
        ("POST", f"/orders/{id_}/cancellations", {"reason": "x", "lines": lines}, "unknown_line"),
        ("GET", "/purchase-orders/PO-9", None, "unknown_purchase_order"),
        ("GET", "/returns/RMA-9", None, "unknown_return"),
        ("POST", "/returns", {"channel": "shop", "order_ref": "X", "lines": lines}, "unknown_order"),
        ("POST", "/waves", {"warehouse": "NOWHERE"}, "unknown_warehouse"),
        ("POST", "/waves", {"warehouse": "MAIN", "orders": [id_, 999]}, "unknown_order"),
    ):
        answer = house(method, path, body)
        assert (answer.status, answer.code) == (404, code), path


def test_a_wave_opens_a_pick_task_for_each_order(house: Api) -> None:
    ids = [house("POST", "/orders", order(f"O-{n}", ("MUG", 1))).json["id"] for n in range(3)]
    first = house("POST", "/waves", {"warehouse": "MAIN", "strategy": "single", "orders": [ids[1]]})
    assert first.status == 201
    tasks = house("GET", "/tasks?kind=pick").json["items"]
    assert [(task["id"], task["document"], task["status"]) for task in tasks] == [
        (first.json["tasks"][0], "O-1", "open")
    ]
    rest = house("POST", "/waves", {"warehouse": "MAIN", "max_orders": 1}).json
    assert (rest["id"], len(rest["tasks"])) == (first.json["id"] + 1, 1)
    house("POST", "/waves", {"warehouse": "MAIN"})
    assert house("POST", "/waves", {"warehouse": "MAIN"}).json["tasks"] == []


def test_a_way_of_releasing_that_there_is_not_says_what_there_is(house: Api) -> None:
    answer = house("POST", "/waves", {"warehouse": "MAIN", "strategy": "zone"})
    assert (answer.status, answer.code, answer.json["possible"]) == (422, "unknown_strategy", ["single"])


def purchase(**changes: object) -> dict[str, object]:
    lines = [{"line": "1", "sku": "MUG", "quantity": 5, "unit_cost": 1.25, "eta": "2027-01-31T00:00:00Z"}]
    return {"number": "PO-1", "supplier": "ACME", "warehouse": "MAIN", "lines": lines, **changes}


@pytest.mark.parametrize("eta", ["0213-09-24T05:55:02Z", "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z"])
def test_a_delivery_in_a_year_that_is_none_of_ours_is_refused(house: Api, eta: str) -> None:
    line = {"line": "1", "sku": "MUG", "quantity": 5, "eta": eta}
    answer = house("POST", "/purchase-orders", purchase(lines=[line]))
    assert (answer.status, answer.code) == (422, "bad_time")
    assert house("GET", "/purchase-orders/PO-1").status == 404
    assert sums(house, "MUG")["inbound"] == 0


def test_a_purchase_order_is_announced_and_told_again(house: Api) -> None:
    first = house("POST", "/purchase-orders", purchase())
    again = house("POST", "/purchase-orders", purchase())
    assert (first.status, again.status) == (201, 200)
    assert first.json["lines"][0] == {
        "line": "1",
        "sku": "MUG",
        "ordered": 5,
        "received": 0,
        "short_closed": 0,
        "open": 5,
        "unit_cost": "1.25",
        "eta": "2027-01-31T00:00:00Z",
    }
    assert house("GET", "/purchase-orders/PO-1").json == again.json
    assert sums(house, "MUG")["inbound"] == 5


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"warehouse": "NOWHERE"}, 404, "unknown_warehouse"),
        ({"supplier": "OTHER"}, 422, "purchase_order_differs"),
        ({"lines": [{"line": "1", "sku": "NOTHING", "quantity": 1}]}, 422, "unknown_sku"),
        ({"lines": [{"line": "1", "sku": "MUG", "quantity": 1, "unit_cost": "1,25"}]}, 422, "wrong_form"),
    ],
)
def test_a_purchase_order_that_cannot_be_is_refused(
    house: Api, changes: dict[str, object], status: int, code: str
) -> None:
    house("POST", "/purchase-orders", purchase())
    answer = house("POST", "/purchase-orders", purchase(**changes))
    assert (answer.status, answer.code) == (status, code)
    assert sums(house, "MUG")["inbound"] == 5


def test_what_was_never_shipped_cannot_come_back(house: Api) -> None:
    house("POST", "/orders", order("O-1", ("MUG", 1)))
    body = {"channel": "shop", "order_ref": "O-1", "lines": [{"line_ref": "1", "quantity": 1, "reason": "unwanted"}]}
    answer = house("POST", "/returns", body)
    assert (answer.status, answer.code) == (422, "not_shipped")


def test_the_trade_may_order_and_may_not_adjust(house: Api, make_api: MakeApi) -> None:
    shop = make_api("shop", roles=("office",), scopes=("integration",))
    assert shop("POST", "/orders", order("O-1", ("MUG", 1))).status == 201
    body = {"warehouse": "MAIN", "location": "A-01", "sku": "MUG", "quantity": 1, "reason": "found"}
    assert shop("POST", "/adjustments", body).code == "role_missing"
    assert shop("POST", "/waves", {"warehouse": "MAIN"}).code == "role_missing"
    assert shop("POST", "/imports/stock", csv="warehouse,location,sku,quantity\n").code == "role_missing"
