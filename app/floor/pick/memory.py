"""What a pick remembers."""

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from app.floor.shared.memory import FromBin, PostingDone, ShortDone, WithTotes
from app.floor.shared.step import WorkWith


class ToteCode(NamedTuple):
    """A tote and its code, which every prompt shows."""

    id: int
    code: str | None


@dataclass(frozen=True, kw_only=True)
class PickDone(PostingDone):
    """Units are in a tote."""

    tote: int


@dataclass(frozen=True, kw_only=True)
class PickMemory(FromBin, WithTotes):
    """Where the picker stands, what is in hand, and what is in the totes."""

    tote: ToteCode | None = None
    """The code of the task's tote."""
    is_dropped: bool = False
    """The totes are at packing."""
    undo: tuple[PickDone | ShortDone, ...] = ()

    def without_count(self) -> Self:
        return replace(super().without_count(), container=None)


Work = WorkWith[PickMemory]
