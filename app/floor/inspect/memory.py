"""What an inspection remembers."""

from dataclasses import dataclass, field, replace
from typing import Literal, Self

from app.floor.shared.memory import LINE, AsksWhich, PostingDone, ShortDone
from app.floor.shared.step import WorkWith


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Units that are to be decided about: received into quarantine, or counted where they stand."""

    units: int
    location: int
    """The id of the place where they stand."""
    place: str = ""
    """Its code, or that of the container that they are in."""
    lot: int | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What is to become of them, while they are on their way."""

    name: str
    reason: str
    plan: int | None
    """The id of the suggested place; None where no bin has room."""


@dataclass(frozen=True, kw_only=True)
class InspectionDone(PostingDone):
    """Units came back, or were decided about."""

    was: Literal["received", "inspected"]
    bench: Bench | None = None
    """What was decided about, to be decided about again."""


@dataclass(frozen=True, kw_only=True)
class InspectMemory(AsksWhich):
    """The goods at hand, and what was decided about them."""

    serials: tuple[str, ...] = field(default=(), metadata=LINE)
    """Those of the units that came back."""
    bench: Bench | None = field(default=None, metadata=LINE)
    decision: Decision | None = field(default=None, metadata=LINE)
    is_set_aside: bool = False
    """Something came that did not leave in this order."""
    is_part: bool = False
    """Less came than was announced."""
    undo: tuple[InspectionDone | ShortDone, ...] = ()

    @property
    def the_bench(self) -> Bench:
        """What is to be decided about, where a step has made sure that something is."""
        assert self.bench is not None, "a decision about nothing"
        return self.bench

    @property
    def the_decision(self) -> Decision:
        """What was decided, where a step has made sure that something was."""
        assert self.decision is not None, "goods on their way without a decision"
        return self.decision

    def without_count(self) -> Self:
        return replace(super().without_count(), lot=None, serials=())


Work = WorkWith[InspectMemory]
