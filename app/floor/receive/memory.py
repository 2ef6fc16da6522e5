"""What a receipt remembers."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

from app.floor.shared.memory import LINE, ArrivingGoods, LogisticUnit, PostingDone
from app.floor.shared.step import WorkWith


@dataclass(frozen=True, kw_only=True)
class ReceiptDone(PostingDone):
    """Goods came in."""

    putaway: tuple[int, ...] = ()
    """The put-away lines that were opened for them."""
    plate: int | None = None
    """The licence plate that they stand on."""


@dataclass(frozen=True, kw_only=True)
class ReceiveMemory(ArrivingGoods):
    """The goods at hand, with what they say of themselves."""

    serials: tuple[str, ...] = field(default=(), metadata=LINE)
    fault: str | None = field(default=None, metadata=LINE)
    """Why they go into quarantine."""
    label_date: date | None = field(default=None, metadata=LINE)
    """The expiry date on their label, where their lot is known by another."""
    reason: str | None = None
    """Of a blind receipt: why there is no purchase order."""
    is_done: bool = False
    """Nothing more comes."""
    undo: tuple[ReceiptDone, ...] = ()

    def without_goods(self) -> Self:
        """What the goods said is theirs: the next ones say their own."""
        return replace(self, lot=None, expiry=None, serials=(), fault=None, label_date=None, unit=LogisticUnit())

    def without_count(self) -> Self:
        return super().without_count().without_goods()


Work = WorkWith[ReceiveMemory]
