"""A wave over the API, when it is long: portions, cut off, sent again, twins."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.db import db
from app.orders import waves
from app.orders.backorders import PORTION
from tests.api.conftest import order, sums
from tests.api.contract import Api

MANY = 2 * PORTION + 1


@contextmanager
def opened_in_each_transaction(house: Api) -> Iterator[list[int]]:
    """How many tasks each transaction opened, in the order of the commits."""
    counts = [0]

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counts[-1] += statement.startswith("INSERT INTO task ")

    def end(_connection: object) -> None:
        counts.append(0)

    with house.app.app_context():
        engine: Engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", end)
    yield counts
    event.remove(engine, "before_cursor_execute", note)
    event.remove(engine, "commit", end)


@pytest.fixture
def many(house: Api) -> list[int]:
    return [house("POST", "/orders", order(f"O-{n}", ("MUG", 1))).json["id"] for n in range(10)] + [
        house("POST", "/orders", order(f"P-{n}", ("LAMP", 1))).json["id"] for n in range(MANY - 10)
    ]


def test_the_writer_is_let_go_after_every_few_orders_of_a_wave(house: Api, many: list[int]) -> None:
    with opened_in_each_transaction(house) as counts:
        answer = house("POST", "/waves", {"warehouse": "MAIN"})
    assert len(answer.json["tasks"]) == MANY
    assert (sum(counts), max(counts)) == (MANY, PORTION)


def test_not_more_orders_are_released_than_were_asked_for(house: Api, many: list[int]) -> None:
    assert len(house("POST", "/waves", {"warehouse": "MAIN", "max_orders": PORTION + 2}).json["tasks"]) == PORTION + 2
    assert len(house("POST", "/waves", {"warehouse": "MAIN"}).json["tasks"]) == MANY - PORTION - 2


def cut_off(house: Api, monkeypatch: pytest.MonkeyPatch, body: dict[str, object], *, after: int) -> None:
    """A wave with the key w-1, whose process dies after so many orders: what comes next is never run."""
    open_pick, done = waves._open_pick, iter(range(after))

    def dying(*given: object) -> int:
        if next(done, None) is None:
            raise KeyboardInterrupt
        return open_pick(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as here:
        here.setattr(waves, "_open_pick", dying)
        with pytest.raises(KeyboardInterrupt):
            house("POST", "/waves", body, key="w-1")


def test_a_wave_that_was_cut_off_goes_on_where_it_ended(
    house: Api, many: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(house, monkeypatch, {"warehouse": "MAIN"}, after=PORTION + 2)
    half = house("GET", "/tasks?kind=pick").json["items"]
    assert len(half) == PORTION, "a portion is all or nothing"
    answer = house("POST", "/waves", {"warehouse": "MAIN"}, key="w-1")
    assert answer.status == 201
    assert "Idempotent-Replayed" not in answer.headers
    assert len(answer.json["tasks"]) == MANY, "the answer tells of the whole wave"
    assert {task["id"] for task in half} < set(answer.json["tasks"])
    again = house("POST", "/waves", {"warehouse": "MAIN"}, key="w-1")
    assert again.json == answer.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert house("POST", "/waves", {"warehouse": "MAIN"}).json["id"] == answer.json["id"] + 1


def test_what_was_released_before_the_cut_counts_towards_what_was_asked_for(
    house: Api, many: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"warehouse": "MAIN", "max_orders": PORTION + 3}
    cut_off(house, monkeypatch, body, after=PORTION + 2)
    assert len(house("POST", "/waves", body, key="w-1").json["tasks"]) == PORTION + 3
    assert len(house("GET", "/tasks?kind=pick").json["items"]) == PORTION + 3


def test_twins_of_a_wave_share_the_work_and_get_one_answer(house: Api, many: list[int]) -> None:
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _n: house("POST", "/waves", {"warehouse": "MAIN"}, key="w-1"), range(3)))
    assert {answer.status for answer in answers} == {201}
    assert len({str(answer.json) for answer in answers}) == 1
    assert len(set(answers[0].json["tasks"])) == MANY
    assert sums(house, "MUG")["committed"] == 10


def test_a_refused_wave_is_kept_and_its_key_is_of_no_other_request(house: Api) -> None:
    first, again = (house("POST", "/waves", {"warehouse": "NOWHERE"}, key="w-1") for _ in range(2))
    assert (first.status, first.code, again.status, again.code) == (404, "unknown_warehouse", 404, "unknown_warehouse")
    assert again.headers["Idempotent-Replayed"] == "true"
    other = house("POST", "/waves", {"warehouse": "MAIN"}, key="w-1")
    assert (other.status, other.code) == (409, "idempotency_key_reused")
