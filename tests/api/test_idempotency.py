"""The same request twice is one effect, whatever happened in between."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.db import reading
from app.orders.models import Order
from app.web.shared.idempotency import Idempotency
from tests.api.conftest import MakeApi, order, sums
from tests.api.contract import Api

ADJUST = {"warehouse": "MAIN", "location": "A-01", "sku": "MUG", "quantity": 1, "reason": "found"}


def test_the_same_key_and_body_get_the_first_answer_again(house: Api) -> None:
    first = house("POST", "/adjustments", ADJUST, key="k-1")
    again = house("POST", "/adjustments", ADJUST, key="k-1")
    assert (first.status, again.status) == (201, 201)
    assert again.json == first.json
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert sums(house, "MUG")["on_hand"] == 11


def test_spaces_and_the_order_of_the_fields_do_not_matter(house: Api) -> None:
    house("POST", "/adjustments", ADJUST, key="k-1")
    turned = dict(reversed(ADJUST.items()))
    assert house("POST", "/adjustments", turned, key="k-1").headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("path", ["/adjustments", "/orders"])
def test_the_same_key_and_another_request_are_a_conflict(house: Api, path: str) -> None:
    house("POST", "/adjustments", ADJUST, key="k-1")
    body = {**ADJUST, "quantity": 2} if path == "/adjustments" else order("O-1", ("MUG", 1))
    answer = house("POST", path, body, key="k-1")
    assert (answer.status, answer.code) == (409, "idempotency_key_reused")
    assert sums(house, "MUG")["on_hand"] == 11


def test_a_key_belongs_to_its_operator(house: Api, make_api: MakeApi) -> None:
    other = make_api("other")
    house("POST", "/adjustments", ADJUST, key="k-1")
    assert "Idempotent-Replayed" not in other("POST", "/adjustments", ADJUST, key="k-1").headers
    assert sums(house, "MUG")["on_hand"] == 12


def test_a_refusal_is_kept_and_leaves_nothing_else(house: Api) -> None:
    too_many = order("O-1", ("MUG", 11), policy="refuse")
    first = house("POST", "/orders", too_many, key="k-1")
    house("POST", "/adjustments", ADJUST)
    again = house("POST", "/orders", too_many, key="k-1")
    assert (first.status, again.status, again.code) == (409, 409, "insufficient_stock")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Content-Type"] == "application/problem+json"
    assert house("GET", "/orders").json["items"] == []
    assert house("POST", "/orders", too_many, key="k-2").status == 201


def test_a_request_that_could_not_be_read_does_not_use_up_its_key(house: Api) -> None:
    assert house("POST", "/adjustments", {**ADJUST, "quantity": "1"}, key="k-1").status == 422
    assert house("POST", "/adjustments", ADJUST, key="k-1").status == 201


def test_who_was_not_allowed_yet_may_try_again_with_the_key(house: Api, make_api: MakeApi) -> None:
    picker = make_api("picker", roles=("picker",), scopes=("floor", "office"))
    assert picker("POST", "/adjustments", ADJUST, key="k-1").status == 403
    body = {"kind": "count", "warehouse": "MAIN", "location": "A-01"}
    assert picker("POST", "/tasks", body, key="k-2").status == 403
    with picker.app.app_context(), reading() as session:
        assert session.scalar(select(func.count()).select_from(Idempotency)) == 0


def test_an_empty_answer_is_replayed_too(house: Api) -> None:
    body = {"warehouse": "MAIN", "kind": "pick"}
    first, again = (house("POST", "/tasks/claims", body, key="k-1") for _ in range(2))
    assert (first.status, again.status) == (204, 204)
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ä"])
def test_a_key_of_the_wrong_form_is_refused(house: Api, key: str) -> None:
    answer = house("POST", "/adjustments", ADJUST, key=key)
    assert (answer.status, answer.code) == (422, "bad_idempotency_key")


def test_eight_at_once_with_one_key_are_one_effect(house: Api, app: Flask) -> None:
    def send(_number: int) -> tuple[int, str]:
        answer = Api(app, house.token)("POST", "/adjustments", ADJUST, key="k-1")
        return answer.status, str(answer.json.get("posting"))

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    assert len(answers) == 1
    assert answers.pop()[0] == 201
    assert sums(house, "MUG")["on_hand"] == 11


def test_eight_at_once_without_a_key_place_one_order(house: Api, app: Flask) -> None:
    def send(_number: int) -> int:
        return Api(app, house.token)("POST", "/orders", order("O-1", ("MUG", 2))).status

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(8))) == [200] * 7 + [201]
    assert sums(house, "MUG")["committed"] == 2
    with app.app_context(), reading() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 1
