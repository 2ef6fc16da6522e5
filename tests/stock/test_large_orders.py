"""Orders of hundreds of lines go in portions of their own; one order is never divided."""

from contextlib import nullcontext
from typing import Any

import pytest
from sqlalchemy import func, select

from app.orders import backorders, waves
from app.tasks.models import Task
from tests.stock.house import House


@pytest.fixture
def portions(house: House, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Pick tasks after each portion of a wave over orders of 3, 3, 9, 1 and 1 lines, with 4 lines to a portion."""
    monkeypatch.setattr(backorders, "LINES_AT_ONCE", 4)
    for number in range(9):
        house.stock(f"I-{number}", 20, f"A-{number}")
    for ref, lines in (("S-1", 3), ("S-2", 3), ("S-3", 9), ("S-4", 1), ("S-5", 1)):
        house.order(ref, *((f"I-{number}", 1) for number in range(lines)))
    after: list[int] = []

    def write(work: Any) -> Any:
        found = work(house.session)
        after.append(house.session.scalar(select(func.count()).select_from(Task).where(Task.kind == "pick")) or 0)
        return found

    waves.release(
        write,
        lambda: nullcontext(house.session),
        house.warehouse().id,
        note=lambda _session, opened: len(opened),
    )
    return after


def test_a_portion_of_a_wave_ends_where_it_has_lines_enough(portions: list[int]) -> None:
    assert sorted(set(portions) - {0}) == [1, 2, 3, 5]


def test_an_order_larger_than_a_portion_is_one_all_the_same(house: House, portions: list[int]) -> None:
    assert house.pick("S-3") == 9


def test_backorders_are_served_in_the_same_portions(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backorders, "LINES_AT_ONCE", 4)
    for ref, lines in (("S-1", 3), ("S-2", 3), ("S-3", 9), ("S-4", 1), ("S-5", 1)):
        house.order(ref, *((house.item(f"I-{number}").sku, 1) for number in range(lines)))
    ids = [house.id(f"S-{number}") for number in range(1, 6)]
    found = backorders.portions(lambda: nullcontext(house.session), ids)
    assert [len(portion) for portion in found] == [1, 1, 1, 2]
