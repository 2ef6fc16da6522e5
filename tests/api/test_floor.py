"""Floor work over the API: open, claim, scan, act, give back, take over."""

import uuid
from typing import Any

import pytest

from tests.api.conftest import MakeApi, order, sums
from tests.api.contract import Answer, Api


def pick_task(house: Api) -> int:
    house("POST", "/orders", order("O-1", ("MUG", 2)))
    return int(house("POST", "/waves", {"warehouse": "MAIN"}).json["tasks"][0])


def scan(api: Api, task_id: int, code: str, scan_id: str = "", **more: object) -> Answer:
    body = {"scan_id": scan_id or str(uuid.uuid4()), "code": code, **more}
    return api("POST", f"/tasks/{task_id}/scans", body)


def act(api: Api, task_id: int, name: str, action_id: str = "", **more: object) -> Answer:
    body = {"action_id": action_id or str(uuid.uuid4()), "name": name, **more}
    return api("POST", f"/tasks/{task_id}/actions", body)


def follow(api: Api, answer: Answer) -> dict[str, Any]:
    """Take the first way of every prompt until the task is done."""
    found = answer.json
    while found["prompt"]["ways"]:
        way = {name: value for name, value in found["prompt"]["ways"][0].items() if name != "label"}
        task_id = found["task"]["id"]
        done = scan(api, task_id, way["scan"]) if "scan" in way else act(api, task_id, way.pop("action"), **way)
        assert done.status == 200, done.json
        found = done.json
    return dict(found["task"])


def test_a_purchase_order_is_received_by_its_first_ways(house: Api) -> None:
    lines = [{"line": "1", "sku": "MUG", "quantity": 3}]
    house("POST", "/purchase-orders", {"number": "PO-1", "supplier": "A", "warehouse": "MAIN", "lines": lines})
    opened = house("POST", "/tasks", {"kind": "receive", "warehouse": "MAIN", "document": "PO-1"})
    assert opened.status == 201
    assert (opened.json["outcome"], opened.json["task"]["status"]) == (None, "claimed")
    assert follow(house, opened)["status"] == "done"
    assert sums(house, "MUG")["on_hand"] == 13
    assert house("GET", "/purchase-orders/PO-1").json["lines"][0]["received"] == 3


def test_a_worker_gets_a_task_and_keeps_it(house: Api, make_api: MakeApi) -> None:
    task_id = pick_task(house)
    mia, tom = (
        make_api("mia", roles=("picker",), scopes=("floor",)),
        make_api("tom", roles=("picker",), scopes=("floor",)),
    )
    first = mia("POST", "/tasks/claims", {"warehouse": "MAIN", "kind": "pick"})
    again = mia("POST", "/tasks/claims", {"warehouse": "MAIN"})
    assert (first.json["task"]["id"], first.json["task"]["operator"]) == (task_id, "mia")
    assert again.json["prompt"] == first.json["prompt"]
    assert tom("POST", "/tasks/claims", {"warehouse": "MAIN"}).status == 204
    refused = scan(tom, task_id, "A-01")
    assert (refused.status, refused.code, refused.json["operator"]) == (409, "task_taken", "mia")


def test_a_refused_scan_answers_in_full_and_is_remembered(house: Api) -> None:
    task_id = pick_task(house)
    house("POST", "/tasks/claims", {"warehouse": "MAIN"})
    refused = scan(house, task_id, "A-03", "s-1")
    assert (refused.status, refused.json["outcome"]) == (422, "refused")
    assert refused.json["prompt"]["ways"]
    again = scan(house, task_id, "A-03", "s-1")
    assert (again.status, again.json["replayed"]) == (422, True)
    assert (again.json["code"], again.json["prompt"]) == (refused.json["code"], refused.json["prompt"])


def test_the_same_scan_twice_is_one_effect_and_another_under_its_id_a_conflict(house: Api) -> None:
    task_id = pick_task(house)
    opened = house("POST", "/tasks/claims", {"warehouse": "MAIN"})
    code = opened.json["prompt"]["ways"][0]["scan"]
    first, again = scan(house, task_id, code, "s-1"), scan(house, task_id, code, "s-1")
    assert (first.status, first.json["replayed"]) == (200, False)
    assert again.json == {**first.json, "replayed": True}
    conflict = scan(house, task_id, "A-03", "s-1")
    assert (conflict.status, conflict.code) == (409, "idempotency_key_reused")


def test_a_scan_id_of_another_task_is_a_conflict(house: Api) -> None:
    task_id = pick_task(house)
    other = house("POST", "/tasks", {"kind": "count", "warehouse": "MAIN", "location": "A-02"}).json["task"]["id"]
    house("POST", "/tasks/claims", {"warehouse": "MAIN", "kind": "pick"})
    scan(house, task_id, "A-01", "s-1")
    assert scan(house, other, "A-01", "s-1").code == "idempotency_key_reused"


def test_a_task_is_picked_packed_and_shipped_by_its_first_ways(house: Api) -> None:
    pick_task(house)
    for kind in ("pick", "pack", "ship"):
        claimed = house("POST", "/tasks/claims", {"warehouse": "MAIN", "kind": kind})
        assert claimed.status == 200, kind
        assert follow(house, claimed)["status"] == "done"
    assert sums(house, "MUG") == {
        "on_hand": 8,
        "unavailable": 0,
        "committed": 0,
        "available": 8,
        "inbound": 0,
        "atp": 8,
    }
    shipped = house("GET", "/orders?order_ref=O-1").json["items"][0]
    assert (shipped["status"], shipped["lines"][0]["shipped"]) == ("shipped", 2)
    body = {"channel": "shop", "order_ref": "O-1", "lines": [{"line_ref": "1", "quantity": 1, "reason": "unwanted"}]}
    rma = house("POST", "/returns", body)
    assert rma.status == 201
    opened = house("POST", "/tasks", {"kind": "inspect", "warehouse": "MAIN", "document": rma.json["number"]})
    assert follow(house, opened)["status"] == "done"
    assert sums(house, "MUG")["on_hand"] == 9
    assert house("GET", f"/returns/{rma.json['number']}").json["status"] == "closed"
    assert house("POST", "/returns", {**body, "lines": [{"line_ref": "1", "quantity": 2}]}).code == "return_too_many"
    assert house("POST", "/ledger/verification", {}).json["ok"]


def test_a_task_is_given_back_and_taken_by_another(house: Api, make_api: MakeApi) -> None:
    task_id = pick_task(house)
    mia, tom = (
        make_api("mia", roles=("picker",), scopes=("floor",)),
        make_api("tom", roles=("picker",), scopes=("floor",)),
    )
    mia("POST", "/tasks/claims", {"warehouse": "MAIN"})
    scan(mia, task_id, "A-01")
    assert tom("POST", f"/tasks/{task_id}/releases").code == "not_your_task"
    released = mia("POST", f"/tasks/{task_id}/releases")
    assert (released.status, released.json["task"]["status"]) == (200, "open")
    assert scan(mia, task_id, "A-01").code == "task_not_claimed"
    assert tom("POST", "/tasks/claims", {"warehouse": "MAIN"}).json["task"]["operator"] == "tom"


def test_a_task_is_ended_by_a_supervisor_and_its_worker_hears_why(house: Api, make_api: MakeApi) -> None:
    task_id = pick_task(house)
    mia = make_api("mia", roles=("picker",), scopes=("floor",))
    sue = make_api("sue", roles=("supervisor",), scopes=("floor",))
    mia("POST", "/tasks/claims", {"warehouse": "MAIN"})
    assert mia("POST", f"/tasks/{task_id}/ends", {"reason": "mine"}).code == "role_missing"
    assert sue("POST", f"/tasks/{task_id}/ends", {"reason": " "}).code == "reason_needed"
    ended = sue("POST", f"/tasks/{task_id}/ends", {"reason": "the aisle is shut"})
    assert (ended.status, ended.json["task"]["status"]) == (200, "cancelled")
    heard = scan(mia, task_id, "A-01")
    assert (heard.status, heard.code) == (422, "task_ended")
    assert "the aisle is shut" in heard.json["message"]
    assert sue("POST", f"/tasks/{task_id}/ends", {"reason": "again"}).code == "task_done"


def test_a_task_is_taken_over_where_the_other_stands(house: Api, make_api: MakeApi) -> None:
    task_id = pick_task(house)
    mia, tom = (
        make_api("mia", roles=("picker",), scopes=("floor",)),
        make_api("tom", roles=("picker",), scopes=("floor",)),
    )
    opened = mia("POST", "/tasks/claims", {"warehouse": "MAIN"})
    after = scan(mia, task_id, opened.json["prompt"]["ways"][0]["scan"])
    taken = tom("POST", f"/tasks/{task_id}/takeovers")
    assert taken.json["task"]["operator"] == "tom"
    assert taken.json["prompt"] == after.json["prompt"]
    assert scan(mia, task_id, "MUG").code == "task_taken"


def test_looking_at_a_task_changes_nothing(house: Api) -> None:
    task_id = pick_task(house)
    before = house("GET", f"/tasks/{task_id}")
    assert (before.status, before.json["task"]["status"]) == (200, "open")
    assert house("GET", f"/tasks/{task_id}").json == before.json
    assert house("GET", "/tasks?status=open&kind=pick").json["items"][0]["done_lines"] == 0


def test_the_device_of_a_scan_stands_in_the_history(house: Api) -> None:
    pick_task(house)
    claimed = house("POST", "/tasks/claims", {"warehouse": "MAIN"})
    found = claimed.json
    while not found["movements"]:
        way = {name: value for name, value in found["prompt"]["ways"][0].items() if name != "label"}
        task_id = found["task"]["id"]
        if "scan" in way:
            found = scan(house, task_id, way["scan"], device="TC-21").json
        else:
            found = act(house, task_id, way.pop("action"), device="TC-21", **way).json
    movement = house("GET", "/movements?document=O-1").json["items"][0]
    assert (movement["device"], movement["operator"]) == ("TC-21", "desk")


def test_tasks_are_listed_by_kind_status_warehouse_and_document(house: Api) -> None:
    task_id = pick_task(house)

    def ids(query: str) -> list[int]:
        return [task["id"] for task in house("GET", f"/tasks?{query}").json["items"]]

    assert ids("kind=pick&status=open&warehouse=MAIN&document=O-1") == [task_id]
    assert ids("status=done") == ids("kind=ship") == ids("warehouse=OTHER") == ids("document=O-2") == []
    assert house("GET", "/tasks?kind=dance").code == "unknown_value"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "dance", "warehouse": "MAIN"}, 422, "unknown_kind"),
        ({"kind": "receive", "warehouse": "NOWHERE"}, 404, "unknown_warehouse"),
        ({"kind": "receive", "warehouse": "MAIN", "document": "PO-9"}, 404, "unknown_purchase_order"),
        ({"kind": "inspect", "warehouse": "MAIN", "document": "RMA-9"}, 404, "unknown_return"),
        ({"kind": "pack", "warehouse": "MAIN", "document": "TOTE-1"}, 422, "nothing_to_do"),
        ({"kind": "count", "warehouse": "MAIN", "location": "Z-9"}, 404, "unknown_location"),
        ({"kind": "count"}, 422, "missing_field"),
    ],
)
def test_work_that_there_is_not_is_refused(house: Api, body: dict[str, str], status: int, code: str) -> None:
    answer = house("POST", "/tasks", body)
    assert (answer.status, answer.code) == (status, code)


def test_a_task_that_there_is_not_is_not_found(house: Api, make_api: MakeApi) -> None:
    supervisor = make_api("sue", roles=("supervisor",))
    answers = [
        house("GET", "/tasks/999"),
        scan(house, 999, "A-01"),
        act(house, 999, "undo"),
        house("POST", "/tasks/999/releases"),
        house("POST", "/tasks/999/takeovers"),
        supervisor("POST", "/tasks/999/ends", {"reason": "none"}),
    ]
    assert [(answer.status, answer.code) for answer in answers] == [(404, "unknown_task")] * 6
    assert house("POST", "/tasks/claims", {"warehouse": "NOWHERE"}).code == "unknown_warehouse"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scan_id": ""}, "wrong_length"),
        ({"scan_id": "x" * 65}, "wrong_length"),
        ({"code": ""}, "wrong_length"),
        ({"code": "x" * 1001}, "wrong_length"),
        ({"code": 4006381333931}, "wrong_type"),
        ({"code": "A\x00B"}, "bad_text"),
        ({"scanned_at": "10:30"}, "wrong_form"),
        ({"quantity": 5}, "unknown_field"),
    ],
)
def test_a_scan_that_cannot_be_read_is_not_kept(house: Api, changes: dict[str, Any], code: str) -> None:
    task_id = pick_task(house)
    house("POST", "/tasks/claims", {"warehouse": "MAIN"})
    answer = house("POST", f"/tasks/{task_id}/scans", {"scan_id": "s-1", "code": "A-01", **changes})
    assert (answer.status, answer.code) == (422, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not scan(house, task_id, "A-01", "s-1").json["replayed"]


def test_an_action_that_there_is_not_is_refused_in_full(house: Api) -> None:
    task_id = pick_task(house)
    house("POST", "/tasks/claims", {"warehouse": "MAIN"})
    answer = act(house, task_id, "dance")
    assert (answer.status, answer.code, answer.json["outcome"]) == (422, "unknown_action", "refused")


def test_work_of_another_kind_is_not_mine(house: Api, make_api: MakeApi) -> None:
    pick_task(house)
    packer = make_api("packer", roles=("packer",), scopes=("floor",))
    assert packer("POST", "/tasks/claims", {"warehouse": "MAIN"}).status == 204
    answer = packer("POST", "/tasks", {"kind": "count", "warehouse": "MAIN", "location": "A-01"})
    assert (answer.status, answer.code) == (403, "role_missing")
