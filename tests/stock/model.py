"""A model of plain numbers of what a warehouse should say, beside the warehouse itself; rules move both."""

from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy.orm import Session

from tests.stock.house import House

SKUS = ("MUG", "CUP")
BINS = ("A-01", "A-02")
skus, bins, units = st.sampled_from(SKUS), st.sampled_from(BINS), st.integers(1, 6)
refs = st.sampled_from(("SO-1", "SO-2", "SO-3"))


@dataclass
class Line:
    """What one order line should say."""

    sku: str
    quantity: int
    cancelled: int = 0
    here: int = 0
    shipped: int = 0
    returned: int = 0
    held: int = 0
    picked: int = 0

    @property
    def target(self) -> int:
        return self.quantity - self.cancelled - self.shipped


@dataclass
class Sums:
    """What one item's row should say."""

    on_hand: int = 0
    unavailable: int = 0
    inbound: int = 0


@dataclass
class Carton:
    code: str
    contents: dict[str, int]
    posting: int = 0


@dataclass
class Told:
    """What one order should say."""

    lines: dict[str, Line] = field(default_factory=dict)
    is_tombstone: bool = False
    is_whole: bool = False
    """It is refused rather than promised in part, also when it is changed."""
    cartons: list[Carton] = field(default_factory=list)
    gone: list[Carton] = field(default_factory=list)


class Model(RuleBasedStateMachine):
    """The warehouse and what it should say, side by side; rules change both."""

    session: Session

    def __init__(self) -> None:
        super().__init__()
        self.house = House(self.session)
        for place in BINS:
            self.house.bin(place)
        for place, kind in (("DOCK", "dock"), ("QC", "quarantine")):
            self.house.bin(place, kind=kind)
        self.sums = {sku: Sums() for sku in SKUS}
        self.orders: dict[str, Told] = {}
        self.made = 0
        for sku in SKUS:
            self.house.item(sku)

    def teardown(self) -> None:
        self.session.rollback()

    # The model.

    def available(self, sku: str) -> int:
        sums = self.sums[sku]
        return sums.on_hand - sums.unavailable - self.committed(sku)

    def committed(self, sku: str) -> int:
        return sum(line.held for told in self.orders.values() for line in told.lines.values() if line.sku == sku)

    def settle(self, told: Told) -> None:
        for line in told.lines.values():
            give = line.held - line.target
            if give > 0:
                back = max(0, give - (line.held - line.picked))
                line.held -= give
                line.picked -= back
                self.sums[line.sku].unavailable += back
                self._shrink_cartons(told)
        for line in told.lines.values():
            take = min(line.target - line.held, max(0, self.available(line.sku)))
            line.held += max(0, take)

    def _shrink_cartons(self, told: Told) -> None:
        told.cartons = [carton for carton in told.cartons if self._contents(carton.code)]
        for carton in told.cartons:
            carton.contents = self._contents(carton.code)

    def _contents(self, code: str) -> dict[str, int]:
        from app.orders.fulfil import held_in

        found: dict[str, int] = {}
        for held in held_in(self.session, [self.house.box(code).id]):
            name = next(n for n in ("1", "2") if self.house.line(held.order_ref, n).id == held.order_line_id)
            found[name] = found.get(name, 0) + held.quantity
        return found

    def _choose(self, data: st.DataObject) -> tuple[str, Told]:
        ref = data.draw(st.sampled_from(sorted(self.orders)))
        return ref, self.orders[ref]
