"""What a move remembers."""

from dataclasses import dataclass, replace
from typing import Self

from app.floor.shared.memory import AsksWhich, LogisticUnit, MayOverride, OnUnit, PostingDone
from app.floor.shared.step import WorkWith


@dataclass(frozen=True, kw_only=True)
class MoveDone(PostingDone):
    """Goods, or a container with all that is in it, stand somewhere else."""

    putaway: tuple[int, ...] = ()
    """The put-away lines that were opened for them."""
    plate: int | None = None
    """The container that they were put on."""


@dataclass(frozen=True, kw_only=True)
class MoveMemory(MayOverride, AsksWhich, OnUnit):
    """From where: ``bin`` and ``container`` (0: loose)."""

    place: str = ""
    """The code of the bin or container that was scanned."""
    is_done: bool = False
    """The worker has nothing more to move."""
    undo: tuple[MoveDone, ...] = ()

    def without_count(self) -> Self:
        return replace(super().without_count(), unit=LogisticUnit())

    def without_source(self) -> Self:
        """The worker walks on, and says anew where goods are moved from."""
        return replace(self.answered(), bin=None, container=None, place="", override=False)


Work = WorkWith[MoveMemory]
