"""What a loading remembers."""

from dataclasses import dataclass

from app.floor.shared.memory import Memory, PostingDone
from app.floor.shared.step import WorkWith


@dataclass(frozen=True, kw_only=True)
class LoadingDone(PostingDone):
    """A carton left the house."""

    carton: int


@dataclass(frozen=True, kw_only=True)
class ShipMemory(Memory):
    """The carton in hand is ``line``; ``counted`` is 1 then."""

    is_done: bool = False
    """The truck is closed."""
    left: int = 0
    """Cartons that stayed here when it was."""
    undo: tuple[LoadingDone, ...] = ()


Work = WorkWith[ShipMemory]
