"""Requests that nobody thought of, made up from the contract: no 5xx, and no answer that it does not name."""

import os

import pytest

from tests.api.conftest import MakeApi, order
from tests.api.contract import Api
from tests.soak.contract import faults

NUMBER = int(os.environ.get("MADE_UP_SEED", "1"))
EXAMPLES = int(os.environ.get("MADE_UP_EXAMPLES", "4"))
"""Requests of each operation and token; ``make soak`` asks for many more."""
THERE = {
    "task_id": list(range(1, 8)),
    "order_id": [1, 2],
    "job_id": [1],
    "sku": ["MUG", "LAMP", "MILK"],
    "warehouse": ["MAIN"],
    "location": ["A-01", "A-02", "DOCK-1", "TOTE-1"],
    "code": ["A-01", "2000000000015", "TOTE-1", "DOCK-1", "MUG"],
    "number": ["PO-1", "RMA-1"],
    "document": ["PO-1", "O-1", "blind"],
    "channel": ["shop"],
    "order_ref": ["O-1", "O-2"],
    "line_ref": ["1"],
    "name": ["quantity", "short", "skip", "undo", "done", "damaged"],
    "kind": ["pick", "receive", "count", "items", "orders", "stock"],
    "quantity": [1, 2, 3],
    "template": ["bin", "item"],
    "reason": ["damaged", "found", "opening"],
}


@pytest.fixture
def busy(house: Api) -> Api:
    """The warehouse in the middle of a day: two orders of which one is being picked, a delivery, a count."""
    for body in (order("O-1", ("MUG", 2)), order("O-2", ("LAMP", 1), ("MUG", 1))):
        assert house("POST", "/orders", body).status == 201
    delivery = {"number": "PO-1", "supplier": "ACME", "warehouse": "MAIN"}
    lines = [{"line": "1", "sku": "MILK", "quantity": 5}]
    assert house("POST", "/purchase-orders", {**delivery, "lines": lines}).status == 201
    assert house("POST", "/waves", {"warehouse": "MAIN", "strategy": "single"}).status == 201
    for kind, where in (("receive", {"document": "PO-1"}), ("count", {"location": "A-02"})):
        assert house("POST", "/tasks", {"kind": kind, "warehouse": "MAIN", **where}).status == 201
    assert house("POST", "/tasks/claims", {"warehouse": "MAIN", "kind": "pick"}).status == 200
    return house


def test_no_request_is_answered_with_what_the_contract_does_not_name(busy: Api, make_api: MakeApi) -> None:
    tokens = {
        "floor and office": busy.token,
        "floor": make_api("mia", scopes=("floor",)).token,
    }
    assert list(faults(busy.app, tokens, THERE, number=NUMBER, examples=EXAMPLES)) == []
