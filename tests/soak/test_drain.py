"""The robot that ends the day finds the way out of every job that has one."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.soak.day.house import Keys
from tests.soak.day.houses import Copies, houses
from tests.soak.day.replay import played
from tests.soak.day.symbols import Play


def _at(task: str, who: str, **action: Any) -> Play:
    return Play(who, f"/tasks/{{{task}}}/{'scans' if 'code' in action else 'actions'}", action)


ORDER = {"channel": "shop", "order_ref": "O-1", "lines": [{"line_ref": "1", "sku": "PEN", "quantity": 3}]}
SHORT = [
    Play("D1", "/orders", ORDER),
    Play("D1", "/waves", {"warehouse": "MAIN"}),
    Play("W1", "/tasks/{pick:O-1}/takeovers", {}),
    _at("pick:O-1", "W1", code="A-01"),
    _at("pick:O-1", "W1", name="short", quantity=0),
]
"""The bin is said to be empty, and a count of it is asked for, which bears the order's number."""


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[Keys, Copies]]:
    with houses("sqlite") as one:
        yield one


def test_what_a_short_asked_for_is_counted_where_it_is(house: tuple[Keys, Copies]) -> None:
    keys, copy = house
    faults, journal = played(copy, keys, SHORT)
    assert faults == []
    assert any(step.answer.get("code") == "count_agrees" for step in journal)


def test_a_count_of_which_both_supervisors_counted_a_part_is_ended_by_them(house: tuple[Keys, Copies]) -> None:
    """One of them sends it back, the other counts it alone, the first approves."""
    keys, copy = house
    count = "count:O-1"
    found = [_at(count, "S2", code="BOWL"), _at(count, "S2", name="quantity", quantity=300)]
    plays = [
        *(*SHORT, Play("S1", f"/tasks/{{{count}}}/takeovers", {}), _at(count, "S1", code="A-01")),
        *(_at(count, "S1", code="PEN"), Play("S2", f"/tasks/{{{count}}}/takeovers", {})),
        *(*found, _at(count, "S2", name="done"), _at(count, "S2", code="PEN"), *found, _at(count, "S2", name="done")),
        Play("D1", "/orders/{O-1}/cancellations", {"reason": "customer"}),
    ]
    faults, journal = played(copy, keys, plays)
    codes = [step.answer.get("code") for step in journal]
    assert "approval_needed" in codes
    assert "second_person_needed" in codes
    assert faults == []
