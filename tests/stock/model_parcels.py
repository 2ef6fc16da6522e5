# ruff: noqa: PT017 - a refusal is one of two right answers here, and the model says which
"""Cartons are packed, leave, are called back, and their goods come back: rules for the model."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app.ledger.post import Move, Place, post
from app.places.models import CUSTOMER
from app.refusal import Refused
from app.returns.authorise import authorise, lines_of
from app.returns.disposition import inspected, received
from tests.stock.model import Carton, Model, units


class Parcels(Model):
    """From the tote to the customer and back."""

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), n=units)
    def pack(self, data: st.DataObject, n: int) -> None:
        ref, told = self._choose(data)
        self.made += 1
        code = f"C-{self.made}"
        if self.house.pack(ref, n, tote=f"T-{ref}", carton=code):
            told.cartons.append(Carton(code, self._contents(code)))

    @precondition(lambda self: any(told.cartons for told in self.orders.values()))
    @rule()
    def ship(self) -> None:
        told = next(told for told in self.orders.values() if told.cartons)
        carton = told.cartons.pop()
        carton.posting = self.house.ship(carton.code)
        for name, n in carton.contents.items():
            line = told.lines[name]
            line.shipped, line.held, line.picked = line.shipped + n, line.held - n, line.picked - n
            self.sums[line.sku].on_hand -= n
        told.gone.append(carton)

    @precondition(lambda self: any(told.gone for told in self.orders.values()))
    @rule()
    def unship(self) -> None:
        told = next(told for told in self.orders.values() if told.gone)
        carton = told.gone.pop()
        too_late = any(told.lines[name].returned > told.lines[name].shipped - n for name, n in carton.contents.items())
        try:
            with self.session.begin_nested():
                self.house.unship(carton.posting, carton.code)
        except Refused as refusal:
            assert (refusal.code, too_late) == ("returned_already", True)
            return
        assert not too_late
        for name, n in carton.contents.items():
            line = told.lines[name]
            line.shipped, line.held, line.picked = line.shipped - n, line.held + n, line.picked + n
            self.sums[line.sku].on_hand += n
        told.cartons.append(carton)

    @precondition(lambda self: any(told.gone for told in self.orders.values()))
    @rule(n=units, is_good=st.booleans())
    def come_back(self, n: int, is_good: bool) -> None:
        ref, told = next((ref, told) for ref, told in self.orders.items() if told.gone)
        name = next(iter(told.gone[-1].contents))
        line = told.lines[name]
        left = line.shipped - line.returned
        try:
            with self.session.begin_nested():
                rma = authorise(self.session, channel="shop", order_ref=ref, lines=[(name, n, "")])
        except Refused as refusal:
            assert refusal.code in {"return_too_many", "not_shipped"}
            assert n > left
            return
        assert n <= left
        [(announced, _line)] = lines_of(self.session, rma.id)
        bench = Place(self.house.bin("QC").id, None, "quarantine")
        shelf = Place(self.house.bin("A-01").id, None, "available" if is_good else "damaged")
        post(self.session, self.house.header("return"), [Move(announced.item_id, n, Place(CUSTOMER), bench)])
        received(self.session, announced.id, n)
        post(self.session, self.house.header("inspect"), [Move(announced.item_id, n, bench, shelf)])
        inspected(self.session, announced.id, n)
        line.returned += n
        self.sums[line.sku].on_hand += n
        self.sums[line.sku].unavailable += 0 if is_good else n
