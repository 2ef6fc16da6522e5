"""A failing day becomes a short list of steps."""

from typing import Any

import pytest

from app.web.api import orders
from tests.soak.day.houses import houses
from tests.soak.day.replay import played, replay
from tests.soak.day.shrink import as_test, shrink
from tests.soak.day.symbols import Play


def _order(ref: str, sku: str) -> Play:
    lines = [{"line_ref": "1", "sku": sku, "quantity": 1}]
    return Play("D1", "/orders", {"channel": "shop", "order_ref": ref, "lines": lines})


def _cancel(ref: str) -> Play:
    return Play("D1", f"/orders/{{{ref}}}/cancellations", {"reason": "customer"})


DAY = [
    _order("O-1", "MUG"), _order("O-2", "PEN"),
    Play("W1", "/tasks", {"kind": "move", "warehouse": "MAIN"}, "W1 move 2"),
    Play("W1", "/tasks/{W1 move 2}/actions", {"name": "done"}), _order("O-3", "TEA"), _cancel("O-3"),
    Play("D1", "/waves", {"warehouse": "MAIN"}), Play("W2", "/tasks/{pick:O-1}/takeovers", {}), _cancel("O-2"),
    _order("O-4", "MUG"),
]  # fmt: skip


def test_a_fault_is_shrunk_to_the_steps_that_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = orders.cancel.begin

    def broken(session: Any, order_id: int, **how: Any) -> None:
        begin(session, order_id, **how)
        assert order_id != 2, "nobody thought of this"

    monkeypatch.setattr(orders.cancel, "begin", broken)
    with houses("sqlite") as (keys, copy):
        faults, journal = played(copy, keys, DAY, to_the_end=False)
        assert "nobody thought of this" in faults[-1]
        found = shrink(copy, keys, journal, faults[-1])
        assert found is not None
        assert [play.path for play in found] == ["/orders", "/orders", "/orders/{O-2}/cancellations"]
        test = as_test("sqlite", 1, faults[-1], found)
    assert test.startswith("def test_seed_1_on_sqlite() -> None:")
    assert "Play('D1', '/orders/{O-2}/cancellations', {'reason': 'customer'})," in test


def test_a_day_without_a_fault_is_not_shrunk() -> None:
    with houses("sqlite") as (keys, copy):
        faults, journal = played(copy, keys, DAY)
        assert faults == []
        assert replay(copy, keys, DAY) == []
        assert shrink(copy, keys, journal, "the ledger differs: somewhere") is None
