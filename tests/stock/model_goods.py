# ruff: noqa: PT017 - a refusal is one of two right answers here, and the model says which
"""Goods come, are put away, moved, spoiled and counted: rules for the model."""

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import func, select

from app.ledger.models import Balance
from app.ledger.post import Move, Place, post
from app.ledger.seal import seal
from app.places.models import SUPPLIER
from app.refusal import Refused
from app.supply.models import PurchaseOrderLine
from app.supply.purchase_orders import open_purchase_order, receive_units, save_line, supplier_of
from tests.stock.model import BINS, Model, bins, skus, units


class Goods(Model):
    """Stock without orders."""

    @rule(sku=skus, n=units, place=bins)
    def opening_stock(self, sku: str, n: int, place: str) -> None:
        self.house.stock(sku, n, place)
        self.sums[sku].on_hand += n

    @rule(sku=skus, n=units)
    def buy(self, sku: str, n: int) -> None:
        self.made += 1
        house = self.house.warehouse()
        supplier = supplier_of(self.session, "ACME").id
        order = open_purchase_order(self.session, number=f"PO-{self.made}", supplier_id=supplier, warehouse_id=house.id)
        save_line(self.session, order, line="1", item_id=self.house.item(sku).id, quantity=n)
        self.sums[sku].inbound += n

    @rule(sku=skus, n=units)
    def receive(self, sku: str, n: int) -> None:
        line = self.session.scalar(
            select(PurchaseOrderLine)
            .where(PurchaseOrderLine.item_id == self.house.item(sku).id)
            .order_by(PurchaseOrderLine.received)
            .limit(1)
        )
        if line is None:
            return
        left = line.quantity - line.received
        try:
            with self.session.begin_nested():
                dock = Place(self.house.bin("DOCK", kind="dock").id)
                post(self.session, self.house.header("receive"), [Move(line.item_id, n, Place(SUPPLIER), dock)])
                receive_units(self.session, line.id, n, tolerance_percent=0)
        except Refused as refusal:
            assert (refusal.code, n > left) == ("over_receipt", True)
            return
        assert n <= left
        self.sums[sku].on_hand += n
        self.sums[sku].inbound -= n

    @rule(sku=skus, n=units, place=bins)
    def put_away(self, sku: str, n: int, place: str) -> None:
        there = self.house.at(sku, "DOCK")
        self._move(sku, min(n, there), "DOCK", place)

    @rule(sku=skus, n=units)
    def move(self, sku: str, n: int) -> None:
        self._move(sku, n, *BINS)

    @rule(sku=skus, n=units, place=bins)
    def set_aside_as_damaged(self, sku: str, n: int, place: str) -> None:
        if self._move(sku, n, place, place, "damaged"):
            self.sums[sku].unavailable += n

    def _move(self, sku: str, n: int, source: str, target: str, condition: str = "available") -> bool:
        if not n:
            return False
        there = Place(self.house.bin(target).id, None, condition)
        move = Move(self.house.item(sku).id, n, Place(self.house.bin(source).id), there)
        try:
            with self.session.begin_nested():
                post(self.session, self.house.header("move"), [move])
        except Refused as refusal:
            assert refusal.code == "not_enough_stock"
            return False
        return True

    @rule(sku=skus, place=bins, n=st.integers(-6, 6).filter(bool), reason=st.sampled_from(("count", "lost", "found")))
    def adjust(self, sku: str, place: str, n: int, reason: str) -> None:
        there = self.session.scalar(
            select(func.coalesce(func.sum(Balance.quantity), 0)).where(
                Balance.item_id == self.house.item(sku).id,
                Balance.location_id == self.house.bin(place).id,
                Balance.condition == "available",
            )
        )
        try:
            with self.session.begin_nested():
                self.house.adjust(sku, n, place, reason=reason)
        except Refused as refusal:
            assert refusal.code == "not_enough_stock"
            assert -n > (there or 0)
            return
        assert -n <= (there or 0)
        self.sums[sku].on_hand += n

    @rule()
    def seal_what_is_posted(self) -> None:
        seal(self.session)
