"""Cancelling an order of hundreds of lines: portions, what may happen in between, and who completes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from app.control.verification import verify
from app.db import db, reading, transact
from app.orders import cancel
from tests.api.conftest import order, sums
from tests.api.contract import Api
from tests.api.test_floor import scan

LINES, PORTION, AT_ONCE = 10, 3, 2
ALL = {"reason": "customer"}


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancel, "PORTION", PORTION)
    monkeypatch.setattr(cancel, "AT_ONCE", AT_ONCE)


@pytest.fixture
def large(house: Api) -> int:
    """An order of ten lines, released to the floor."""
    id_: int = house("POST", "/orders", order("O-1", *[("MUG", 1)] * LINES)).json["id"]
    assert len(house("POST", "/waves", {"warehouse": "MAIN"}).json["tasks"]) == 1
    return id_


@contextmanager
def lines_let_go(house: Api) -> Iterator[list[int]]:
    """How many promises each transaction let go of, in the order of the commits."""
    counts = [0]

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counts[-1] += statement.startswith("UPDATE reservation SET released")

    def end(_connection: object) -> None:
        counts.append(0)

    with house.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", end)
    yield counts
    event.remove(engine, "before_cursor_execute", note)
    event.remove(engine, "commit", end)


def the_worker_comes_by(house: Api) -> None:
    with house.app.app_context():
        cancel.finish(transact, reading)
        with reading() as session:
            assert verify(session).differences == ()


def cancel_it(house: Api, id_: int, **body: object) -> Any:
    return house("POST", f"/orders/{id_}/cancellations", ALL | body).json


def test_the_writer_is_let_go_after_every_few_lines_of_a_cancellation(house: Api, large: int) -> None:
    with lines_let_go(house) as counts:
        said = cancel_it(house, large)
        assert said["status"] == "cancelling"
        assert sum(counts) == PORTION * AT_ONCE, "the request leaves the rest of a large order to the worker"
        the_worker_comes_by(house)
    assert (sum(counts), max(counts)) == (LINES, PORTION)
    assert house("GET", f"/orders/{large}").json["status"] == "cancelled"
    assert (sums(house, "MUG")["committed"], sums(house, "MUG")["available"]) == (0, 10)


def test_an_order_of_a_few_lines_is_cancelled_in_the_answer(house: Api) -> None:
    id_ = house("POST", "/orders", order("O-2", *[("MUG", 1)] * (PORTION * AT_ONCE))).json["id"]
    assert cancel_it(house, id_)["status"] == "cancelled"
    assert sums(house, "MUG")["committed"] == 0


def test_an_order_that_is_being_cancelled_wants_nothing_any_more(house: Api, large: int) -> None:
    lines = cancel_it(house, large)["lines"]
    assert {line["cancelled"] for line in lines} == {1}
    assert sum(line["reserved"] for line in lines) == LINES - PORTION * AT_ONCE
    assert house("GET", "/tasks?kind=pick&status=open").json["items"] == []
    assert house("POST", "/waves", {"warehouse": "MAIN"}).json["tasks"] == [], "no wave opens it again"
    assert cancel_it(house, large)["status"] == "cancelled", "the same again goes on where it ended"


def test_the_newest_state_of_an_order_that_is_being_cancelled_does_not_revive_it(house: Api, large: int) -> None:
    cancel_it(house, large)
    again = house("POST", "/orders", order("O-1", *[("MUG", 2)] * LINES, revision=9))
    assert (again.status, again.json["status"]) == (200, "cancelled")
    assert sums(house, "MUG")["committed"] == 0


def picked_in_part(house: Api) -> int:
    """The order's pick: eight of its lines are in a tote, and one mug of the ninth is in the hand. Returns its id."""
    answer = house("POST", "/tasks/claims", {"warehouse": "MAIN", "kind": "pick"})
    task_id, picked = int(answer.json["task"]["id"]), 0
    while picked < LINES - 2:
        answer = scan(house, task_id, answer.json["prompt"]["ways"][0]["scan"])
        picked += answer.json["code"] == "picked"
    while answer.json["prompt"]["expects"] != ["target"]:
        answer = scan(house, task_id, answer.json["prompt"]["ways"][0]["scan"])
    return task_id


def test_who_picks_for_it_hears_so_at_the_next_scan_and_what_is_picked_is_put_back(house: Api, large: int) -> None:
    task_id = picked_in_part(house)
    tote = house("GET", f"/tasks/{task_id}").json["prompt"]["ways"][0]["scan"]
    cancel_it(house, large)
    said = scan(house, task_id, tote).json
    assert (said["code"], said["outcome"]) == ("line_gone", "accepted")
    assert "Put 1 × MUG back in A-01" in said["message"]
    for kind in ("pick", "pack", "ship"):
        begun = house("POST", "/tasks", {"kind": kind, "warehouse": "MAIN", "document": "O-1"})
        assert (begun.status, begun.code) == (422, "nothing_to_do")
    the_worker_comes_by(house)
    assert house("GET", f"/orders/{large}").json["status"] == "cancelled"
    back = house("GET", "/tasks?kind=putaway").json["items"]
    assert sum(task["lines"] for task in back) == LINES - 2
    found = sums(house, "MUG")
    assert (found["committed"], found["unavailable"], found["available"]) == (0, LINES - 2, 2)


def test_many_lines_are_cancelled_a_few_at_a_time(house: Api, large: int) -> None:
    lines = [{"line_ref": str(n), "quantity": 1} for n in range(1, LINES)]
    with lines_let_go(house) as counts:
        said = cancel_it(house, large, lines=lines)
    assert said["status"] == "open"
    assert [line["reserved"] for line in said["lines"]] == [0] * (LINES - 1) + [1]
    assert (sum(counts), max(counts)) == (LINES - 1, PORTION)


def test_a_line_that_cannot_be_cancelled_stands_in_the_way_of_all(house: Api, large: int) -> None:
    lines = [{"line_ref": str(n), "quantity": 1} for n in range(1, LINES)] + [{"line_ref": str(LINES), "quantity": 2}]
    refused = house("POST", f"/orders/{large}/cancellations", {"reason": "x", "lines": lines})
    assert refused.code == "cancel_too_many"
    assert {line["reserved"] for line in house("GET", f"/orders/{large}").json["lines"]} == {1}


def test_lines_whose_cancelling_was_cut_off_go_on_where_it_ended(
    house: Api, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [{"line_ref": str(n), "quantity": 1} for n in range(1, LINES)]
    body, path = {"reason": "x", "lines": lines}, f"/orders/{large}/cancellations"
    some, left = cancel.cancel_some, iter(range(2))

    def dying(*given: object, **named: object) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        some(*given, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as here:
        here.setattr(cancel, "cancel_some", dying)
        with pytest.raises(KeyboardInterrupt):
            house("POST", path, body, key="c-1")
    half = house("GET", f"/orders/{large}").json["lines"]
    assert sum(line["cancelled"] for line in half) == 2 * PORTION
    assert house("POST", path, body, key="c-1").status == 200
    assert [line["cancelled"] for line in house("GET", f"/orders/{large}").json["lines"]] == [1] * (LINES - 1) + [0]


def test_a_file_that_cancels_a_large_order_leaves_the_rest_to_the_worker(house: Api, large: int) -> None:
    answer = house(
        "POST", "/imports/orders", csv="channel,order_ref,line_ref,sku,quantity,op\nshop,O-1,1,MUG,1,cancel\n"
    )
    assert answer.status == 200
    assert house("GET", f"/orders/{large}").json["status"] == "cancelling"
    the_worker_comes_by(house)
    assert house("GET", f"/orders/{large}").json["status"] == "cancelled"
