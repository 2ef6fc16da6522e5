"""What a put-away remembers."""

from dataclasses import dataclass, field

from app.floor.shared.memory import Memory, PostingDone, ShortDone
from app.floor.shared.memory_json import formerly
from app.floor.shared.step import WorkWith


@dataclass(frozen=True, kw_only=True)
class PutawayMemory(Memory):
    """What is in hand is ``line`` and ``counted``."""

    full_bins: tuple[int, ...] = field(default=(), metadata=formerly("full"))
    """Bins that this worker found full, whatever the books say: they are not suggested again in this task."""
    undo: tuple[PostingDone | ShortDone, ...] = ()


Work = WorkWith[PutawayMemory]
