"""The day's own book, kept from answers alone: what came in, what left, what was ordered and cancelled.

An answer may be heard twice, by a twin or after it was lost: a movement has a number and counts once.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterable
from typing import Any

from tests.soak.day.house import BINS
from tests.soak.day.wire import Answer, Asked

_IN, _OUT = 1, -1
_OUTSIDE = {"SUPPLIER", "CUSTOMER", "ADJUSTMENT", "SCRAP"}
_MARK = re.compile(r"day:\d+")
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
        self._marked: dict[str, tuple[str, int]] = {}
        self._seen: set[int] = set()
        self._lock = threading.Lock()

    def mark(self, sku: str, quantity: int) -> str:
        """What a correction says in its note, by which it is known again: the desk's page answers with no numbers."""
        with self._lock:
            mark = f"day:{len(self._marked) + 1}"
            self._marked[mark] = (sku, quantity)
        return mark

    def settle(self, movements: Iterable[dict[str, Any]]) -> list[str]:
        """Everything that the house posted: corrections of the desk are noted. Says what came or went unasked."""
        found, posted = [], list(movements)
        with self._lock:
            for one in posted:
                outside = {one["source"], one["target"]} & _OUTSIDE
                if one["id"] in self._seen or one["reason"] == "opening" or not outside:
                    continue
                self._seen.add(one["id"])
                sku, units = self._marked.pop((_MARK.search(one["note"]) or [""])[0], ("", 0))
                effect = one["quantity"] if one["source"] in _OUTSIDE else -one["quantity"]
                if (sku, units) != (one["sku"], effect):
                    found.append(f"nobody asked for this, and nobody was told: {one}")
                    continue
                self.units[sku] += units
                self.lost[sku] -= min(0, units)
        return found

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
            self.units[one["sku"]] += effect
            if task["kind"] == "ship":
                self.shipped[task["document"], one["sku"]] -= effect
            if task["kind"] == "move" and one["target"] not in BINS:
                self.lost[one["sku"]] += one["quantity"]  # nobody is promised what stands there
            if task["kind"] in ("count", "receive"):  # a receipt that is undone takes back what is promised by now
                self.lost[one["sku"]] -= min(0, effect)

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
