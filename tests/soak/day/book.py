"""The day's own book, kept from answers alone: what came in, what left, what was ordered and cancelled.

An answer may be heard twice, by a twin or after it was lost: a movement has a number and counts once.
"""

import threading
from collections import Counter, defaultdict
from typing import Any

from tests.soak.day.house import BINS
from tests.soak.day.wire import Answer, Asked

_IN, _OUT = 1, -1
_OUTSIDE = {"SUPPLIER", "CUSTOMER", "ADJUSTMENT", "SCRAP"}
_WORDS = {"the delivery", "the customer's parcel"}
"""How an undo names the outside."""


class Book:
    """``units``: in the house, by SKU. ``shipped``: left for an order, by its reference and SKU.

    ``lost``: what was for sale and is not any more, whoever it was promised to.
    """

    def __init__(self, opening: dict[str, int]) -> None:
        self.units: Counter[str] = Counter(opening)
        self.shipped: Counter[tuple[str, str]] = Counter()
        self.lost: Counter[str] = Counter()
        self.orders: dict[int, dict[str, Any]] = {}
        self._seen: set[int] = set()
        self._counted: dict[int, Counter[str]] = defaultdict(Counter)
        self._lock = threading.Lock()

    def note(self, asked: Asked, answer: Answer) -> None:
        """Whatever an answer says, if it says anything of stock or orders."""
        if not isinstance(answer.body, dict) or answer.status not in (200, 201, 422):
            return
        with self._lock:
            if asked.path == "/adjustments" and answer.status == 201:
                self._adjusted(asked.body, answer.body)
            elif "movements" in answer.body and "task" in answer.body:
                self._moved(answer.body)
            elif "order_ref" in answer.body and "lines" in answer.body and "policy" in answer.body:
                self.orders[answer.body["id"]] = answer.body

    def _adjusted(self, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        new = set(answer["movements"]) - self._seen
        if new:
            self._seen |= new
            self.units[asked["sku"]] += asked["quantity"]
            if asked["quantity"] < 0:
                self.lost[asked["sku"]] -= asked["quantity"]

    def _moved(self, answer: dict[str, Any]) -> None:
        task = answer["task"]
        movements = [one for one in answer["movements"] if one["id"] not in self._seen]
        self._seen.update(one["id"] for one in movements)
        for one in movements:
            effect = one["quantity"] * self._direction(answer, one)
            if task["kind"] == "count" and answer["code"] == "undone":
                continue
            self.units[one["sku"]] += effect
            if task["kind"] == "ship":
                self.shipped[task["document"], one["sku"]] -= effect
            if task["kind"] == "move" and one["target"] not in BINS:
                self.lost[one["sku"]] += one["quantity"]  # nobody is promised what stands there
            if task["kind"] == "count":
                self._counted[task["id"]][one["sku"]] += effect
                self.lost[one["sku"]] -= min(0, effect)
        if movements and task["kind"] == "count" and answer["code"] == "undone":
            self.units.subtract(self._counted.pop(task["id"], Counter()))  # an undone count names no places

    def _direction(self, answer: dict[str, Any], movement: dict[str, Any]) -> int:
        kind, is_undone = answer["task"]["kind"], answer["code"] == "undone"
        source, target = movement["source"], movement["target"]
        if kind == "ship":
            return _IN if is_undone else _OUT
        if kind == "receive":
            return _OUT if is_undone else _IN
        if source in _OUTSIDE | _WORDS:
            return _IN
        if target in _OUTSIDE | _WORDS:
            return _OUT
        return 0
