"""What a count remembers.

What is counted is named by a key, ``item:lot:serial`` (lot 0 for none): see ``differences``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, Self

from app.floor.shared.memory import AsksWhich, CountRequest
from app.floor.shared.memory_json import formerly
from app.floor.shared.step import WorkWith


class InHand(NamedTuple):
    """Key -> units that somebody has in hand: ``taken`` from here, or ``coming``."""

    taken: Mapping[str, int]
    coming: Mapping[str, int]


NOTHING_IN_HAND = InHand({}, {})


class Counted(NamedTuple):
    """Units that one scan or answer added."""

    key: str
    units: int


@dataclass(frozen=True, kw_only=True)
class CountMemory(AsksWhich, CountRequest):
    """``start`` is None until the bin is scanned, ``to_approve`` until the count waits for a second person."""

    start: int | None = None
    """The newest movement of all when the bin was scanned."""
    found: Mapping[str, int] = field(default_factory=dict, metadata=formerly("counts"))
    """Key -> units found so far."""
    found_last: str | None = field(default=None, metadata=formerly("last"))
    """The key that was counted last."""
    trail: tuple[Counted, ...] = ()
    """How it came to be so many, the newest last."""
    since: Mapping[int, int] = field(default_factory=dict)
    """Item -> the newest movement of all when it was counted first."""
    hands_start: InHand = NOTHING_IN_HAND
    """What was in hand when the bin was scanned."""
    hands: Mapping[int, InHand] = field(default_factory=dict)
    """Item -> what of it was in hand when it was counted first."""
    only: tuple[int, ...] = ()
    """The items that are counted once more; none: the whole bin."""
    before: Mapping[str, int] | None = None
    """What a large difference was found with the first time."""
    unclear: Mapping[str, int] | None = None
    """What was found of items that were in hand: found once more, it is believed."""
    counters: tuple[int, ...] = ()
    """Who counted a part of it."""
    to_approve: Mapping[str, int] | None = None
    """What was found and waits for a second person."""
    moved: tuple[int, ...] = ()
    """Items that moved meanwhile, which are not approved and still to be counted."""
    hands_then: InHand = NOTHING_IN_HAND
    """What was in hand when approval was asked for."""
    counter: int | None = None
    """Who asked for approval."""
    asked_at: datetime | None = None
    """When they did."""
    was: str = ""
    """The task's document type before it waited for approval."""
    posted: tuple[int, ...] = ()
    """The postings of differences."""
    lost_from: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Container -> the orders that units were lost of."""
    is_done: bool = False

    def answered(self) -> Self:
        return replace(super().answered(), lot=None)

    def begun(self, start: int, hands: InHand) -> Self:
        """The bin was scanned: all in it is counted from here on."""
        return replace(self, start=start, hands_start=hands, found={}, since={}, hands={})

    def not_begun(self) -> Self:
        """Nothing is counted; the bin is to be scanned again."""
        return replace(
            self.begun(0, NOTHING_IN_HAND), start=None, only=(), before=None, unclear=None, found_last=None, trail=()
        )

    def with_count(self, key: str, units: int) -> Self:
        """So many units were found of what is counted now."""
        more = Counted(key, units - self.found.get(key, 0))
        return replace(self, found={**self.found, key: units}, found_last=key, trail=(*self.trail, more))

    def without_last(self) -> Self:
        """What was counted last is not counted any more."""
        *trail, (key, units) = self.trail
        found = {**self.found, key: self.found[key] - units}
        found = {each: n for each, n in found.items() if n}
        return replace(self, found=found, found_last=key, trail=tuple(trail))

    def without_approval(self) -> Self:
        """It waits for nobody any more."""
        forgotten = replace(
            self, to_approve=None, moved=(), hands_then=NOTHING_IN_HAND, counter=None, asked_at=None, was=""
        )
        return replace(forgotten, counters=(), before=None)


Work = WorkWith[CountMemory]
