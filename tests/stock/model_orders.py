# ruff: noqa: PT017 - a refusal is one of two right answers here, and the model says which
"""Orders are placed, changed, cancelled, released and picked: rules for the model."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select

from app.ledger.models import Balance
from app.orders.stock_in_hand import ALLOCATED, allocation
from app.orders.waves import withdraw
from app.refusal import Refused
from app.tasks.models import Task, TaskLine
from tests.stock.model import Line, Model, Told, bins, refs, skus, units


class Orders(Model):
    """From the order to the tote."""

    @rule(ref=refs, first=st.tuples(skus, st.integers(0, 6)), second=st.tuples(skus, st.integers(0, 6)))
    def order_or_change(self, ref: str, first: tuple[str, int], second: tuple[str, int]) -> None:
        told = self.orders.get(ref)
        wanted = dict(zip("12", (first, second), strict=True))
        if told:  # a line keeps its item
            wanted = {n: (told.lines[n].sku if n in told.lines else sku, want) for n, (sku, want) in wanted.items()}
        try:
            with self.session.begin_nested():
                self.house.order(ref, *wanted.values())
        except Refused as refusal:
            assert told is not None
            assert (refusal.code, told.is_whole, self._lacks(told, wanted)) == ("insufficient_stock", True, True)
            return
        told = self.orders.setdefault(ref, Told())
        if told.is_tombstone:
            return
        for n, (sku, want) in wanted.items():
            if n in told.lines:
                line = told.lines[n]
                line.quantity = max(line.quantity, want)
                line.cancelled = min(max(line.here, line.quantity - want), line.quantity - line.shipped)
            elif want:
                told.lines[n] = Line(sku, want)
        self.settle(told)
        assert not told.is_whole or all(line.held == line.target for line in told.lines.values())

    def _lacks(self, told: Told, wanted: dict[str, tuple[str, int]]) -> bool:
        """Whether more is wanted of an item than the order has and is free."""
        more: dict[str, int] = {}
        for n, (sku, want) in wanted.items():
            line = told.lines.get(n, Line(sku, 0))
            target = max(0, max(line.quantity, want) - max(line.here, max(line.quantity, want) - want) - line.shipped)
            more[sku] = more.get(sku, 0) + target - line.held
        return any(units > self.available(sku) for sku, units in more.items())

    @rule(ref=refs, n=units)
    def all_or_nothing(self, ref: str, n: int) -> None:
        if ref in self.orders:
            return
        free = self.available("MUG")
        try:
            with self.session.begin_nested():
                self.house.order(ref, ("MUG", n), policy="refuse")
        except Refused as refusal:
            assert (refusal.code, free < n) == ("insufficient_stock", True)
            return
        assert free >= n
        self.orders[ref] = Told({"1": Line("MUG", n, held=n)}, is_whole=True)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        ref, told = self._choose(data)
        self.house.cancel(ref)
        for line in told.lines.values():
            line.cancelled = line.here = line.quantity - line.shipped
        told.is_tombstone |= not any(line.shipped for line in told.lines.values())
        self.settle(told)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), name=st.sampled_from("12"), n=units)
    def cancel_units(self, data: st.DataObject, name: str, n: int) -> None:
        ref, told = self._choose(data)
        line = told.lines.get(name)
        try:
            with self.session.begin_nested():
                self.house.cancel(ref, (name, n))
        except Refused as refusal:
            assert refusal.code == ("unknown_line" if line is None else "cancel_too_many")
            assert line is None or n > line.target
            return
        assert line is not None
        line.cancelled += n
        line.here = line.cancelled
        told.is_tombstone |= not any(each.target or each.shipped for each in told.lines.values())
        self.settle(told)

    @rule()
    def wave(self) -> None:
        self.house.wave()
        ids = {self.house.id(ref): told for ref, told in self.orders.items()}
        for _id, told in sorted(ids.items()):
            if not told.is_tombstone:
                self.settle(told)

    @rule()
    def withdraw_a_pick(self) -> None:
        task = self.session.scalar(select(Task.id).where(Task.kind == "pick", Task.status == "open").limit(1))
        if task:
            withdraw(self.session, task)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), name=st.sampled_from("12"), n=units)
    def pick(self, data: st.DataObject, name: str, n: int) -> None:
        ref, told = self._choose(data)
        if name in told.lines:
            done = self.house.pick(ref, n, line=name, tote=f"T-{ref}")
            told.lines[name].picked += done
            assert told.lines[name].picked <= told.lines[name].held

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), place=bins)
    def short_pick(self, data: st.DataObject, place: str) -> None:
        ref, _told = self._choose(data)
        self.house.short(ref, place)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), place=bins)
    def short_pick_taken_back(self, data: st.DataObject, place: str) -> None:
        ref, _told = self._choose(data)
        before = self._spoken_for()
        assert self.house.short_and_found_again(ref, place)
        assert self._spoken_for() == before, "the same stock is chosen for the same promises, and the lines ask for it"

    def _spoken_for(self) -> list[tuple[object, ...]]:
        """What is chosen and waits in its bin, and the open pick lines."""
        chosen = select(allocation.c.id, ALLOCATED).where(ALLOCATED > 0).order_by(allocation.c.id)
        lines = select(TaskLine.id, TaskLine.quantity, TaskLine.done).where(TaskLine.status == "open")
        lists = (chosen, lines.order_by(TaskLine.id), select(Balance.id, Balance.allocated).order_by(Balance.id))
        return [tuple(row) for each in lists for row in self.house.session.execute(each)]
