"""What a replenishment remembers."""

from dataclasses import dataclass

from app.floor.shared.memory import FromBin, PostingDone, ShortDone
from app.floor.shared.step import WorkWith


@dataclass(frozen=True, kw_only=True)
class ReplenishMemory(FromBin):
    """The reserve bin, and what is in hand from it."""

    undo: tuple[PostingDone | ShortDone, ...] = ()


Work = WorkWith[ReplenishMemory]
